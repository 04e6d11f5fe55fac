"""Customers made up for searches: common and rare names of every kind, numbers that pass their checks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from random import Random

from indexing.documents.customers import CustomerDocument
from intake.sample import identities, names
from intake.sample.chance import Weighted, dice_of, digits, one_of, whole
from intake.sample.clients import Calendar
from intake.sample.organizations import organization
from intake.sample.places import ANYWHERE, County

# Common in given names, rarer than those of the sample's lists; many have several readings.
RARER = (
    "乐茜晟朝行重盛传单曾柏都长藏娜会华石宁兴尚杰军洋勇艳涛超霞平刚桂英玉兰萍鹏浩宇轩然泽思雨欣怡子国建文志春海"
    "云龙飞凤金生正伟敏静家洁方俊中为和好立景义佳若可晓小天绿旅律侣履菊芹薇蕊琪瑶璇瑾瑜琳琅玥珊珂玮玲珍环琛琦"
    "诗诚谦谨语诺谊昊昕昀晨晖晴曦曜暄暖旭旻明昌昱晗柯楠桐梓梧榆槿杉枫栋梁桦彬杨柳松竹沐沁泓泉泽洛津涵淇淑清渊"
    "湘溪源滢潇澜霖霏霄雯雪雷震霁露芃芊芝芮芸苑苒若茗莉莎莲菁菡萌萱葵蓉蓓蔓薪磊硕础砚碧祺福禄祥禹秀程穆稳"
)
HONG_KONG = {"陈": "CHAN", "黄": "WONG", "李": "LEE", "梁": "LEUNG", "林": "LAM", "张": "CHEUNG", "吴": "NG",
             "刘": "LAU", "郑": "CHENG", "何": "HO"}  # fmt: skip
KINDS = Weighted([("HAN", 68), ("LATIN", 20), ("DOTTED", 4), ("HONG_KONG", 3), ("ORGANIZATION", 5)])
NOW = datetime(2026, 11, 22, tzinfo=UTC)
TODAY = NOW.date()
LINES = ("P", "L", "H", "M")


def _words(name: str) -> list[str]:
    text = (files("benchmarks.search") / "latin.tsv").read_text(encoding="utf-8")
    return next(line.split("\t")[1] for line in text.splitlines() if line.startswith(name)).split(
        "|" if name == "particle" else " "
    )


FIRST, LAST, PARTICLES = _words("first"), _words("last"), _words("particle")


@dataclass(frozen=True)
class Population:
    """So many customers, the same ones for the same seed."""

    customers: int
    seed: int

    def __iter__(self) -> Iterator[CustomerDocument]:
        for id in range(1, self.customers + 1):
            yield _customer(dice_of("search", self.seed, id), id)


def _customer(dice: Random, id: int) -> CustomerDocument:
    kind, county = KINDS.pick(dice), ANYWHERE.pick(dice)
    birth = TODAY - timedelta(days=whole(dice, 19 * 366, 80 * 366))
    gender = one_of(dice, ("MALE", "FEMALE"))
    is_person = kind != "ORGANIZATION"
    called = _names(dice, kind, gender, birth) if is_person else _company(dice, county)
    documents = _documents(dice, county, birth, gender) if is_person else _code(dice, county)
    mobiles = [identities.mobile(dice)] if dice.random() < 0.97 else []
    mobiles += [identities.mobile(dice)] if dice.random() < 0.06 else []
    policies = tuple(_policy(dice, county) for _ in range(dice.choice((0, 1, 1, 1, 2, 2, 3))))
    return CustomerDocument(
        id=id,
        number=f"C{id:09d}",
        revision=1,
        kind="PERSON" if is_person else "ORGANIZATION",
        status="ACTIVE",
        birth_date=birth if is_person else None,
        updated_at=NOW,
        names=called,
        phones=tuple(mobiles),
        mobiles=tuple(mobiles),
        documents=documents,
        typed_documents=tuple(f"RESIDENT_ID {number}" for number in documents),
        emails=(),
        policies=policies,
        tags=tuple(sorted({one_of(dice, TAGS) for _ in range(whole(dice, 0, 3))})),
        branch=county.city,
        branch_path=(county.city, county.city[:2], "HQ"),
        belongs=(county.city, county.city[:2], "HQ"),
        product_lines=tuple(sorted({policy[0] for policy in policies})),
        in_force=min(len(policies), whole(dice, 0, 3)),
        last_contact=NOW - timedelta(days=whole(dice, 0, 1500)) if dice.random() < 0.8 else None,
    )


TAGS = [f"TAG_{number:02d}" for number in range(40)]


def _names(dice: Random, kind: str, gender: str, birth: date) -> tuple[str, ...]:
    if kind == "LATIN":
        return _latin(dice)
    if kind == "DOTTED":
        return (names.dotted_name(dice, gender),)
    if kind == "HONG_KONG":
        surname = one_of(dice, tuple(HONG_KONG))
        return (surname + _given(dice, gender, birth), f"{one_of(dice, FIRST)} {HONG_KONG[surname]}")
    surname = names.SURNAMES.pick(dice)
    name = surname + _given(dice, gender, birth)
    former = surname + _given(dice, gender, birth)
    return (name, former) if dice.random() < 0.02 and former != name else (name,)


def _given(dice: Random, gender: str, birth: date) -> str:
    if dice.random() < 0.4:
        return names.given_name(dice, gender, birth.year)
    return "".join(dice.sample(RARER, 1 if dice.random() < 0.15 else 2))


def _latin(dice: Random) -> tuple[str, ...]:
    first, last = one_of(dice, FIRST), one_of(dice, LAST)
    chance = dice.random()
    if chance < 0.06:
        last = f"{one_of(dice, PARTICLES)} {last}"
    elif chance < 0.12:
        last = f"{last}-{one_of(dice, LAST)}"
    elif chance < 0.25:
        first = f"{first} {one_of(dice, FIRST)}"
    married = one_of(dice, LAST)
    return (f"{first} {married}", f"{first} {last}") if dice.random() < 0.03 else (f"{first} {last}",)


def _company(dice: Random, county: County) -> tuple[str, ...]:
    made = organization(dice, Calendar(TODAY, NOW), county)
    return (made.name, *(name for _, name in made.other_names))


def _documents(dice: Random, county: County, birth: date, gender: str) -> tuple[str, ...]:
    found = [identities.resident_id(dice, county, birth, gender)]
    if dice.random() < 0.05:
        found.append(identities.passport(dice))
    return tuple(found)


def _code(dice: Random, county: County) -> tuple[str, ...]:
    return (identities.social_credit_code(dice, county),)


def _policy(dice: Random, county: County) -> str:
    """Line, year, city and a serial number, as the sample's."""
    return f"{one_of(dice, LINES)}{whole(dice, 2008, 2026)}{county.city}{digits(dice, 9)}"
