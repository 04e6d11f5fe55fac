"""sample, import: data coming in."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from app.commands.context import opened_master, progress
from intake.kinds import KINDS
from intake.run import ImportResult, Progress
from intake.run import import_file as run_import
from intake.sample.fill import fill

PERMILLE = 1000  # how finely progress is shown
COUNTED = ("read", "added", "linked", "review", "changed", "unchanged", "stale", "refused", "warnings")


@click.command()
@click.option("--customers", type=click.IntRange(1), required=True, help="How many.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same data.")
def sample(customers: int, seed: int) -> None:
    """Fill an empty hub with believable data: branches, products, tags, customers and all below them."""
    with opened_master() as master, progress("sample") as show:
        counts = fill(master, customers=customers, seed=seed, progress=show)
    for name, count in asdict(counts).items():
        click.echo(f"{name}: {count}")


@click.command("import")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", help="The source system's code; required but for branches, products and tags.")
@click.option("--dry-run", is_flag=True, help="Check and count everything, change nothing.")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write refused rows and warnings there."
)
@click.option(
    "--no-matching",
    is_flag=True,
    help="Make each new customer's key a customer of its own; kehu match run finds who is there twice.",
)
@click.option("--encoding", help="The file's encoding, where it is not recognised.")
def import_file(*, kind: str, file: Path, no_matching: bool, **options: Any) -> None:
    """Read a CSV file into the hub. Exits 1 when a row was refused; the others are in.

    Killed and started again, an import goes on where it was; the same file twice changes nothing.
    """
    with opened_master() as master, progress(kind) as show:

        def told(done: Progress) -> None:
            show(round(done.share * PERMILLE), PERMILLE)

        result = run_import(master, kind, file, progress=told, matching=not no_matching, **options)
    _tell(result)
    if result.refused:
        sys.exit(1)


def _tell(result: ImportResult) -> None:
    if result.resumed_after:
        click.echo(f"went on after line {result.resumed_after}, where an earlier import stopped", err=True)
    for notice in result.notices:
        click.echo(notice, err=True)
    for name in COUNTED:
        click.echo(f"{name}: {getattr(result, name)}")
    if result.dry_run:
        click.echo("dry run: nothing was changed", err=True)
    elif not any((result.added, result.linked, result.review, result.changed)):
        click.echo("nothing was changed", err=True)
