"""search: explained."""

from collections.abc import Iterator

import click

from app.commands.context import opened_master, run_with_engine, settings
from indexing.explaining import Explanation, explained

MOST = 100


@click.group()
def search() -> None:
    """Search, looked at from inside."""


@search.command()
@click.argument("words")
@click.option("--first", default=10, type=click.IntRange(1, MOST), help=f"So many hits, at most {MOST}.")
def explain(words: str, first: int) -> None:
    """Why WORDS find what they find, in this order: in the whole hub, for any role; numbers masked."""
    told = settings()
    with opened_master(told):
        found: Explanation = run_with_engine(told, lambda engine: explained(engine, words, first))
    for line in _lines(found):
        click.echo(line)


def _lines(found: Explanation) -> Iterator[str]:
    yield "taken for:"
    for reading in found.readings:
        forced, others = (
            " (said so)" if reading.is_forced else "",
            [each.meaning.value for each in reading.others],
        )
        length = len(reading.value)
        what = reading.value if not any(c.isdecimal() for c in reading.value) else f"{length} characters"
        yield f"  {what}: {reading.meaning.value}{forced}" + (f", or {', '.join(others)}" if others else "")
    for number, way in enumerate(found.ways, start=1):
        yield f"asked for, way {number}:"
        for asking in way:
            yield f"  {asking.part}"
            yield from (f"    {score:>4}  {terms}" for score, terms in asking.tiers)
    yield f"found: {found.total}"
    for place, hit in enumerate(found.hits, start=1):
        score = f"{hit.score:g} = {hit.by_index} by the index + {hit.by_alignment:g} by the name"
        ties = f"in force {hit.in_force}, last contact {hit.last_contact}"
        yield f"  {place}. C{hit.customer_id:09d} {hit.names[0]}: {score}; {ties}"
