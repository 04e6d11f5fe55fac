"""The comparison of master and index that runs by itself: one worker at a time, every so many hours."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from indexing.drift import CHECK, Drift, check, repair
from indexing.engines.port import SearchEngine
from indexing.errors import SearchUnavailable
from master import queue
from master.leases import Leased, leased
from master.session import Master

LOOK_SECONDS = 60.0
LEASE = "index check"

logger = logging.getLogger("kehu.worker")


@dataclass
class Checking:
    """Looks each minute whether a check is due; what it finds is queued for mending."""

    master: Master
    engine: SearchEngine
    every: timedelta

    async def run(self) -> None:
        """Until cancelled, whatever is away."""
        while True:
            try:
                if await asyncio.to_thread(self._is_due):
                    await self.check()
            except Leased:
                logger.info("another worker checks the index")
            except (SQLAlchemyError, SearchUnavailable) as error:
                logger.warning("the index can not be checked yet: %s", type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def check(self) -> Drift:
        """Compare, note what was found, have it mended."""
        lease = leased(self.master, CHECK, LEASE)
        await asyncio.to_thread(lease.__enter__)
        try:
            drift = await check(self.master, self.engine)
            if not drift.is_clean:
                logger.error("the index had drifted, and is mended: %s", drift)
                await asyncio.to_thread(repair, self.master, drift)
            # Last: killed before this, it is still due.
            await asyncio.to_thread(noted, self.master, drift)
            return drift
        finally:
            await asyncio.to_thread(lease.__exit__, None, None, None)

    def _is_due(self) -> bool:
        with self.master.reading() as connection:
            last = queue.backlog(connection).checked_at
        return last is None or self.master.clock.now() - last >= self.every


def noted(master: Master, drift: Drift) -> None:
    """For /metrics and `kehu index status`."""
    with master.transaction(CHECK) as tx:
        found = queue.Found(drift.compared, len(drift.missing), len(drift.stale), len(drift.orphans))
        queue.note_check(tx, found)
