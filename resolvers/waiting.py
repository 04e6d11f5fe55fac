"""A search that waits until the index has caught up with a write."""

import asyncio

from indexing.errors import SearchUnavailable
from master import queue
from master.errors import Refusal
from master.reads.freshness import customers_of, is_indexed
from master.session import Actor, Master
from schema.context import Context

PATIENCE_SECONDS = 2.0  # for a change to be indexed, as the contract promises
POLL_SECONDS = 0.02  # the index is behind by some 20 ms when all is well
URGENT_AFTER = 3  # looks: then others stand before the customer in the queue
URGENT_EVERY = 10  # looks: a worker may have been at it, and have given it back

WAITING = Actor("search")


async def caught_up(context: Context, freshness: str) -> bool:
    """Whether the index holds this write, within the time that callers wait. Raises Invalid."""
    looks = 0
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await context.look(
                lambda connection: is_indexed(connection, freshness, context.viewer.sight)
            ):
                looks += 1
                if looks % URGENT_EVERY == URGENT_AFTER:
                    asking = asyncio.ensure_future(asyncio.to_thread(_want, context.master, freshness))
                    asking.add_done_callback(asyncio.Future.exception)  # nobody waits for it
                await asyncio.sleep(POLL_SECONDS)
            if context.search is not None:
                # It may have gone in with a batch that nobody waited for: then searches do not see it yet.
                await context.search.make_visible()
            return True
    except (TimeoutError, SearchUnavailable):
        return False


def _want(master: Master, freshness: str) -> None:
    """Have the customers indexed before others. One is in sight: of others nobody waits for anything."""
    try:
        with master.transaction(WAITING) as tx:
            for customer in customers_of(freshness):
                queue.want(tx, customer)
    except Refusal:  # a writer keeps SQLite's lock for as long as callers wait: its turn comes anyway
        return
