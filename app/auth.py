"""Who asks: a bearer token turned into a Viewer."""

import asyncio
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.http.asgi import Call
from app.refused_tokens import Reason, Refused
from master.access import Viewer, sight_of
from master.answering import Away
from master.errors import TimedOut, Unavailable
from master.reads.tokens import (
    TokenRow,
    is_over,
    scopes_of,
    sources_of,
    stamp,
    stamp_of,
    token_branches,
    token_by_id,
)
from master.session import Actor, Master
from master.statements import driver_dialect, statement_of
from master.writes.tokens import note_use, secret_digest

USE_NOTED_EVERY = timedelta(minutes=1)
AT_ONCE = 2  # looks: each takes a tenth of a millisecond
KEPT_TOKENS = 1000
NO_DIGEST = bytes(32)  # compared with where there is nothing to compare with, so that the work is the same

_TOKEN = re.compile(r"kehu_([A-Za-z0-9]{1,32})_([A-Za-z0-9_-]{1,128})")

log = structlog.get_logger("kehu.auth")


@dataclass(frozen=True, slots=True)
class Caller:
    """A viewer; whether its token runs registered documents only, and its own rate (0: none at all)."""

    viewer: Viewer
    registered_only: bool
    rate: int | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """A token as it was when the master told this stamp of it; caller: who holds it; None: of no role."""

    stamp: bytes
    row: TokenRow
    caller: Caller | None


class Gate:
    """Recognises tokens; looks at the master each time, so that a revoked one is refused at once."""

    def __init__(self, master: Master, seconds: float | None = None) -> None:
        """seconds: that a look may take, with all that it waits for; None: any."""
        self._master = master
        self._seconds = seconds
        # Its own: who is recognised must not wait for the reads of those who were before.
        self._answering = master.answering_beside(AT_ONCE)
        self._stamp = statement_of(stamp(), driver_dialect(master.engine.dialect), {"token"})
        driver = master.engine.dialect.loaded_dbapi
        self._errors = (SQLAlchemyError, Away, TimedOut, TimeoutError, driver.Error)
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._threads = ThreadPoolExecutor(AT_ONCE, "gate")
        self._noted: dict[str, datetime] = {}
        self._noting: set[asyncio.Task[None]] = set()
        self._looking: set[asyncio.Task[Caller | Refused]] = set()

    async def authenticate(self, token: str, call: Call) -> Viewer | Refused:
        """The viewer, or why there is none. Raises Unavailable."""
        try:
            caller = await self._caller_in_time(token)
        except self._errors as error:
            log.error("master away", request_id=call.request_id, exc_info=error)
            raise Unavailable("The master can not be reached.") from None
        if isinstance(caller, Refused):
            return caller
        call.facts["caller"] = caller.viewer.token_id
        call.registered_only, call.rate = caller.registered_only, caller.rate
        self._note_use(caller.viewer)
        return caller.viewer

    async def _caller_in_time(self, token: str) -> Caller | Refused:
        """Raises TimeoutError too, without waiting for the end of what is stopped: a server that does not
        answer may not take a cancel either."""
        looking = asyncio.create_task(self.caller(token))
        self._looking.add(looking)
        looking.add_done_callback(self._looked)
        try:
            await asyncio.wait({looking}, timeout=self._seconds)
            if not looking.done():
                raise TimeoutError
            return looking.result()
        finally:
            looking.cancel()

    def _looked(self, looking: asyncio.Task[Caller | Refused]) -> None:
        self._looking.discard(looking)
        if not looking.cancelled():
            looking.exception()  # told to whoever still waits

    async def caller(self, token: str) -> Caller | Refused:
        """Who holds the token, or why it opens nothing: found out by the same work whatever the reason."""
        match = _TOKEN.fullmatch(token)
        given = secret_digest(self._master.keys, match[2] if match else "")
        known = await self._known_as(match[1] if match else "")
        row = None if known is None else known.row
        reason = _reason(given, row, self._master.clock.now())
        if known is None or row is None:
            return Refused("unknown" if match else "malformed")
        if reason is not None or known.caller is None:
            return Refused(reason or "revoked", row.id)
        return known.caller

    async def _known_as(self, id: str) -> _Known | None:
        """The token of this id as it is now: one look at the master, and more only where that has changed."""
        stamp = await self._stamp_of(id)
        if stamp is None:
            return None
        known = self._known.get(id)
        if known is None or known.stamp != stamp:
            known = await asyncio.get_running_loop().run_in_executor(self._threads, self._read, id)
        if known is not None:
            self._known.pop(id, None)
            self._known[id] = known
            if len(self._known) > KEPT_TOKENS:
                self._known.popitem(last=False)
        return known

    async def _stamp_of(self, id: str) -> bytes | None:
        values = self._stamp.values({"token": id})
        try:
            return await self._answering.told(self._stamp, values)
        except Away:  # the connection had been kept while its server began anew: the next one has not
            return await self._answering.told(self._stamp, values)

    def _read(self, id: str) -> _Known | None:
        """With the stamp of the very state that is read: kept under another, it could outlive a change."""
        with self._master.reading() as connection:
            row, stamp = token_by_id(connection, id), stamp_of(connection, id)
            role = None if row is None else self._master.roles.get(row.role)
            if row is None or stamp is None or role is None:
                return None if row is None or stamp is None else _Known(stamp, row, None)
            branches = None if row.all_branches else token_branches(connection, row.id)
            sight = sight_of(connection, role, branches)
        viewer = Viewer(row.name, role, row.id, sight, scopes_of(row), sources_of(row))
        return _Known(stamp, row, Caller(viewer, row.registered_only, row.rate))

    def _note_use(self, viewer: Viewer) -> None:
        """Notes the use at most once a minute, beside the request: it does not wait for a writer's turn."""
        now = self._master.clock.now()
        last = self._noted.get(viewer.token_id)
        if last is not None and now - last < USE_NOTED_EVERY:
            return
        self._noted[viewer.token_id] = now
        task = asyncio.create_task(_in_thread(self._write_use, viewer.token_id))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    def _write_use(self, token_id: str) -> None:
        try:
            with self._master.transaction(Actor("hub")) as tx:
                note_use(tx, token_id)
        except (SQLAlchemyError, TimedOut) as error:
            log.warning("use of a token not noted", caller=token_id, exc_info=error)

    async def noted(self) -> None:
        """Waits for uses that are being noted."""
        await asyncio.gather(*self._noting)

    async def close(self) -> None:
        await self.noted()
        if self._looking:
            await asyncio.wait(self._looking)
        self._threads.shutdown(wait=False)
        self._answering.close()


def _reason(given: bytes, row: TokenRow | None, now: datetime) -> Reason | None:
    """Why the digest opens nothing; None: it is the secret's or, while both are good, the former one's."""
    kept = (row.secret_digest, row.former_digest) if row is not None else (None, None)
    is_secret, is_former = (hmac.compare_digest(given, digest or NO_DIGEST) for digest in kept)
    if row is None:
        return "unknown"
    is_former_good = row.former_until is not None and now < row.former_until
    if not (is_secret or (is_former and is_former_good)):
        return "wrong"
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if is_over(row, now) else None


async def _in_thread(work: Callable[[str], None], argument: str) -> None:
    await asyncio.to_thread(work, argument)
