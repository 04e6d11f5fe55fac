"""batches: what came in, what became of it, and taking it back."""

import csv
import json
import sys
from typing import Any

import click
from sqlalchemy import Connection

from app.commands.context import CLI, opened_master, progress
from app.commands.roles import aligned
from intake.hints import hint_of
from intake.report import HEADER
from master.clock import spelled
from master.errors import NotFound
from master.reads.batches import batch_with_id, last_batches, left_records, refusals
from master.session import Master
from master.tables.codes import LEFT_BECAUSE, TakenBack
from master.writes import checks
from master.writes.taking_back.back import Counts, Step, rehearsed_take_back, take_back

COUNTED = ("read", "added", "linked", "review", "changed", "unchanged", "stale", "refused", "warnings")
HALF = "half taken back: run `kehu batches take-back` again"


@click.group()
def batches() -> None:
    """Batches: files that were imported and records that were submitted, and taking one back."""


@batches.command("list")
@click.option("--most", type=click.IntRange(1), default=20, show_default=True, help="How many, at most.")
def list_batches(most: int) -> None:
    """The last batches, the newest first, with what became of their records."""
    with opened_master() as master, master.reading() as connection:
        rows = last_batches(connection, most)
    header = ["id", "at", "kind", "source", "sent by", *COUNTED, ""]
    for line in aligned([header, *map(_line, rows)]):
        click.echo(line)


@batches.command()
@click.argument("batch", type=int)
def show(batch: int) -> None:
    """One batch: where it came from, what became of its records, and whether it was taken back."""
    with opened_master() as master, master.reading() as connection:
        row = _found(connection, batch)
        left = left_records(connection, batch)
    told = {
        "kind": row.kind,
        "source": row.source or "",
        "origin": row.origin,
        "file": row.file_name or "",
        "sent by": row.sender or "",
        "at": spelled(row.started_at),
        **{name: str(count) for name, count in _counts(row).items()},
        "state": _state(row),
    }
    if row.taking_back_at is not None:
        told |= {"taken back by": row.taker, "because": row.taken_back_reason}
    if row.forgotten_at is not None:
        told |= {"records": "no longer kept; it can not be taken back any more"}
    for name, value in told.items():
        click.echo(f"{name}: {value}".rstrip())
    for each in left:
        became = TakenBack(each.taken_back)
        click.echo(f"line {each.line}: {became}: {LEFT_BECAUSE.get(became, 'The rest went back.')}")


@batches.command()
@click.argument("batch", type=int)
def refused(batch: int) -> None:
    """The records that were refused, as CSV: line, column, code, message and what to do."""
    with opened_master() as master, master.reading() as connection:
        _found(connection, batch)
        writer = csv.writer(sys.stdout)
        writer.writerow(HEADER)
        for line, column, code, message in refusals(connection, batch):
            writer.writerow([line, column, code, message, hint_of(code)])


@batches.command("take-back")
@click.argument("batch", type=int)
@click.option("--reason", required=True, help="Why; it is kept with the batch and with each change.")
@click.option("--dry-run", is_flag=True, help="Tell what would become of its records, change nothing.")
def take_back_batch(batch: int, *, reason: str, dry_run: bool) -> None:
    """Make it as if a batch had not come; of several the newest first. Exits 1 when a record was left.

    What it added goes, what it changed becomes what it was. What was changed since is left, and told by
    `kehu batches show`; run again, that is tried again. Killed, it goes on where it was.
    """
    checks.line(reason, ["reason"])
    with opened_master() as master:
        counts = rehearsed_take_back(master, CLI, batch) if dry_run else _take_back(master, batch, reason)
    for became, count in sorted(counts.items()):
        click.echo(f"{became}: {count}")
    if dry_run:
        click.echo("dry run: nothing was changed", err=True)
    if any(became in LEFT_BECAUSE for became in counts):
        sys.exit(1)


def _take_back(master: Master, batch: int, reason: str) -> Counts:
    with master.reading() as connection:
        records = _counts(_found(connection, batch))["read"]
    done = 0
    with progress("records") as show_done:

        def tell(step: Step) -> None:
            nonlocal done
            done += sum(step.counts.values())
            show_done(done, max(done, records))

        return take_back(master, CLI, batch, reason, tell)


def _found(connection: Connection, batch: int) -> Any:
    row = batch_with_id(connection, batch)
    if row is None:
        raise NotFound(f"There is no batch {batch}: see `kehu batches list`.")
    return row


def _counts(row: Any) -> dict[str, int]:
    """Those that are not told count nothing: of batches of earlier versions."""
    counts = json.loads(row.counts)
    return {name: counts.get(name, 0) for name in COUNTED}


def _line(row: Any) -> list[str]:
    counts = [str(count) for count in _counts(row).values()]
    where = [row.kind, row.source or "", row.sender or ""]
    return [str(row.id), spelled(row.started_at), *where, *counts, _state(row)]


def _state(row: Any) -> str:
    if row.taken_back_at is not None:
        return "taken back"
    if row.taking_back_at is not None:
        return HALF
    return "in" if row.finished_at is not None else "half in: import the same file again"
