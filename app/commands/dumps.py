"""dump: JSON lines straight from the stores, for checks from outside."""

import asyncio
from collections.abc import Iterator
from typing import Any

import click
import orjson
from sqlalchemy import Connection, select

from app.commands.context import opened_master, settings
from app.opening import open_search
from app.settings import Settings
from master.tables.base import table
from master.tables.changes import EventRow
from master.tables.customers import CustomerRow
from master.tables.sources import SourceRecordRow, SourceSystemRow

customers, events = table(CustomerRow), table(EventRow)
records, systems = table(SourceRecordRow), table(SourceSystemRow)

source_option = click.option("--source", help="Only customers of this source, by its own keys.")

Keys = dict[int, str]


@click.group()
def dump() -> None:
    """JSON lines straight from the stores, whatever the server has in memory."""


@dump.command()
@source_option
def master(source: str | None) -> None:
    """{"key","n","version"}: customer number or source key, name, revision."""
    with opened_master() as opened, opened.reading() as connection:
        keys = _keys(connection, source)
        rows = connection.execute(select(customers).order_by(customers.c.id))
        for row in rows:
            if row.id in keys:
                _tell(key=keys[row.id], n=row.name, version=row.revision)


@dump.command()
@source_option
def index(source: str | None) -> None:
    """{"key","n","version"}: what the search index holds."""
    told = settings()
    with opened_master(told) as opened, opened.reading() as connection:
        keys = _keys(connection, source)
    asyncio.run(_dump_index(told, keys, source))


async def _dump_index(told: Settings, keys: Keys, source: str | None) -> None:
    engine = open_search(told)
    try:
        async for entry in engine.entries():
            if source is None or entry.id in keys:
                _tell(key=keys.get(entry.id, entry.number), n=entry.name, version=entry.revision)
    finally:
        await engine.close()


@dump.command("events")
@source_option
def dump_events(source: str | None) -> None:
    """{"id","key","version"}: every revision that was committed in the last days, in order."""
    with opened_master() as opened, opened.reading() as connection:
        keys = _keys(connection, source)
        for row in connection.execute(select(events).order_by(events.c.id)):
            if row.customer_id in keys:
                _tell(id=str(row.id), key=keys[row.customer_id], version=row.revision)


@dump.command()
def sources() -> None:
    """{"source","key","customer"}: whose record became which customer."""
    with opened_master() as opened, opened.reading() as connection:
        for row in connection.execute(
            select(systems.c.code, records.c.source_key, customers.c.number)
            .join(systems, systems.c.id == records.c.source_id)
            .join(customers, customers.c.id == records.c.customer_id)
            .where(records.c.kind == "customers")
            .order_by(systems.c.code, records.c.source_key)
        ):
            _tell(source=row.code, key=row.source_key, customer=row.number)


def _keys(connection: Connection, source: str | None) -> Keys:
    """The key of each customer: its number, or the source's own."""
    return dict(_pairs(connection, source))


def _pairs(connection: Connection, source: str | None) -> Iterator[tuple[int, str]]:
    wanted: Any = select(customers.c.id, customers.c.number)
    if source is not None:
        wanted = select(records.c.customer_id, records.c.source_key).join(
            systems, systems.c.id == records.c.source_id
        )
        wanted = wanted.where(systems.c.code == source, records.c.kind == "customers")
    for row in connection.execute(wanted):
        yield row[0], row[1]


def _tell(**facts: object) -> None:
    click.echo(orjson.dumps(facts))
