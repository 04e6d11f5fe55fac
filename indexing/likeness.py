"""Who is like somebody that is told of: by name and birth date, by name, by numbers one slip away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from indexing import tokens as terms
from indexing.engines.port import Extent, SearchEngine
from indexing.permitted import Permitted
from indexing.queries import asked
from indexing.questions import AnyTerm, Question, Tier, Unit
from indexing.search import SearchFilter, conditions
from indexing.words import read_words

MOST = 10  # of each kind


@dataclass(frozen=True)
class Told:
    """numbers: (kind of term, normal form) of those that are looked for with a slip in them."""

    name: str
    birth_date: date | None
    numbers: tuple[tuple[str, str], ...]


async def customers_like(
    engine: SearchEngine, told: Told, permitted: Permitted, within: tuple[str, ...] | None
) -> list[int]:
    """Ids, each once, those of the same birth date first; raises SearchUnavailable."""
    found: list[int] = []
    for question in _questions(told, permitted, within):
        answer = await engine.search(question, Extent(MOST))
        found += [each.id for each in answer.found]
    return list(dict.fromkeys(found))


def _questions(told: Told, permitted: Permitted, within: tuple[str, ...] | None) -> Iterator[Question]:
    ways, everybody = asked(read_words(told.name), permitted).units, SearchFilter(within=within)
    near = _near_terms(told.numbers)
    if ways and told.birth_date is not None:
        born = SearchFilter(born_from=told.birth_date, born_to=told.birth_date, within=within)
        yield Question(ways, *conditions(born))
    if near:
        yield Question(((Unit((Tier(1, (AnyTerm("whole", near),)),)),),), *conditions(everybody))
    if ways:
        yield Question(ways, *conditions(everybody))


def _near_terms(numbers: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(terms.whole_term(kind, other) for kind, number in numbers for other in near_numbers(number))


def near_numbers(number: str) -> list[str]:
    """The number with one wrong digit, or two neighbours swapped; the number itself is none of them."""
    places = [at for at, character in enumerate(number) if character.isdecimal()]
    found = {f"{number[:at]}{digit}{number[at + 1 :]}" for at in places for digit in "0123456789"}
    found |= {f"{number[:at]}{number[at + 1]}{number[at]}{number[at + 2 :]}" for at in places[:-1]}
    return sorted(found - {number})
