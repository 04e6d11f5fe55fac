"""Records of people in several sources, whose truth is known: deterministic, with what makes matching hard.

Among those who are not the same: twins, father and son of one name, siblings and spouses on one mobile, the
common names. Among those who are: homophones, traditional script, pinyin in both orders, initials, 15-digit
IDs, typos, married names, new mobiles, missing fields.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from random import Random

from intake.sample import identities, names
from intake.sample.chance import Weighted, one_of, whole
from intake.sample.places import ANYWHERE, County, home_address
from matching.pinyin import character_readings, readings
from matching.records import CustomerRecord
from matching.scripts import is_han


@dataclass(frozen=True, slots=True)
class Truth:
    """One person, as no source has them; person: by which records of one are known to be one."""

    person: int
    name: str
    gender: str
    birth: date
    document: str
    mobile: str
    email: str
    address: str


def records(people: int, seed: int = 1) -> list[tuple[int, CustomerRecord]]:
    """Pairs of person and record, shuffled; about 1.45 records a person."""
    dice = Random(seed)
    found = []
    for truth in _people(dice, people):
        found.append((truth.person, _record(dice, truth)))
        for _ in range(Weighted([(0, 65), (1, 25), (2, 10)]).pick(dice)):
            change = CHANGES.pick(dice)
            found.append((truth.person, change(dice, _record(dice, truth))))
    dice.shuffle(found)
    return [(person, replace(record, id=place)) for place, (person, record) in enumerate(found)]


def _people(dice: Random, how_many: int) -> Iterator[Truth]:
    made = 0
    while made < how_many:
        for truth in _family(dice, made):
            yield truth
            made += 1


def _family(dice: Random, first: int) -> list[Truth]:
    county = ANYWHERE.pick(dice)
    address, surname = home_address(dice, county).text, names.SURNAMES.pick(dice)
    born = date(1940, 1, 1) + timedelta(days=whole(dice, 0, 18_000))
    father = _person(
        dice, county, first, address, names.han_name(dice, "MALE", born.year, surname), "MALE", born
    )
    family = [father]
    if dice.random() < 0.6:
        name = names.han_name(dice, "FEMALE", born.year)
        mother = _person(dice, county, first + 1, address, name, "FEMALE", born + timedelta(days=400))
        shares = dice.random() < 0.1
        family.append(replace(mother, mobile=father.mobile) if shares else mother)
    if born.year < 1985:
        family += _children(dice, county, father, surname, first + len(family))
    return family


def _children(dice: Random, county: County, father: Truth, surname: str, first: int) -> list[Truth]:
    children: list[Truth] = []
    kin = dice.random()
    for place in range(Weighted([(0, 30), (1, 45), (2, 25)]).pick(dice)):
        gender = one_of(dice, ("MALE", "FEMALE"))
        birth = father.birth + timedelta(days=whole(dice, 8_000, 12_000))
        name = names.han_name(dice, gender, birth.year, surname)
        if place and kin < 0.04:  # twins, who often share a character
            twin = children[0]
            birth, gender, name = twin.birth, twin.gender, twin.name[:-1] + name[-1]
        elif kin > 0.995:
            gender, name = "MALE", father.name
        child = _person(dice, county, first + place, father.address, name, gender, birth)
        shares = dice.random() < 0.3
        children.append(replace(child, mobile=father.mobile) if shares else child)
    return children


def _person(
    dice: Random, county: County, person: int, address: str, name: str, gender: str, birth: date
) -> Truth:
    sound = " ".join(readings(name)[0])
    document = identities.resident_id(dice, county, birth, gender)
    return Truth(
        person,
        name,
        gender,
        birth,
        document,
        identities.mobile(dice),
        identities.email(dice, sound, birth),
        address,
    )


def _record(dice: Random, truth: Truth) -> CustomerRecord:
    """As a source has it: not all is known."""

    def known(share: float, value: str) -> tuple[str, ...]:
        return (value,) if dice.random() < share else ()

    return CustomerRecord(
        id=0,
        name=truth.name,
        gender=truth.gender if dice.random() < 0.9 else "",
        birth=f"{truth.birth:%Y%m%d}" if dice.random() < 0.97 else "",
        documents=tuple(("RESIDENT_ID", number) for number in known(0.96, truth.document)),
        mobiles=known(0.95, truth.mobile),
        emails=known(0.3, truth.email),
        addresses=known(0.7, truth.address),
    )


Change = Callable[[Random, CustomerRecord], CustomerRecord]


def _as_it_is(dice: Random, record: CustomerRecord) -> CustomerRecord:
    return record


def _homophone(dice: Random, record: CustomerRecord) -> CustomerRecord:
    at = whole(dice, 1, len(record.name) - 1) if len(record.name) > 1 else 0
    alike = [c for c in _by_sound()[character_readings(record.name[at])[0]] if c != record.name[at]]
    if not alike:
        return record
    return replace(record, name=record.name[:at] + one_of(dice, alike) + record.name[at + 1 :])


def _traditional(dice: Random, record: CustomerRecord) -> CustomerRecord:
    return replace(record, name=record.name.translate(_traditional_characters()))


def _pinyin(dice: Random, record: CustomerRecord) -> CustomerRecord:
    surname, *given = readings(record.name)[0]
    words = [surname, "".join(given)] if dice.random() < 0.5 else ["".join(given), surname]
    name = " ".join(words).strip()
    return replace(record, name=name.upper() if dice.random() < 0.5 else name.title())


def _initial(dice: Random, record: CustomerRecord) -> CustomerRecord:
    surname, *given = readings(record.name)[0]
    return replace(record, name=f"{surname.title()} {given[0][0].upper() if given else ''}", documents=())


def _typed_id(dice: Random, record: CustomerRecord) -> CustomerRecord:
    def mistyped(number: str) -> str:
        at = whole(dice, 6, 16)
        return number[:at] + str((int(number[at]) + whole(dice, 1, 9)) % 10) + number[at + 1 :]

    return replace(record, documents=tuple((type, mistyped(number)) for type, number in record.documents))


def _old_id(dice: Random, record: CustomerRecord) -> CustomerRecord:
    return replace(
        record,
        documents=tuple(
            (type, number[:6] + number[8:17] if number[6:8] == "19" else number)
            for type, number in record.documents
        ),
    )


def _no_id(dice: Random, record: CustomerRecord) -> CustomerRecord:
    return replace(record, documents=())


def _new_mobile(dice: Random, record: CustomerRecord) -> CustomerRecord:
    return replace(record, mobiles=(identities.mobile(dice),))


def _new_mobile_no_id(dice: Random, record: CustomerRecord) -> CustomerRecord:
    return _new_mobile(dice, _no_id(dice, record))


def _married(dice: Random, record: CustomerRecord) -> CustomerRecord:
    return replace(record, name=names.SURNAMES.pick(dice) + record.name[1:])


def _married_no_id(dice: Random, record: CustomerRecord) -> CustomerRecord:
    return _married(dice, _no_id(dice, record))


def _birth_typo(dice: Random, record: CustomerRecord) -> CustomerRecord:
    birth = record.birth
    if not birth:
        return record
    if int(birth[6:]) <= 12 and dice.random() < 0.5:
        return replace(record, birth=birth[:4] + birth[6:] + birth[4:6])
    at = whole(dice, 3, 7)
    return replace(record, birth=birth[:at] + str((int(birth[at]) + 1) % 10) + birth[at + 1 :])


def _address_form(dice: Random, record: CustomerRecord) -> CustomerRecord:
    return replace(
        record, addresses=tuple(text.replace("号", "").replace("室", "")[3:] for text in record.addresses)
    )


CHANGES: Weighted[Change] = Weighted(
    [(_as_it_is, 22), (_homophone, 8), (_traditional, 8), (_pinyin, 12), (_typed_id, 8), (_old_id, 6),
     (_no_id, 10), (_new_mobile, 10), (_new_mobile_no_id, 3), (_married, 2), (_married_no_id, 0.5),
     (_initial, 1), (_birth_typo, 5), (_address_form, 6)]
)  # fmt: skip


@cache
def _by_sound() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    used = {
        c
        for given in names.GIVEN.values()
        for part in (given.single, given.first, given.second)
        for c in "".join(part)
    }
    for character in sorted(filter(is_han, used)):
        found[character_readings(character)[0]].append(character)
    return found


@cache
def _traditional_characters() -> dict[int, str]:
    table = (files("opencc") / "dictionary" / "STCharacters.txt").read_text("utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return {ord(old): new.split(" ")[0] for old, new in pairs if len(old) == 1}
