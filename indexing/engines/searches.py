"""Searches in threads of their own: each ends for its caller in time, and few that were left behind go on."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from indexing.errors import SearchBusy, SearchTooSlow, SearchUnavailable

THREADS = 4  # tantivy lets go of the interpreter while it works

T = TypeVar("T")


class Searches:
    """A search can not be stopped, only left: while all threads are with such ones, no other begins."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="search")
        self._left: set[Future[Any]] = set()

    async def run(self, work: Callable[[], T]) -> T:
        """What the work gives. Raises SearchTooSlow and SearchBusy."""
        if len(self._left) >= THREADS:
            raise SearchBusy("All searches that run have taken too long.")
        try:
            search = self._threads.submit(work)
        except RuntimeError as error:
            raise SearchUnavailable("The search engine is closed.") from error
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.wrap_future(search)
        except TimeoutError:
            raise SearchTooSlow(self._seconds or 0) from None
        finally:
            if not search.cancel() and not search.done():
                self._left.add(search)
                search.add_done_callback(self._left.discard)

    async def close(self) -> None:
        """Waits for those that run."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
