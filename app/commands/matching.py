"""match: which customers may be one, and how well the rules agree with people."""

import csv
from collections.abc import Iterator
from pathlib import Path

import click

from app.commands.comparing import compared, keep, merge, refusals_told, rules_of, stopped_before, swept
from app.commands.context import CLI, Finding, opened_master
from app.rehearsing import rehearsed, replayed
from app.sweeping import write
from master.reads.reviews import customer_id, judged, merged_numbers, open_tasks, task_of
from master.session import Master
from master.tables.codes import ReviewAnswer
from master.writes.match_runs import begin_run, end_run
from master.writes.review_decisions import Decision
from master.writes.review_decisions import decide as decide_task
from master.writes.review_decisions import undo as undo_task
from matching.evaluate import Evaluation, Pair, evaluated
from matching.kept_rules import name_of
from matching.rules import VERDICTS, Rules

SAME = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}

rules_option = click.option(
    "--rules",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Other rules than the shipped.",
)
learn_option = click.option("--learn", is_flag=True, help="Learn the weights of people from this hub first.")


@click.group()
def match() -> None:
    """Which customers may be one."""


@match.command()
@click.option("--dry-run", is_flag=True, help="Change nothing.")
@click.option(
    "--merge", "merges", is_flag=True, help="Merge those who are the same; undone by unmergeCustomer."
)
@rules_option
@learn_option
@click.option(
    "--pairs", type=click.Path(dir_okay=False, path_type=Path), help="Write every pair to this CSV file."
)
@click.option("--anew", is_flag=True, help="Begin anew, where the last run was stopped.")
def run(
    *, dry_run: bool, merges: bool, rules: Path | None, learn: bool, pairs: Path | None, anew: bool
) -> None:
    """Compare all customers with each other: make review tasks of pairs that may be one, and suggestions of
    those that may be relatives.

    Stopped and started again in the same way, it goes on where it was. The file of --pairs has customer
    numbers, verdict and log2 odds; no personal data.
    """
    if dry_run and merges:
        raise click.UsageError("--dry-run changes nothing: leave out --merge.")
    with opened_master() as master:
        if dry_run:
            _tell_rehearsed(master, compared(master, rules, pairs, learn=learn)[0].rules)
            return
        asked = f"{name_of(rules_of(rules))}{' --learn' if learn else ''}{' --merge' if merges else ''}"
        stopped = None if anew else stopped_before(master, asked)
        id = write(master, lambda tx: begin_run(tx, asked)) if stopped is None else stopped.id
        if stopped is None or stopped.kept_at is None:
            keep(master, id, compared(master, rules, pairs, learn=learn))
        if merges:
            merge(master, id)
        write(master, lambda tx: end_run(tx, id))


def _tell_rehearsed(master: Master, rules: Rules) -> None:
    """What these rules would make of pairs that were merged and decided before."""
    with master.reading() as connection:
        told = rehearsed(connection, rules)
    click.echo(f"merged before: {told.merged}, of which would be split: {told.split}")
    _tell_agreement("decided pairs", told.judged)


@match.command()
@click.option("--most", type=click.IntRange(1), default=50, show_default=True, help="How many.")
def tasks(most: int) -> None:
    """Pairs that wait for a steward, the likeliest first: customer numbers, verdict, log2 odds."""
    with opened_master() as master, master.reading() as connection:
        for one, other, verdict, odds in open_tasks(connection, most):
            click.echo(f"{one},{other},{verdict},{odds:.2f}")


@match.command()
@click.argument("one")
@click.argument("other")
@click.argument("answer", type=click.Choice([each.value.lower() for each in ReviewAnswer]))
@click.option("--reason", required=True, help="Why; it is kept with the answer.")
def decide(one: str, other: str, answer: str, reason: str) -> None:
    """Say whether two customers (by number) are one. Who are the same are merged, into the older one; who are
    different are proposed again only when one of them changes."""
    with opened_master() as master:
        task = _task(master, one, other)
        with refusals_told(), master.transaction(CLI) as tx:
            decide_task(tx, Decision(task, ReviewAnswer(answer.upper()), reason))


