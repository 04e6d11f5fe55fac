"""What commands share that compare all customers: reading, telling, going on where one was stopped."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import click

from app.commands.context import Finding, progress, settings
from app.joining import Joining
from app.opening import open_master
from app.relatives import FoundRelatives
from app.sweeping import Sweep, write
from master.clock import spelled
from master.collecting import spare_the_collector
from master.errors import Refusal
from master.reads.match_runs import StoppedRun, kept_run, stopped_run
from master.session import Master
from master.writes.match_runs import note_kept
from matching.kept_rules import name_of
from matching.rules import VERDICTS, BadRules, Rules, rules_in, shipped

GOES_ON_FOR = timedelta(hours=12)  # later too much has changed: a nightly run looks at everybody anew


def stopped_before(master: Master, asked: str) -> StoppedRun | None:
    """The run that is gone on with, which is told."""
    with master.reading() as connection:
        stopped = stopped_run(connection, asked, master.clock.now() - GOES_ON_FOR)
    if stopped is not None:
        where = (
            "nothing is compared again" if stopped.kept_at else "all are compared again, what it kept stands"
        )
        click.echo(f"goes on with the run of {spelled(stopped.started_at)}: {where}")
    return stopped


def compared(
    master: Master, rules: Path | None, pairs: Path | None, *, learn: bool
) -> tuple[Sweep, FoundRelatives]:
    """Everybody; what is found is told, and written into the file of pairs."""
    sweep = swept(master, rules, learn=learn)
    _tell(sweep)
    relatives = FoundRelatives.of(sweep)
    click.echo(f"may be relatives: {len(relatives.found.one)}")
    if pairs is not None:
        _write(pairs, sweep)
    return sweep, relatives


def keep(master: Master, id: int, found: tuple[Sweep, FoundRelatives]) -> None:
    """Review tasks and suggestions of all that the run has found."""
    sweep, relatives = found
    with progress("tasks") as show:
        _count(sweep.keep(show))
    with progress("relatives") as show:
        _count(relatives.keep(show), "relatives ")
    write(master, lambda tx: note_kept(tx, id, name_of(sweep.rules)))


def merge(master: Master, id: int) -> None:
    """Those who are the same by the tasks of the run, as far as it has not done that yet."""
    with master.reading() as connection:
        kept = kept_run(connection, id)
    with progress("merges") as show:
        _count(Joining.of(master, kept).merge(show))


def swept(master: Master, rules: Path | None, *, learn: bool) -> Sweep:
    """All customers compared by these rules. Raises Finding."""
    opener = partial(open_master, settings())
    spare_the_collector()
    with refusals_told(), progress("customers") as show:
        return Sweep.of(master, rules_of(rules), learn=learn, opener=opener, told=show)


def _tell(sweep: Sweep) -> None:
    click.echo(f"customers: {len(sweep.records.ids)}")
    click.echo(f"would be merged: {sum(map(len, sweep.groups))} into {len(sweep.groups)}")
    for verdict in reversed(VERDICTS):
        click.echo(f"pairs {verdict}: {sum(1 for _ in sweep.found.of(verdict))}")
    for kind, many in sweep.found.cut.items():
        click.echo(f"keys that too many share to be followed, {kind}: {many}", err=True)


def _count(done: Mapping[str, int], of: str = "") -> None:
    for what, many in sorted(done.items()):
        click.echo(f"{of}{what}: {many}")


def rules_of(path: Path | None) -> Rules:
    try:
        return rules_in(path) if path else shipped()
    except BadRules as error:
        raise Finding(str(error)) from None


def _write(path: Path, sweep: Sweep) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        told = csv.writer(file)
        told.writerow(("one", "other", "verdict", "odds"))
        found = sweep.found
        for one, other, verdict, odds in zip(
            found.one.tolist(),
            found.other.tolist(),
            found.verdicts.tolist(),
            found.odds.tolist(),
            strict=True,
        ):
            told.writerow((sweep.number(one), sweep.number(other), VERDICTS[verdict], f"{odds:.2f}"))


@contextmanager
def refusals_told() -> Iterator[None]:
    """Refusals are findings."""
    try:
        yield
    except Refusal as refusal:
        raise Finding(str(refusal)) from None
