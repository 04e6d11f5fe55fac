"""Who may be relatives, what they may be to each other, and what says nothing of that."""

from datetime import date

import pytest

from matching.columns import columns
from matching.normalized import normalized
from matching.records import CustomerRecord
from matching.relatives import Kinship, Relatives, kinship, relatives

TODAY = date(2026, 11, 22)
HOME = ("福建省福州市鼓楼区五四路18号3栋501室",)
MOBILE = ("13800138000",)


def person(id: int, name: str, birth: str = "", gender: str = "", **known: object) -> CustomerRecord:
    return CustomerRecord(id, name, birth=birth, gender=gender, **known)  # type: ignore[arg-type]


def found(*people: CustomerRecord) -> Relatives:
    return relatives(columns([normalized(each) for each in people]), TODAY)


def of_two(one: CustomerRecord, other: CustomerRecord) -> Kinship | None:
    """What the other one is to the one; None: they are not proposed."""
    pairs = found(one, other)
    return kinship(pairs.levels[0].tolist(), int(pairs.older[0])) if len(pairs.one) else None


HUSBAND = person(1, "王建国", "19780301", "MALE", addresses=HOME)
WIFE = person(2, "李娜", "19800512", "FEMALE", addresses=("五四路18号3栋501，福建福州鼓楼",))
SON = person(3, "王小明", "20090606", "MALE", addresses=HOME)
DAUGHTER = person(4, "王小红", "20120606", "FEMALE", addresses=HOME)
GRANDMOTHER = person(5, "陈秀英", "19500101", "FEMALE", addresses=HOME)


@pytest.mark.parametrize(
    ("one", "other", "kind", "likelihood"),
    [
        (HUSBAND, WIFE, "SPOUSE", 0.8826),
        (HUSBAND, SON, "CHILD", 0.8828),
        (SON, WIFE, "PARENT", 0.7722),
        (SON, DAUGHTER, "SIBLING", 0.8887),
        (WIFE, GRANDMOTHER, "PARENT", 0.8209),
        (SON, GRANDMOTHER, None, None),
        (person(1, "John Smith", "19780301", "MALE", mobiles=MOBILE),
         person(2, "Mary Smith", "19800512", "FEMALE", mobiles=MOBILE), "SPOUSE", 0.7271),
        (person(1, "王建国", mobiles=MOBILE), person(2, "王小明", mobiles=MOBILE), None, None),
    ],
)  # fmt: skip
def test_what_two_are_to_each_other_is_told_by_ages_surnames_and_genders(
    one: CustomerRecord, other: CustomerRecord, kind: str | None, likelihood: float | None
) -> None:
    told = of_two(one, other)
    assert told is not None
    assert (told.kind, told.likelihood) == (kind, likelihood)


def test_the_other_way_round_a_child_is_a_parent() -> None:
    told = of_two(SON, HUSBAND)
    assert told is not None
    assert told.kind == "PARENT"


def test_one_phone_and_surname_and_another_birth_date_are_a_household() -> None:
    told = of_two(
        person(1, "王建国", "19490101", mobiles=MOBILE), person(2, "王小明", "19790505", mobiles=MOBILE)
    )
    assert told is not None
    assert (told.kind, told.probability) == ("CHILD", 0.9188)
    assert [(each.field, each.level, each.weight) for each in told.reasons] == [
        ("mobile", "same", 17.5),
        ("surname", "same", 3.0),
        ("ages", "a generation apart", 0.0),
    ]


@pytest.mark.parametrize(
    "other",
    [
        person(2, "李四", "19790505", "MALE", mobiles=MOBILE, addresses=("别处路9号",)),
        person(2, "王小明", "19790505", "MALE", addresses=("别处路9号",)),
        CustomerRecord(2, "王建国商店", kind="ORGANIZATION", mobiles=MOBILE, addresses=HOME),
    ],
)
def test_a_phone_without_surname_or_address_and_a_surname_alone_are_nothing(other: CustomerRecord) -> None:
    assert of_two(person(1, "王建国", "19490101", "MALE", mobiles=MOBILE, addresses=HOME), other) is None


@pytest.mark.parametrize(("many", "pairs"), [(5, 10), (6, 0)])
def test_a_phone_that_many_share_is_nobodys(many: int, pairs: int) -> None:
    people = [person(n, f"王小{'一二三四五六'[n]}", mobiles=MOBILE) for n in range(many)]
    assert len(found(*people).one) == pairs


@pytest.mark.parametrize(("many", "pairs"), [(8, 28), (9, 0)])
def test_an_address_that_many_share_is_a_block_of_flats(many: int, pairs: int) -> None:
    people = [person(n, f"王小{'一二三四五六七八九'[n]}", addresses=HOME) for n in range(many)]
    assert len(found(*people).one) == pairs


def test_a_place_without_a_number_is_no_address() -> None:
    assert len(found(*(person(n, "王小明", addresses=("福建省福州市",)) for n in (1, 2))).one) == 0


def test_the_likeliest_come_first_and_everybody_is_told_beside_everybody() -> None:
    family = found(HUSBAND, WIFE, SON, DAUGHTER, GRANDMOTHER)
    pairs = list(zip(family.one.tolist(), family.other.tolist(), strict=True))
    assert sorted(pairs) == [(one, other) for one in range(5) for other in range(one + 1, 5)]
    assert family.odds.tolist() == sorted(family.odds.tolist(), reverse=True)
    assert len(found().one) == 0


def test_of_what_is_hidden_nothing_is_told() -> None:
    by_address, by_mobile = (
        found(HUSBAND, SON),
        found(
            person(1, "王建国", "19780301", "MALE", mobiles=MOBILE),
            person(3, "王小明", "20090606", "MALE", mobiles=MOBILE),
        ),
    )
    told = [
        kinship(each.levels[0].tolist(), int(each.older[0]), ("address", "mobile"))
        for each in (by_address, by_mobile)
    ]
    assert told[0] == told[1]
    assert (told[0].probability, told[0].kind, [each.field for each in told[0].reasons]) == (
        None,
        "CHILD",
        ["surname", "gender", "ages"],
    )
    ageless = kinship(by_address.levels[0].tolist(), int(by_address.older[0]), ("ages",))
    assert (ageless.kind, "ages" in [each.field for each in ageless.reasons]) == (None, False)


def test_impossible_birth_dates_and_none_do_no_harm() -> None:
    told = of_two(
        person(1, "王建国", "19780231", "MALE", mobiles=MOBILE),
        person(2, "王小明", "19791399", "MALE", mobiles=MOBILE),
    )
    assert told is not None
    assert told.kind == "SIBLING"
