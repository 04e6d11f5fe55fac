"""Each field of two records is compared into one level."""

import numpy as np
import pytest

from matching.columns import columns
from matching.compare import FIELDS, compare
from matching.normalized import normalized
from matching.records import CustomerRecord

GOOD_ID, OTHER_GOOD_ID = "11010519491231002X", "440524188001010014"


def level(field: str, one: CustomerRecord, other: CustomerRecord) -> str:
    table = columns([normalized(one), normalized(other)])
    both_ways = [
        compare(table, np.array([a]), np.array([b]))[0, list(FIELDS).index(field)]
        for a, b in ((0, 1), (1, 0))
    ]
    assert both_ways[0] == both_ways[1]
    return "missing" if both_ways[0] < 0 else FIELDS[field][both_ways[0]]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("张三", "張三", "same"),
        ("张三", "San Zhang", "same sound"),
        ("张伟", "章伟", "same sound"),
        ("John Smith", "Jon Smith", "one typo"),
        ("John Smith", "Smith J", "initial"),
        ("王晓梅", "陈晓梅", "similar"),
        ("王晓梅", "王大力", "same surname"),
        ("王晓梅", "陈大力", "different"),
        ("", "陈大力", "missing"),
    ],
)
def test_names(one: str, other: str, expected: str) -> None:
    assert level("name", CustomerRecord(1, one), CustomerRecord(2, other)) == expected


def test_a_former_name_counts_as_much_as_the_present_one() -> None:
    one = CustomerRecord(1, "陈晓梅", former_names=("王晓梅",))
    assert level("name", one, CustomerRecord(2, "王晓梅")) == "same"


def documented(id: int, *numbers: tuple[str, str]) -> CustomerRecord:
    return CustomerRecord(id, "王伟", documents=numbers)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("RESIDENT_ID", GOOD_ID), ("RESIDENT_ID", "110105491231002"), "same"),
        (("RESIDENT_ID", GOOD_ID), ("OTHER", GOOD_ID), "same"),
        (("RESIDENT_ID", GOOD_ID), ("RESIDENT_ID", "110105194912310021"), "one typo"),
        (("RESIDENT_ID", GOOD_ID), ("RESIDENT_ID", "110105194912310132"), "different"),
        (("RESIDENT_ID", GOOD_ID), ("RESIDENT_ID", OTHER_GOOD_ID), "proven and different"),
        (("PASSPORT", "E12345678"), ("PASSPORT", "E12345768"), "one typo"),
        (("PASSPORT", "E12345678"), ("PASSPORT", "G87654321"), "different"),
        (("PASSPORT", "E12345678"), ("OTHER", "G87654321"), "missing"),
    ],
)
def test_documents(one: tuple[str, str], other: tuple[str, str], expected: str) -> None:
    assert level("document", documented(1, one), documented(2, other)) == expected


def test_two_proven_documents_that_differ_outweigh_a_shared_one() -> None:
    passport = ("PASSPORT", "E12345678")
    one, other = (
        documented(1, passport, ("RESIDENT_ID", GOOD_ID)),
        documented(2, passport, ("RESIDENT_ID", OTHER_GOOD_ID)),
    )
    assert level("document", one, other) == "proven and different"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("19800102", "19800102", "same"),
        ("19800102", "19800201", "one typo"),
        ("19800102", "19800108", "one typo"),
        ("19800102", "19801130", "same year"),
        ("19800102", "19711130", "different"),
        ("", "19800102", "missing"),
    ],
)
def test_birth_dates(one: str, other: str, expected: str) -> None:
    assert level("birth", CustomerRecord(1, "a", birth=one), CustomerRecord(2, "a", birth=other)) == expected


def test_the_mobile_most_alike_of_several_is_compared() -> None:
    one = CustomerRecord(1, "a", mobiles=("13700000000", "13800138000"))
    assert level("mobile", one, CustomerRecord(2, "a", mobiles=("13800138001",))) == "one typo"


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("深圳福田中山路5-301", "same"),
        ("深圳市福田区中山路5号302室", "similar"),
        ("福田区中山路5号", "related"),
        ("北京市朝阳区建国路88号", "different"),
    ],
)
def test_addresses(other: str, expected: str) -> None:
    one = CustomerRecord(1, "a", addresses=("深圳市福田区中山路5号301室",))
    assert level("address", one, CustomerRecord(2, "a", addresses=(other,))) == expected


def test_records_without_anything_are_missing_everything() -> None:
    table = columns([normalized(CustomerRecord(1, "")), normalized(CustomerRecord(2, ""))])
    assert compare(table, np.array([0]), np.array([1])).tolist() == [[-1] * len(FIELDS)]


def test_no_pairs_are_no_rows() -> None:
    none = np.array([], dtype=np.int64)
    assert compare(columns([]), none, none).shape == (0, len(FIELDS))
