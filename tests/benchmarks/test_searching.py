"""The queries that stand for each class of search."""

import random
from datetime import date

import pytest

from benchmarks.searching import CLASSES
from indexing.documents.customers import CustomerDocument
from tests.indexing.corpus import customer

HAN = customer(
    1, "张晓丽", birth_date=date(1990, 3, 7), phones=("13800138000",), policies=("PL202612345678",)
)
LATIN = customer(2, "Kelvin Brown")
ETHNIC = customer(3, "买买提·艾力")


@pytest.mark.parametrize(
    ("name", "document", "queries"),
    [
        ("Latin, full (any order)", LATIN, {"Kelvin Brown", "Brown Kelvin"}),
        ("Latin, two prefixes", LATIN, {"Kel Bro"}),
        ("traditional script", HAN, {"張曉麗"}),
        ("ethnic name, one part", ETHNIC, {"买买提", "艾力"}),
        ("surname and birth date", HAN, {"张 19900307"}),
        ("policy number, middle", HAN, {"261234"}),
    ],
)
def test_a_query_is_made_of_what_the_customer_has(
    name: str, document: CustomerDocument, queries: set[str]
) -> None:
    made = {CLASSES[name](document, random.Random(seed)) for seed in range(20)}
    assert made == queries
    assert CLASSES[name](customer(4, "360"), random.Random(1)) is None


@pytest.mark.parametrize(
    ("name", "document", "right"),
    [("Latin, one typo", LATIN, "Kelvin Brown"), ("pinyin, one typo", HAN, "zhangxiaoli")],
)
def test_a_typo_is_one_wrong_letter_behind_the_first(
    name: str, document: CustomerDocument, right: str
) -> None:
    for seed in range(20):
        typed = CLASSES[name](document, random.Random(seed))
        assert typed is not None
        wrong = [at for at, pair in enumerate(zip(typed, right, strict=True)) if len(set(pair)) > 1]
        assert len(wrong) == 1
        assert wrong != [0]
