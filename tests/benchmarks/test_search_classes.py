"""The searches that stand for each class of half-known names and numbers."""

from datetime import date
from random import Random

import pytest

from benchmarks.search.classes import CLASSES
from indexing.documents.customers import CustomerDocument
from tests.indexing.corpus import customer

MAKES = {each.name: each.make for each in CLASSES}

HAN = customer(
    1, "张晓丽", birth_date=date(1990, 3, 7), phones=("13800138000",), policies=("PL202612345678",)
)
LATIN = customer(2, "Kelvin Brown")
ETHNIC = customer(3, "买买提·艾力")


def typed(name: str, document: CustomerDocument) -> set[str]:
    made = (MAKES[name](document, Random(seed)) for seed in range(20))
    return {words for words, _ in filter(None, made)}


@pytest.mark.parametrize(
    ("name", "document", "expected"),
    [
        ("Latin, full, any order", LATIN, {"kelvin brown", "brown kelvin"}),
        ("Latin, two prefixes", LATIN, {"kel bro", "kel brow"}),
        ("traditional script", HAN, {"張曉麗"}),
        ("mixed (zhang三)", HAN, {"zhang晓丽"}),
        ("initials and mobile tail", HAN, {"zxl 8000"}),
        ("mobile, middle 4, told so", HAN, {"手机0013"}),
        ("romanised surname (Wong)", HAN, {"chang xiaoli", "cheung xiaoli"}),
    ],
)
def test_a_search_is_made_of_what_the_customer_has(
    name: str, document: CustomerDocument, expected: set[str]
) -> None:
    assert typed(name, document) == expected
    assert typed(name, customer(4, "360")) == set()


def test_parts_of_a_policy_number_are_of_six_to_nine_characters_and_lie_in_it() -> None:
    parts = typed("policy number, part", HAN)
    assert {len(part) for part in parts} <= {6, 7, 8, 9}
    assert all(part in "pl202612345678" for part in parts)


@pytest.mark.parametrize(
    ("name", "document", "right"),
    [("Latin, one typo", LATIN, "kelvin brown"), ("pinyin, one typo", HAN, "zhangxiaoli")],
)
def test_a_typo_is_never_in_the_first_letter(name: str, document: CustomerDocument, right: str) -> None:
    for words in typed(name, document):
        assert words != right
        assert words[0] == right[0]
        assert abs(len(words) - len(right)) <= 1
