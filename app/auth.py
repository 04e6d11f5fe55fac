"""Who asks: a bearer token turned into a Viewer."""

import asyncio
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.http.asgi import Call
from master.access import Viewer, roles
from master.errors import Unavailable
from master.reads.tokens import TokenRow, is_over, token_branches, token_by_id
from master.session import Actor, Master
from master.writes.tokens import note_use, secret_digest

USE_NOTED_EVERY = timedelta(minutes=1)

_TOKEN = re.compile(r"kehu_([A-Za-z0-9]{1,32})_([A-Za-z0-9_-]{1,128})")

log = structlog.get_logger("kehu.auth")


@dataclass(frozen=True, slots=True)
class Caller:
    """A viewer, and whether its token runs registered documents only."""

    viewer: Viewer
    registered_only: bool


class Gate:
    """Recognises tokens; looks at the master each time, so that a revoked one is refused at once."""

    def __init__(self, master: Master) -> None:
        self._master = master
        self._noted: dict[str, datetime] = {}
        self._noting: set[asyncio.Task[None]] = set()

    async def authenticate(self, token: str, call: Call) -> Viewer | None:
        """The viewer, or None whatever the reason. Raises Unavailable."""
        try:
            caller = await asyncio.to_thread(self.caller, token)
        except SQLAlchemyError as error:
            log.error("master away", request_id=call.request_id, exc_info=error)
            raise Unavailable("The master can not be reached.") from None
        if caller is None:
            return None
        call.facts["caller"] = caller.viewer.token_id
        call.registered_only = caller.registered_only
        self._note_use(caller.viewer)
        return caller.viewer

    def caller(self, token: str) -> Caller | None:
        """Who holds the token; None when it is unknown, wrong, revoked, expired or of no role."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        given = secret_digest(self._master.keys, match[2])
        with self._master.reading() as connection:
            row = token_by_id(connection, match[1])
            if row is None or not _opens(given, row, self._master.clock.now()):
                return None
            role = roles().get(row.role)
            if role is None:
                return None
            branches = None if row.all_branches else token_branches(connection, row.id)
        scopes = None if row.scopes is None else frozenset(row.scopes.split())
        return Caller(Viewer(row.name, role, row.id, branches, scopes), row.registered_only)

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
        except SQLAlchemyError as error:
            log.warning("use of a token not noted", caller=token_id, exc_info=error)

    async def close(self) -> None:
        """Waits for uses that are being noted."""
        await asyncio.gather(*self._noting)


def _opens(given: bytes, row: TokenRow, now: datetime) -> bool:
    """Whether the digest is that of the token's secret, or of the one before while both are good."""
    if is_over(row, now):
        return False
    is_former_good = row.former_until is not None and now < row.former_until
    kept = (row.secret_digest, row.former_digest if is_former_good else None)
    return any(hmac.compare_digest(given, digest) for digest in kept if digest is not None)


async def _in_thread(work: Callable[[str], None], argument: str) -> None:
    await asyncio.to_thread(work, argument)
