"""Looks at everything a hub needs, and says of each finding what to do about it."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.known_settings import SETTINGS
from app.limits import WrongLimits, read_limits
from app.opening import NotSupported, open_master, open_search, open_windows
from app.parts import LATE, NOT_FILLED, REDIS_AWAY
from app.settings import (
    Settings,
    WrongSettings,
    read_settings,
    settings_texts,
    shown,
    unknown_settings,
)
from app.windows import SharedWindows
from indexing.engines.port import Health
from indexing.errors import SearchUnavailable
from master.clock import ClockFileError, FileTime, spelled
from master.keys import KeyFileError
from master.migrations import NewerDatabase, is_current, refuse_newer
from master.queue import backlog
from master.reads.blocking_keys import are_filled
from master.reads.tokens import all_tokens, branch_codes, is_over
from master.roles import ALL_BRANCHES, Roles, WrongRoles, read_roles
from master.session import Master
from master.tables.base import table
from master.tables.customers import CustomerBranchRow, CustomerRow

OLDEST_SQLITE = (3, 38, 0)  # JSON functions always there, generated columns, RETURNING
OLDEST_POSTGRESQL = 15

customers, belongings = table(CustomerRow), table(CustomerBranchRow)


@dataclass(frozen=True)
class Said:
    subject: str
    is_fine: bool
    message: str


def examine() -> Iterator[Said]:
    """One line for each thing looked at."""
    for sentence in unknown_settings(os.environ):
        yield Said("settings", False, sentence)
    try:
        told = read_settings(os.environ)
    except WrongSettings as wrong:
        yield from (Said("settings", False, problem) for problem in wrong.problems)
        return
    yield from _settings()
    try:
        roles = read_roles(told.roles)
    except WrongRoles as wrong:
        yield from (Said("roles", False, problem) for problem in wrong.problems)
        return
    yield Said("roles", True, "the shipped ones" if told.roles is None else str(told.roles))
    yield from _limits(told, roles)
    yield from _redis(told)
    yield from _clock(told)
    try:
        master = open_master(told)
    except (KeyFileError, OSError) as error:
        yield Said("keys", False, str(error))
        return
    yield Said("keys", True, str(told.keys))
    yield from _master(master)
    yield _index(told)
    master.close()


def _settings() -> Iterator[Said]:
    texts = settings_texts(os.environ)
    for setting in SETTINGS:
        value = texts.get(setting.name)
        told = f"{setting.default} (default)" if value is None else shown(value)
        yield Said("settings", True, f"{setting.name} = {told}")


def _limits(told: Settings, roles: Roles) -> Iterator[Said]:
    try:
        limits = read_limits(told.limits)
    except WrongLimits as wrong:
        yield from (Said("limits", False, problem) for problem in wrong.problems)
        return
    yield Said("limits", True, "the shipped ones" if told.limits is None else str(told.limits))
    for role in sorted(set(limits.roles) - set(roles)):
        yield Said("limits", False, f"there is no role {role}: name one of {', '.join(roles)}")


def _redis(told: Settings) -> Iterator[Said]:
    if told.redis_url is None:
        return
    try:
        answers = asyncio.run(_redis_answers(told))
    except NotSupported as error:
        yield Said("redis", False, str(error))
        return
    yield Said("redis", answers, "it answers" if answers else REDIS_AWAY)


async def _redis_answers(told: Settings) -> bool:
    windows = open_windows(told)
    try:
        return isinstance(windows, SharedWindows) and await windows.answers()
    finally:
        await windows.close()


def _clock(told: Settings) -> Iterator[Said]:
    if told.clock is not None:
        try:
            yield Said("clock", True, f"it is {spelled(FileTime(told.clock)())}")
        except ClockFileError as error:
            yield Said("clock", False, str(error))


def _master(master: Master) -> Iterator[Said]:
    try:
        with master.reading() as connection:
            yield _version(master, connection)
            yield from _durability(master, connection)
            refuse_newer(connection)
            if not is_current(connection):
                yield Said("master", False, "its tables are not those of this version: run `kehu init`")
                return
            yield Said("master", True, "its tables are those of this version")
            yield from _queue(master, connection)
            if not are_filled(connection):
                yield Said("customers", False, NOT_FILLED)
            yield from _customers(connection)
            yield from _tokens(master, connection)
    except NewerDatabase as error:
        yield Said("master", False, str(error))
    except SQLAlchemyError as error:
        away = f"it can not be reached ({type(error).__name__})"
        yield Said("master", False, f"{away}: see KEHU_DATABASE_URL, and whether the server runs")


def _version(master: Master, connection: Connection) -> Said:
    if master.is_sqlite:
        said = f"SQLite {sqlite3.sqlite_version}"
        oldest = ".".join(map(str, OLDEST_SQLITE))
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            return Said("master", False, f"{said} is too old: use a Python built with {oldest} or newer")
        return Said("master", True, said)
    number = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000
    if number < OLDEST_POSTGRESQL:
        return Said(
            "master", False, f"PostgreSQL {number} is too old: {OLDEST_POSTGRESQL} or newer is needed"
        )
    return Said("master", True, f"PostgreSQL {number}")


def _durability(master: Master, connection: Connection) -> Iterator[Said]:
    """What a commit that was answered survives."""
    wanted = (
        {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": "2", "PRAGMA foreign_keys": "1"}
        if master.is_sqlite
        else {"SHOW fsync": "on", "SHOW synchronous_commit": "on", "SHOW full_page_writes": "on"}
    )
    for question, right in wanted.items():
        answer = str(connection.scalar(text(question)))
        name = question.split()[1]
        if answer == right:
            yield Said("durability", True, f"{name} = {answer}")
        else:
            yield Said(
                "durability", False, f"{name} is {answer}: a power cut can lose commits; set it to {right}"
            )


def _queue(master: Master, connection: Connection) -> Iterator[Said]:
    waiting = backlog(connection)
    if waiting.dead:
        yield Said("queue", False, f"{waiting.dead} customers are set aside: see `kehu outbox --dead`")
    age = (master.clock.now() - waiting.oldest).total_seconds() if waiting.oldest else 0.0
    if age > LATE.total_seconds():
        yield Said("queue", False, f"the oldest change waits for {age:.0f} s: is a worker running?")
    else:
        yield Said("queue", True, f"{waiting.pending} customers wait")


def _customers(connection: Connection) -> Iterator[Said]:
    count = select(func.count()).select_from(customers)
    nowhere = count.where(~select(belongings).where(belongings.c.customer_id == customers.c.id).exists())
    homeless = connection.scalar(nowhere) or 0
    told = (
        f"of which {homeless} belong to no branch: "
        "only tokens for all branches, and roles with sees_unassigned, see them"
    )
    yield Said("customers", True, f"{connection.scalar(count)}, {told if homeless else 'each of a branch'}")


def _tokens(master: Master, connection: Connection) -> Iterator[Said]:
    """Those that live but open nothing, or nobody's customers."""
    live = [row for row in all_tokens(connection) if not is_over(row, master.clock.now())]
    yield Said("tokens", True, f"{len(live)} live")
    branches = branch_codes(connection)
    for row in live:
        role = master.roles.get(row.role)
        if role is None:
            gone = f"{row.id} opens nothing, for there is no role {row.role}"
            yield Said("tokens", False, f"{gone}: see KEHU_ROLES, or `kehu token revoke {row.id}`")
        elif role.branches == ALL_BRANCHES and row.id in branches:
            wide = f"{row.id} is for {', '.join(branches[row.id])}, but the role {row.role} sees every branch"
            yield Said("tokens", False, f"{wide}: change the role, or `kehu token revoke {row.id}`")


def _index(told: Settings) -> Said:
    try:
        health = asyncio.run(_health(told))
    except (NotSupported, SearchUnavailable) as error:
        return Said("index", False, str(error))
    if health.needs_rebuild or not health.is_ready:
        return Said("index", False, f"{health.detail} Run `kehu index rebuild`.")
    return Said("index", True, f"{health.customers} customers, {health.detail}")


async def _health(told: Settings) -> Health:
    engine = open_search(told)
    try:
        return await engine.health()
    finally:
        await engine.close()
