"""A search engine whose calls run in one event loop of a thread of its own, for tests that run many loops."""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from indexing.documents.customers import CustomerDocument
from indexing.engines.port import Candidates, Extent, Health, IndexEntry, Mark, SearchEngine
from indexing.questions import Question

T = TypeVar("T")


class Elsewhere:
    """An engine that keeps connections belongs to the loop that opened them: here they stay in one."""

    def __init__(self, engine: SearchEngine) -> None:
        self.engine = engine
        self.has_one_writer = engine.has_one_writer
        self.gather_seconds = engine.gather_seconds
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def _there(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def search(self, question: Question, extent: Extent) -> Candidates:
        return await self._there(self.engine.search(question, extent))

    async def apply(
        self,
        documents: Sequence[CustomerDocument],
        gone: Mapping[int, int],
        *,
        generation: str | None = None,
        visible: bool = True,
    ) -> None:
        work = self.engine.apply(documents, gone, generation=generation, visible=visible)
        await self._there(work)

    async def tidy(self) -> None:
        await self._there(self.engine.tidy())

    async def count(self, *, generation: str | None = None) -> int:
        return await self._there(self.engine.count(generation=generation))

    async def entries(self, *, generation: str | None = None) -> AsyncIterator[IndexEntry]:
        async def listed() -> list[IndexEntry]:
            return [entry async for entry in self.engine.entries(generation=generation)]

        for entry in await self._there(listed()):
            yield entry

    async def marks(self, low: int, most: int, *, generation: str | None = None) -> list[Mark]:
        return await self._there(self.engine.marks(low, most, generation=generation))

    async def buried(self, ids: Sequence[int], *, generation: str | None = None) -> dict[int, int]:
        return await self._there(self.engine.buried(ids, generation=generation))

    async def make_visible(self) -> None:
        await self._there(self.engine.make_visible())

    async def fill(self, documents: Sequence[CustomerDocument], *, generation: str, part: int) -> None:
        await self._there(self.engine.fill(documents, generation=generation, part=part))

    async def close_part(self, *, generation: str, part: int) -> None:
        await self._there(self.engine.close_part(generation=generation, part=part))

    async def join_parts(self, *, generation: str) -> None:
        await self._there(self.engine.join_parts(generation=generation))

    async def drop_generation(self, generation: str) -> None:
        await self._there(self.engine.drop_generation(generation))

    async def generations(self) -> list[str]:
        return await self._there(self.engine.generations())

    async def new_generation(self) -> str:
        return await self._there(self.engine.new_generation())

    async def serve_generation(self, generation: str) -> None:
        await self._there(self.engine.serve_generation(generation))

    async def drop_old_generations(self) -> list[str]:
        return await self._there(self.engine.drop_old_generations())

    async def claim_writing(self) -> bool:
        return await self._there(self.engine.claim_writing())

    async def health(self) -> Health:
        return await self._there(self.engine.health())

    async def close(self) -> None:
        await self._there(self.engine.close())

    def end(self) -> None:
        """Close the engine, and its loop."""
        asyncio.run(self.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