@match.command()
@click.argument("one")
@click.argument("other")
@click.option("--reason", default="The decision was taken back.", help="Why; it is kept with the unmerge.")
def undo(one: str, other: str, reason: str) -> None:
    """Take back what was decided of two customers (by number) in the last 30 days, and unmerge them."""
    with opened_master() as master:
        task = _task(master, one, other)
        with refusals_told(), master.transaction(CLI) as tx:
            undecided = undo_task(tx, task, reason)
        for each in undecided:
            click.echo(f"stays with the survivor: {each.table} {each.id}: {each.reason}")


def _task(master: Master, one: str, other: str) -> int:
    """The id of the task of these two, by their numbers."""
    with master.reading() as connection:
        ids = [customer_id(connection, number) for number in (one, other)]
        for number, id in zip((one, other), ids, strict=True):
            if id is None:
                raise Finding(f"{number} is no customer's number.")
        first, second = (id for id in ids if id is not None)
        task = task_of(connection, first, second)
    if task is None:
        raise Finding("The rules have not proposed this pair.")
    return task


@match.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def labels(file: Path) -> None:
    """Write the pairs that stewards have decided as a CSV file for `kehu match evaluate`."""
    with opened_master() as master, master.reading() as connection:
        rows = list(judged(connection))
    with file.open("w", encoding="utf-8", newline="") as opened:
        told = csv.writer(opened)
        told.writerow(("one", "other", "same"))
        told.writerows((one, other, "yes" if same else "no") for one, other, same in rows)
    click.echo(f"judged pairs: {len(rows)}")


@match.command()
def replay() -> None:
    """Judge all pairs again that were judged before, by the rules of then: each comes to the same odds."""
    with opened_master() as master, master.reading() as connection:
        told = replayed(connection)
    click.echo(f"the same: {told.same}")
    if told.unknown:
        click.echo(f"judged by rules that were not kept: {told.unknown}")
    if told.other:
        raise Finding(f"{len(told.other)} pairs come to other odds, first the review task w{told.other[0]}.")


@match.command()
@click.argument("labels", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@rules_option
@learn_option
def evaluate(labels: Path, rules: Path | None, learn: bool) -> None:
    """Precision and recall on judged pairs: a CSV file with one, other (customer numbers) and same."""
    known = dict(_labels(labels))
    with opened_master() as master:
        sweep = swept(master, rules, learn=learn)
        with master.reading() as connection:
            merged = merged_numbers(connection)
    found, numbers = sweep.found, [sweep.numbers[id] for id in sweep.records.ids]
    if gone := {pair for pair in known if pair & merged}:
        click.echo(f"left out, as one of them was merged: {len(gone)}", err=True)
        known = {pair: is_same for pair, is_same in known.items() if pair not in gone}
    if unknown := sorted({str(number) for pair in known for number in pair} - set(map(str, numbers))):
        raise Finding(f"{labels}: {len(unknown)} numbers are no customer's, first {unknown[0]}.")
    verdicts = {
        frozenset((numbers[one], numbers[other])): VERDICTS[verdict]
        for one, other, verdict in zip(
            found.one.tolist(), found.other.tolist(), found.verdicts.tolist(), strict=True
        )
    }
    _tell_agreement("judged pairs", evaluated(verdicts, known))


def _tell_agreement(what: str, told: Evaluation) -> None:
    click.echo(f"{what}: {told.all}, of which {told.found + told.missed} are the same")
    for name, share in (
        ("precision", told.precision),
        ("recall", told.recall),
        ("recall with review", told.recall_with_review),
    ):
        click.echo(f"{name}: {'none to tell by' if share is None else f'{share:.4f}'}")
    click.echo(f"wrongly linked: {told.wrong}")


def _labels(path: Path) -> Iterator[tuple[Pair, bool]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if missing := {"one", "other", "same"} - set(rows.fieldnames or ()):
            raise Finding(f"{path} has no column {min(missing)}: it needs one, other and same.")
        for number, row in enumerate(rows, start=2):
            same = SAME.get((row["same"] or "").strip().lower())
            if same is None or not row["one"] or not row["other"]:
                raise Finding(
                    f"{path}, line {number}: one and other are customer numbers, same is yes or no."
                )
            yield frozenset((row["one"].strip(), row["other"].strip())), same
