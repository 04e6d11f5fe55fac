"""From records to verdicts: who is the same, who may be, and what no score overrules."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.matching.doubles import records
from matching.columns import columns
from matching.compare import compare
from matching.linking import joined, links, taught
from matching.normalized import normalized
from matching.records import CustomerRecord
from matching.rules import VERDICTS, shipped
from matching.score import held_by, name_counts, rarities, reasons, scored

GOOD_ID, TWIN_ID = "11010519491231002X", "110105194912310046"


def verdict(one: CustomerRecord, other: CustomerRecord) -> str:
    """DIFFERENT too where the two share no key."""
    found = links([normalized(one), normalized(other)], shipped())
    return VERDICTS[found.verdicts[0]] if len(found.verdicts) else "DIFFERENT"


def person(id: int, name: str, id_number: str = "", **known: object) -> CustomerRecord:
    documents = (("RESIDENT_ID", id_number),) if id_number else ()
    return CustomerRecord(id, name, documents=documents, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (person(1, "张三", GOOD_ID), person(2, "ZHANG SAN", "110105491231002"), "SAME"),
        (person(1, "张三丰", mobiles=("13800138000",), birth="19490101"),
         person(2, "張三豐", mobiles=("+8613800138000",), birth="19490101"), "SAME"),
        (person(1, "张小红", GOOD_ID, mobiles=("13800138000",)),
         person(2, "张小兰", TWIN_ID, mobiles=("13800138000",)), "DIFFERENT"),
        (person(1, "王晓梅", mobiles=("13800138000",), birth="19490101"),
         person(2, "陈晓梅", mobiles=("13800138000",), birth="19490101"), "REVIEW"),
        (person(1, "王建国", mobiles=("13800138000",), birth="19490101"),
         person(2, "王小明", mobiles=("13800138000",), birth="19790505"), "DIFFERENT"),
        (person(1, "王伟"), person(2, "李娜"), "DIFFERENT"),
        (person(1, "王小花", birth="19490101", gender="FEMALE"),
         person(2, "王小华", birth="19490101", gender="FEMALE"), "REVIEW"),
        (person(1, "刘文东", birth="19490101"), person(2, "Wendong Liu", birth="19490101"), "REVIEW"),
        (person(1, "王小花", birth="19490101"), person(2, "王小花", birth="19490101"), "SAME"),
        (person(1, "王小花", birth="19490101", emails=("a@b.cn",)),
         person(2, "王小华", birth="19490101", emails=("a@b.cn",)), "SAME"),
        (person(1, "王小花", birth="19490101", addresses=("中山路5号301室",)),
         person(2, "王小华", birth="19490101", addresses=("中山路5号301",)), "SAME"),
    ],
)  # fmt: skip
def test_verdicts(one: CustomerRecord, other: CustomerRecord, expected: str) -> None:
    assert verdict(one, other) == expected
    assert verdict(other, one) == expected


def test_a_person_is_never_an_organization() -> None:
    company = CustomerRecord(2, "张三", kind="ORGANIZATION", mobiles=("13800138000",))
    assert verdict(person(1, "张三", mobiles=("13800138000",)), company) == "DIFFERENT"


def test_organizations_of_one_code_are_the_same() -> None:
    code = (("UNIFIED_SOCIAL_CREDIT_CODE", "91350100M000100Y43"),)
    one = CustomerRecord(1, "福州安禾科技有限公司", kind="ORGANIZATION", documents=code)
    other = CustomerRecord(2, "福州安禾科技股份有限公司", kind="ORGANIZATION", documents=code)
    assert verdict(one, other) == "SAME"


def test_reasons_tell_each_field_that_both_have_in_bits() -> None:
    table = columns([normalized(person(1, "张三", GOOD_ID)), normalized(person(2, "张三", TWIN_ID))])
    levels, weights = compare(table, np.array([0]), np.array([1])), shipped().person
    told = {each.field: (each.level, each.weight) for each in reasons(levels, np.zeros(1), weights)}
    assert told == {
        "name": ("same", 15.0), "document": ("proven and different", -9.5), "birth": ("same", 14.5),
        "gender": ("same", 1.0),
    }  # fmt: skip
    assert held_by(levels, weights) == ["Two proven documents of one kind differ."]


def test_a_common_name_says_less_than_a_rare_one() -> None:
    found = [person(place, "王伟") for place in range(64)] + [person(64, "欧阳震华"), person(65, "欧阳震华")]
    table = columns([normalized(each) for each in found])
    levels = compare(table, np.array([0, 64]), np.array([1, 65]))
    common, rare = rarities(levels, *name_counts(table, np.array([0, 64])))
    assert common < 0 < rare <= 4.0


def test_a_score_that_a_guard_holds_stays_below_the_threshold() -> None:
    table = columns([normalized(person(1, "王晓梅", GOOD_ID)), normalized(person(2, "王晓梅", TWIN_ID))])
    levels = compare(table, np.array([0]), np.array([1]))
    found = scored(levels, np.zeros(1), shipped())
    assert (VERDICTS[found.verdicts[0]], found.probabilities[0] < 0.2) == ("DIFFERENT", True)


@pytest.fixture(scope="module")
def known() -> tuple[list[int], list[object]]:
    found = records(people=3_000, seed=5)
    return [who for who, _ in found], [normalized(record) for _, record in found]


def test_records_of_one_person_are_joined_and_hardly_ever_those_of_two(
    known: tuple[list[int], list[object]],
) -> None:
    people, normal = known
    found = links(normal, shipped())  # type: ignore[arg-type]
    pairs = [(people[a], people[b]) for a, b in found.of("SAME")]
    right, all_there_are = (
        sum(a == b for a, b in pairs),
        sum(n * (n - 1) // 2 for n in Counter(people).values()),
    )
    assert right / len(pairs) >= 0.999
    assert right / all_there_are >= 0.97
    groups = joined(found, columns(normal))  # type: ignore[arg-type]
    assert sum(len({people[each] for each in group}) > 1 for group in groups) <= 2


def test_the_same_records_give_the_same_links_in_any_order(known: tuple[list[int], list[object]]) -> None:
    _, normal = known
    some = normal[:400]

    def told(rows: list[object]) -> set[tuple[frozenset[object], float]]:
        found = links(rows, shipped())  # type: ignore[arg-type]
        pairs = zip(found.one.tolist(), found.other.tolist(), found.odds.tolist(), strict=True)
        return {(frozenset((rows[a].id, rows[b].id)), odds) for a, b, odds in pairs}  # type: ignore[attr-defined]

    assert told(some) == told(some[::-1])


def test_few_anchors_leave_the_shipped_weights(known: tuple[list[int], list[object]]) -> None:
    assert taught(known[1][:300], shipped()) == shipped()  # type: ignore[arg-type]


def test_enough_anchors_teach_weights_that_decide_as_well() -> None:
    found = records(people=6_000, seed=11)
    people, normal = [who for who, _ in found], [normalized(record) for _, record in found]
    own = taught(normal, shipped())
    assert own.person != shipped().person
    pairs = [(people[a], people[b]) for a, b in links(normal, own).of("SAME")]
    assert sum(a == b for a, b in pairs) / len(pairs) >= 0.999


def test_a_mobile_that_too_many_have_says_nothing() -> None:
    """Somebody else of the same name, whose agent's mobile stands for both."""
    rules = replace(shipped(), most_sharing=2)

    def verdict(sharing: int) -> str:
        records = [
            normalized(CustomerRecord(place, name, mobiles=("13800138000",)))
            for place, name in enumerate(("王伟", "王伟", "李娜", "陈静")[:sharing])
        ]
        found = links(records, rules)
        pairs = zip(found.one.tolist(), found.other.tolist(), found.verdicts.tolist(), strict=True)
        return next(VERDICTS[verdict] for one, other, verdict in pairs if (one, other) == (0, 1))

    assert [verdict(sharing) for sharing in (2, 3)] == ["SAME", "DIFFERENT"]
