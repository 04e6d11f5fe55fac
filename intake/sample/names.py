"""Names of people: surnames by their real shares, given names by gender and the years they were in use."""

from dataclasses import dataclass
from random import Random

from intake.sample.chance import Weighted, one_of
from intake.sample.lists.reading import plain_rows

SURNAMES = Weighted((name, float(share)) for name, share in plain_rows("surnames"))


@dataclass(frozen=True, slots=True)
class GivenNames:
    """What parents of one time gave: one character, or a first and a second."""

    single: tuple[str, ...]
    first: tuple[str, ...]
    second: tuple[str, ...]


def _given_names() -> dict[tuple[int, str], GivenNames]:
    found: dict[tuple[int, str], dict[str, tuple[str, ...]]] = {}
    for year, gender, place, characters in plain_rows("given"):
        found.setdefault((int(year), gender), {})[place] = tuple(characters.split())
    return {key: GivenNames(**lists) for key, lists in found.items()}


GIVEN = _given_names()
SINGLE_SHARE = {1900: 0.20, 1960: 0.26, 1980: 0.28, 2000: 0.08}
FOREIGN, UYGHUR = "FOREIGN", "UYGHUR"
OTHER = {
    (people, gender): tuple(names.split("|") if people == FOREIGN else names.split())
    for people, gender, names in plain_rows("other_people")
}
DOTTED = Weighted([(UYGHUR, 80), ("KAZAKH", 20)])
WITH_LATIN_NAMES = Weighted(
    [
        ("陈", 10),
        ("黄", 7),
        ("李", 7),
        ("梁", 5),
        ("林", 5),
        ("张", 4),
        ("吴", 4),
        ("刘", 4),
        ("郑", 3),
        ("何", 3),
    ]
)
FAMILIAR_LATIN = ("Kelvin", "Amy", "Jason", "Vivian", "Eric", "Carmen", "Tony", "Winnie", "Patrick", "Grace")


def cohort(year: int) -> int:
    return 1900 if year < 1960 else 1960 if year < 1980 else 1980 if year < 2000 else 2000


def given_name(dice: Random, gender: str, year: int) -> str:
    names = GIVEN[cohort(year), gender]
    if dice.random() < SINGLE_SHARE[cohort(year)]:
        return one_of(dice, names.single)
    first, second = one_of(dice, names.first), one_of(dice, names.second)
    return first + second if first != second else second


def han_name(dice: Random, gender: str, year: int, surname: str | None = None) -> str:
    return (surname or SURNAMES.pick(dice)) + given_name(dice, gender, year)


def dotted_name(dice: Random, gender: str, father: str | None = None) -> str:
    """A name of the west: the own one, a dot, the father's."""
    people = DOTTED.pick(dice)
    own = one_of(dice, OTHER[people, gender])
    return f"{own}·{father or one_of(dice, OTHER[people, 'MALE'])}"


def tibetan_name(dice: Random, gender: str) -> str:
    return one_of(dice, OTHER["TIBETAN", gender])


def foreign_name(dice: Random, gender: str) -> str:
    return one_of(dice, OTHER[FOREIGN, gender])
