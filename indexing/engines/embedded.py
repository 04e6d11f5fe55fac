"""The embedded search engine: tantivy in this process, one writing process, any number of readers."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from indexing.documents.customers import CustomerDocument
from indexing.engines.folders import IndexFolder
from indexing.engines.generation import Generation, made_of
from indexing.engines.parts import Part, join_parts
from indexing.engines.port import Candidates, Extent, Health, IndexEntry, Mark
from indexing.engines.searches import Searches
from indexing.errors import DocumentsRefused, OtherKeys, SearchUnavailable
from indexing.keyed import KeyedTerms
from indexing.questions import Question
from master.keys import Keys

READERS = 2  # threads for what is no search: health, counts, dumps

T = TypeVar("T")


class EmbeddedEngine:
    """Answers from the generation that `serving.json` names; makes an empty one where there is none.

    search_seconds: what a search may take; None: as long as it needs.
    """

    has_one_writer = True
    gather_seconds = 0.0  # a commit is seen at once: to wait would be all that a change waits for

    def __init__(self, path: Path, keys: Keys, search_seconds: float | None = None) -> None:
        self._keyed = KeyedTerms(keys)
        self._folder = IndexFolder(path, self._keyed.fingerprint)
        self._opening = threading.Lock()
        self._seen = (0, 0)
        self._serving: Generation | None = None
        self._others: dict[str, Generation] = {}
        self._parts: dict[tuple[str, int], Part] = {}
        self._searches = Searches(search_seconds)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="search-read")
        # One thread writes, so writes come one after another.
        self._writers = ThreadPoolExecutor(1, thread_name_prefix="search-write")

    async def search(self, question: Question, extent: Extent) -> Candidates:
        return await self._searches.run(lambda: _guarded(lambda: self._current().search(question, extent)))

    async def apply(
        self,
        documents: Sequence[CustomerDocument],
        gone: Mapping[int, int],
        *,
        generation: str | None = None,
        visible: bool = True,
    ) -> None:
        del visible  # a commit is visible to the next search of any process
        await self._run(self._writers, lambda: self._for_writing(generation).apply(documents, gone))

    async def count(self, *, generation: str | None = None) -> int:
        return await self._run(self._readers, lambda: self._chosen(generation).count())

    async def entries(self, *, generation: str | None = None) -> AsyncIterator[IndexEntry]:
        low = 0
        while True:
            start = low
            page = await self._run(self._readers, lambda: self._chosen(generation).entries(start))  # noqa: B023
            for entry in page:
                yield entry
            if not page:
                return
            low = page[-1].id + 1

    async def marks(self, low: int, most: int, *, generation: str | None = None) -> list[Mark]:
        return await self._run(self._readers, lambda: self._chosen(generation).marks(low, most))

    async def buried(self, ids: Sequence[int], *, generation: str | None = None) -> dict[int, int]:
        return {}  # see tidy(): deletes are not remembered

    async def make_visible(self) -> None:
        """Nothing to do: a commit is visible to the next search of any process."""

    async def fill(self, documents: Sequence[CustomerDocument], *, generation: str, part: int) -> None:
        await self._run(self._writers, lambda: self._fill(documents, generation, part))

    async def close_part(self, *, generation: str, part: int) -> None:
        if (generation, part) in self._parts:
            await self._run(self._writers, self._parts.pop((generation, part)).close)

    async def join_parts(self, *, generation: str) -> None:
        await self._run(self._writers, lambda: self._join(generation))

    async def drop_generation(self, generation: str) -> None:
        await self._run(self._writers, lambda: self._drop([generation]))

    async def new_generation(self) -> str:
        return await self._run(self._writers, self._make)

    async def generations(self) -> list[str]:
        return await self._run(self._readers, self._generations)

    async def serve_generation(self, generation: str) -> None:
        await self._run(self._writers, lambda: self._serve(generation))

    async def drop_old_generations(self) -> list[str]:
        return await self._run(self._writers, self._drop_old)

    async def claim_writing(self) -> bool:
        return await self._run(self._writers, self._claim)

    async def tidy(self) -> None:
        """Nothing to do: one process writes, from rows just read, so deletes need not be remembered."""

    async def health(self) -> Health:
        try:
            return await self._run(self._readers, self._health)
        except SearchUnavailable as error:
            return Health(False, True, 0, str(error))

    async def close(self) -> None:
        await self._searches.close()
        await asyncio.to_thread(self._readers.shutdown)
        await asyncio.to_thread(self._writers.shutdown)
        for opened in (self._serving, *self._others.values()):
            if opened is not None:
                opened.close()
        self._serving = None
        self._others.clear()
        self._folder.release()
        self._folder.end_all_filling()

    async def _run(self, threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, _guarded, work)
        except RuntimeError as error:
            raise SearchUnavailable("The search engine is closed.") from error

    def _current(self) -> Generation:
        """The serving generation, opened again when another one serves since the last look."""
        with self._opening:
            stamp = self._folder.stamp()
            if self._serving is None or stamp != self._seen:
                self._reopen()
                self._seen = self._folder.stamp()
            assert self._serving is not None  # noqa: S101  _reopen() raises rather than leave it empty
            return self._serving

    def _reopen(self) -> None:
        serving = self._folder.serving()
        if serving is not None and not serving.has_our_keys:
            raise OtherKeys
        name = self._first() if serving is None else serving.generation
        path = self._folder.generation_path(name)
        if self._serving is not None and self._serving.path == path:
            return
        if self._serving is not None:
            self._serving.close()
        self._serving = self._others.pop(name, None) or Generation(path, self._keyed)

    def _first(self) -> str:
        """An empty generation, marked as incomplete, where there is none that this code can read."""
        was_mine = self._folder.is_claimed
        # The lock file may have gone with the folder.
        self._folder.release()
        if not self._folder.claim():
            raise SearchUnavailable("There is no search index yet; another process is making it.")
        try:
            serving = self._folder.serving()
            if serving is not None:
                return serving.generation
            name = self._make()
            self._folder.serve(name, complete=False)
            return name
        finally:
            if not was_mine:
                self._folder.release()

    def _make(self) -> str:
        serving = self._folder.serving()
        newer = [name for name in self._folder.generations() if serving and name > serving.generation]
        self._drop([name for name in newer if not self._folder.is_being_filled(name)])
        name = self._folder.make()
        self._others[name] = Generation(self._folder.generation_path(name), self._keyed)
        return name

    def _chosen(self, generation: str | None) -> Generation:
        serving = self._folder.serving()
        if generation is None or (serving is not None and serving.generation == generation):
            return self._current()
        path = self._folder.generation_path(generation)
        with self._opening:
            if generation not in self._others:
                if not path.is_dir():
                    raise SearchUnavailable("There is no such generation of the index.")
                self._others[generation] = Generation(path, self._keyed)
            return self._others[generation]

    def _for_writing(self, generation: str | None) -> Generation:
        chosen = self._chosen(generation)
        if chosen is self._serving and not self._claim():
            raise SearchUnavailable("Another process is writing the search index.")
        return chosen

    def _claim(self) -> bool:
        # Not while _first() takes the lock file too: each would take the other for another process.
        with self._opening:
            return self._folder.claim()

    def _serve(self, generation: str) -> None:
        opened = self._chosen(generation)
        # The process that keeps the index up to date takes the writer's lock next.
        opened.close()
        self._folder.serve(generation, complete=True)

    def _generations(self) -> list[str]:
        current = self._current().path.name
        return [current, *filter(self._folder.is_readable, reversed(self._old()))]

    def _drop_old(self) -> list[str]:
        return self._drop(self._old())

    def _old(self) -> list[str]:
        current = self._current().path.name
        return [name for name in self._folder.generations() if name != current]

    def _drop(self, names: Sequence[str]) -> list[str]:
        for name in names:
            for key in [key for key in self._parts if key[0] == name]:
                del self._parts[key]
            opened = self._others.pop(name, None)
            if opened is not None:
                opened.close()
            self._folder.drop(name)
        return list(names)

    def _fill(self, documents: Sequence[CustomerDocument], generation: str, part: int) -> None:
        if (generation, part) not in self._parts:
            self._parts[generation, part] = Part(self._folder.generation_path(generation), part)
        made, refused = made_of(documents, self._keyed)
        self._parts[generation, part].put(made.values())
        if refused:
            raise DocumentsRefused(refused)

    def _join(self, generation: str) -> None:
        with self._opening:
            opened = self._others.pop(generation, None)
            if opened is not None:
                opened.close()
            join_parts(self._folder.generation_path(generation))

    def _health(self) -> Health:
        customers = self._current().count()
        serving = self._folder.serving()
        complete = serving is not None and serving.is_complete
        detail = "ready" if complete else "The index was made new: run `kehu index rebuild`."
        return Health(True, not complete, customers, detail)


def _guarded(work: Callable[[], T]) -> T:
    """What the work returns; whatever the engine or the disk throws comes out as SearchUnavailable."""
    try:
        return work()
    except SearchUnavailable:
        raise
    except (OSError, ValueError) as error:
        raise SearchUnavailable(f"The search index can not be used: {error}") from error
    except BaseException as error:
        # A panic inside the engine arrives as an exception that is no Exception, and has no importable class.
        if type(error).__name__ == "PanicException":
            raise SearchUnavailable("The search engine failed.") from error
        raise
