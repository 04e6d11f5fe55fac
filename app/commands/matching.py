"""match: which customers may be one, and how well the rules agree with people."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from app.commands.context import Finding, opened_master
from master.reads.records import customer_numbers, every_record
from matching.evaluate import Pair, evaluated
from matching.linking import Links, joined, links, taught
from matching.normalized import NormalRecord, normalized
from matching.rules import VERDICTS, BadRules, Rules, rules_in, shipped

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
@rules_option
@learn_option
@click.option(
    "--pairs", type=click.Path(dir_okay=False, path_type=Path), help="Write every pair to this CSV file."
)
def run(dry_run: bool, rules: Path | None, learn: bool, pairs: Path | None) -> None:
    """Compare all customers with each other, and tell what merging would come to.

    The file of --pairs has customer numbers, verdict and log2 odds; no personal data.
    """
    if not dry_run:
        raise Finding(
            "Customers can not be merged yet: run it with --dry-run, and see the pairs with --pairs."
        )
    records, found = _linked(rules, learn)
    groups = joined(found, records)
    click.echo(f"customers: {len(records)}")
    click.echo(f"would be merged: {sum(map(len, groups))} into {len(groups)}")
    for verdict in reversed(VERDICTS):
        click.echo(f"pairs {verdict}: {sum(1 for _ in found.of(verdict))}")
    for kind, many in found.cut.items():
        click.echo(f"keys that too many share to be followed, {kind}: {many}", err=True)
    if pairs is not None:
        _write(pairs, records, found)


@match.command()
@click.argument("labels", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@rules_option
@learn_option
def evaluate(labels: Path, rules: Path | None, learn: bool) -> None:
    """Precision and recall on judged pairs: a CSV file with one, other (customer numbers) and same."""
    known = dict(_labels(labels))
    records, found = _linked(rules, learn)
    numbers = [record.id for record in records]
    if unknown := sorted({str(number) for pair in known for number in pair} - set(map(str, numbers))):
        raise Finding(f"{labels}: {len(unknown)} numbers are no customer's, first {unknown[0]}.")
    verdicts = {
        frozenset((numbers[one], numbers[other])): VERDICTS[verdict]
        for one, other, verdict in zip(
            found.one.tolist(), found.other.tolist(), found.verdicts.tolist(), strict=True
        )
    }
    told = evaluated(verdicts, known)
    click.echo(f"judged pairs: {len(known)}, of which {told.found + told.missed} are the same")
    for name, share in (
        ("precision", told.precision),
        ("recall", told.recall),
        ("recall with review", told.recall_with_review),
    ):
        click.echo(f"{name}: {'none to tell by' if share is None else f'{share:.4f}'}")
    click.echo(f"wrongly linked: {told.wrong}")


def _linked(path: Path | None, learn: bool) -> tuple[list[NormalRecord], Links]:
    try:
        rules: Rules = rules_in(path) if path else shipped()
    except BadRules as error:
        raise Finding(str(error)) from None
    with opened_master() as master, master.reading() as connection:
        numbers = customer_numbers(connection)
        found = (replace(each, id=numbers[each.id]) for each in every_record(connection))
        records = list(map(normalized, found))
    return records, links(records, taught(records, rules) if learn else rules)


def _write(path: Path, records: list[NormalRecord], found: Links) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        told = csv.writer(file)
        told.writerow(("one", "other", "verdict", "odds"))
        for one, other, verdict, odds in zip(
            found.one.tolist(),
            found.other.tolist(),
            found.verdicts.tolist(),
            found.odds.tolist(),
            strict=True,
        ):
            told.writerow((records[one].id, records[other].id, VERDICTS[verdict], f"{odds:.2f}"))


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
