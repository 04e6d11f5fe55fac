"""Who asks: a bearer token turned into a Viewer."""

import asyncio
import hmac
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.http.asgi import Call
from master.access import Viewer, roles
from master.errors import Unavailable
from master.reads.tokens import token_branches, token_by_id
from master.session import Actor, Master
from master.writes.tokens import note_use, secret_digest

USE_NOTED_EVERY = timedelta(minutes=1)

_TOKEN = re.compile(r"kehu_([A-Za-z0-9]{1,32})_([A-Za-z0-9_-]{1,128})")

log = structlog.get_logger("kehu.auth")


class Gate:
    """Recognises tokens; looks at the master each time, so that a revoked one is refused at once."""

    def __init__(self, master: Master) -> None:
        self._master = master
        self._noted: dict[str, datetime] = {}
        self._noting: set[asyncio.Task[None]] = set()

    async def authenticate(self, token: str, call: Call) -> Viewer | None:
        """The viewer, or None whatever the reason. Raises Unavailable."""
        try:
            viewer = await asyncio.to_thread(self.viewer, token)
        except SQLAlchemyError as error:
            log.error("master away", request_id=call.request_id, exc_info=error)
            raise Unavailable("The master can not be reached.") from None
        if viewer is not None:
            call.facts["caller"] = viewer.token_id
            self._note_use(viewer)
        return viewer

    def viewer(self, token: str) -> Viewer | None:
        """The holder of the token; None when it is unknown, wrong, revoked, expired or of no role."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        given = secret_digest(self._master.keys, match[2])
        with self._master.reading() as connection:
            row = token_by_id(connection, match[1])
            if row is None or not hmac.compare_digest(given, row.secret_digest):
                return None
            is_over = row.expires_at is not None and row.expires_at <= self._master.clock.now()
            role = roles().get(row.role)
            if is_over or row.revoked_at is not None or role is None:
                return None
            branches = None if row.all_branches else token_branches(connection, row.id)
        return Viewer(row.name, role, row.id, branches)

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


async def _in_thread(work: Callable[[str], None], argument: str) -> None:
    await asyncio.to_thread(work, argument)
