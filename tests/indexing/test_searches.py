"""A search ends for its caller in time; those that go on unheard are few."""

import asyncio
import threading

import pytest

from indexing.engines.searches import THREADS, Searches
from indexing.errors import SearchBusy, SearchTooSlow, SearchUnavailable


def test_a_search_that_takes_too_long_is_left() -> None:
    go = threading.Event()

    async def asked() -> None:
        searches = Searches(0.01)
        with pytest.raises(SearchTooSlow) as refused:
            await searches.run(lambda: go.wait(10))
        assert refused.value.seconds == 0.01
        go.set()
        await searches.close()

    asyncio.run(asked())


def test_while_all_threads_are_with_left_searches_no_other_begins() -> None:
    go = threading.Event()

    async def asked() -> None:
        searches = Searches(0.05)
        left = await asyncio.gather(
            *(searches.run(lambda: go.wait(10)) for _ in range(3 * THREADS)), return_exceptions=True
        )
        assert [type(each) for each in left] == [SearchTooSlow] * 3 * THREADS
        with pytest.raises(SearchBusy):
            await searches.run(lambda: "never")
        go.set()
        while True:
            try:
                assert await searches.run(lambda: "found") == "found"
                break
            except SearchBusy:
                await asyncio.sleep(0.001)
        await searches.close()

    asyncio.run(asked())


def test_a_search_that_waits_is_not_begun_when_its_caller_goes() -> None:
    go, begun = threading.Event(), threading.Event()

    async def asked() -> None:
        searches = Searches(None)
        running = [asyncio.create_task(searches.run(lambda: go.wait(10))) for _ in range(THREADS)]
        waiting = asyncio.create_task(searches.run(begun.set))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.wait([waiting])
        go.set()
        await asyncio.gather(*running)
        await searches.close()

    asyncio.run(asked())
    assert not begun.is_set()


def test_closed_searches_are_away() -> None:
    async def asked() -> None:
        searches = Searches(None)
        await searches.close()
        with pytest.raises(SearchUnavailable, match="closed"):
            await searches.run(lambda: "never")

    asyncio.run(asked())
