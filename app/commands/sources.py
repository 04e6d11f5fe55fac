"""sources: the systems that data comes from, and how far each is trusted in what."""

from functools import partial
from typing import Any

import click
from sqlalchemy import select

from app.commands.context import CLI, opened_master, progress
from app.commands.roles import aligned
from master.audit import note
from master.deadlocks import untangled
from master.errors import Invalid
from master.reads.sayings import TRUST
from master.session import Master
from master.tables.base import table
from master.tables.sources import SourceSystemRow
from master.writes.source_systems import choose_on, trust_source
from master.writes.sourced.directory import source_named
from matching.survive import Group

systems = table(SourceSystemRow)


@click.group()
def sources() -> None:
    """Source systems: which there are, and how far each is trusted."""


@sources.command("list")
def list_sources() -> None:
    """All source systems with their ranks; a blank one is as the one of all."""
    with opened_master() as master, master.reading() as connection:
        rows = connection.execute(select(systems).order_by(systems.c.code)).all()
    header = ["code", "name", "trust", *(group.lower() for group in Group), ""]
    for line in aligned([header, *map(_line, rows)]):
        click.echo(line)


def _line(row: Any) -> list[str]:
    own = [getattr(row, column.name) for column in TRUST.values()]
    told = "values follow still: run `kehu sources follow`" if row.chosen_until is not None else ""
    return [row.code, row.name, str(row.trust), *("" if rank is None else str(rank) for rank in own), told]


@sources.command()
@click.argument("code")
def add(code: str) -> None:
    """Make a source system known before its first record comes, with rank 0."""
    with opened_master() as master, master.transaction(CLI) as tx:
        id, made = source_named(tx, code)
        if not made:
            raise Invalid(f"The source {code} is known already.", ["code"])
        note(tx, "source.create", "source", id)


@sources.command()
@click.argument("code")
@click.argument("rank")
@click.option(
    "--group", type=click.Choice([group.value for group in Group]), help="Only in these attributes."
)
def trust(code: str, rank: str, *, group: str | None) -> None:
    """Rank a source from 0 to 1000; `same` ends a rank of one group. Where sources disagree the higher rank
    stands; the values of all customers follow at once."""
    of = None if group is None else Group(group)
    wanted = _rank(rank)
    with opened_master() as master:
        untangled(partial(_trust, master, code, wanted, of))
        _follow(master)


@sources.command()
def follow() -> None:
    """Go on with a change of ranks that was interrupted."""
    with opened_master() as master:
        _follow(master)


def _rank(text: str) -> int | None:
    """Raises Invalid."""
    if text == "same":
        return None
    if not (text.isascii() and text.isdecimal()):
        raise Invalid("A rank is a whole number, or `same`.", ["rank"])
    return int(text)


def _trust(master: Master, code: str, rank: int | None, group: Group | None) -> None:
    with master.transaction(CLI) as tx:
        trust_source(tx, code, rank, group)


def _follow(master: Master) -> None:
    """Some customers at a time, each time committed: it can be killed, and others write between."""
    changed = 0
    with progress("customers") as show:
        while (done := untangled(partial(_next, master))) is not None:
            changed += done
            show(changed, changed + 1)
    click.echo(f"changed: {changed}")


def _next(master: Master) -> int | None:
    with master.transaction(CLI) as tx:
        return choose_on(tx)
