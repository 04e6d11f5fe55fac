"""Turns: nobody takes them all, and nobody who waits is forgotten."""

import asyncio

from master.turns import Turns


async def waiting(turns: Turns, holder: str | None) -> "asyncio.Task[None]":
    """One that asks for a turn, and has it or waits."""
    taking = asyncio.create_task(turns.take(holder))
    await asyncio.sleep(0)
    return taking


def test_one_holder_gets_half_of_the_turns() -> None:
    async def asked() -> list[bool]:
        turns = Turns(4)
        takes = [await waiting(turns, holder) for holder in ("one", "one", "one", "other", "other", "third")]
        there = [take.done() for take in takes]
        for take in takes:
            take.cancel()
        return there

    assert asyncio.run(asked()) == [True, True, False, True, True, False]


def test_of_a_single_turn_each_holder_may_have_it() -> None:
    async def asked() -> None:
        turns = Turns(1)
        await turns.take("one")
        turns.give_back("one")
        await turns.take("other")

    asyncio.run(asked())


def test_who_waits_is_let_in_in_order_but_for_those_who_have_their_share() -> None:
    async def asked() -> list[str]:
        turns, order = Turns(4), list[str]()

        async def took(holder: str, name: str) -> None:
            await turns.take(holder)
            order.append(name)

        for holder in ("one", "one", "other", "other"):
            await turns.take(holder)
        wanted = [("one", "one's"), ("third", "third's first"), ("third", "third's second")]
        taking = [asyncio.create_task(took(*each)) for each in wanted]
        await asyncio.sleep(0)
        for holder in ("other", "one", "other"):
            turns.give_back(holder)
            await asyncio.sleep(0)
        await asyncio.gather(*taking)
        return order

    assert asyncio.run(asked()) == ["third's first", "one's", "third's second"]


def test_the_hub_itself_is_bound_by_no_share() -> None:
    async def asked() -> None:
        turns = Turns(2)
        await turns.take(None)
        await turns.take(None)

    asyncio.run(asked())


def test_who_goes_away_while_waiting_takes_no_turn() -> None:
    async def asked() -> bool:
        turns = Turns(2)
        await turns.take("one")
        gone, stays = await waiting(turns, "one"), await waiting(turns, "one")
        gone.cancel()
        await asyncio.wait([gone])
        turns.give_back("one")
        await asyncio.wait([stays])
        return gone.cancelled() and stays.done()

    assert asyncio.run(asked())


def test_who_goes_away_at_the_moment_it_is_let_in_gives_its_turn_to_the_next() -> None:
    async def asked() -> bool:
        turns = Turns(2)
        await turns.take("one")
        gone, stays = await waiting(turns, "one"), await waiting(turns, "one")
        turns.give_back("one")
        gone.cancel()
        await asyncio.wait([gone])
        await asyncio.wait([stays])
        return gone.cancelled() and stays.done()

    assert asyncio.run(asked())
