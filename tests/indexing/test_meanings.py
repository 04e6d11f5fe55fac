"""What typed parts are taken for, and how another meaning is asked for."""

import pytest

from indexing.meanings import search_readings
from indexing.queries import asked
from indexing.words import read_words


def told(words: str) -> list[tuple[str, str, bool]]:
    return [(each.part, each.meaning.value, each.is_searched) for each in search_readings(read_words(words))]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (
            "王先生 138尾号8000",
            [
                ("王", "NAME", True),
                ("先生", "SAID", False),
                ("138", "NUMBER", True),
                ("尾号:8000", "PHONE", True),
            ],
        ),
        ("车牌京A", [("京a", "PLATE", False)]),
        ("粤B·D1234", [("粤bd1234", "PLATE", False)]),
        ("平安那个张三", [("平安", "ORGANIZATION", True), ("那个", "SAID", False), ("张三", "NAME", True)]),
        ("姓王的 1990-1-5", [("姓:王", "SURNAME", True), ("19900105", "BIRTH_DATE", True)]),
        ("zs8000", [("zs", "INITIALS", True), ("8000", "PHONE", True)]),
        ("zhang san", [("zhangsan", "PINYIN", True)]),
        ("John Smith", [("johnsmith", "WORD", True)]),
        ("李小姐的保单", [("李", "NAME", True), ("小姐", "SAID", False), ("保单", "SAID", False)]),
        ("phone:138 0013 8000", [("phone:13800138000", "PHONE", True)]),
        ("张三的手机尾号是8000", [("张三", "NAME", True), ("手机尾号:8000", "PHONE", True)]),
        ("13800138000", [("13800138000", "PHONE", True)]),
        ("11010519491231002X", [("11010519491231002x", "DOCUMENT", True)]),
        ("C000001001", [("c000001001", "CUSTOMER_NUMBER", True)]),
        ("a@example.com", [("a@example.com", "EMAIL", True)]),
        ("138****8000", [("138****8000", "MASKED", False)]),
        ("先生", [("先生", "NAME", True)]),
        ("尾号", [("尾号", "NAME", True)]),
    ],
)
def test_each_part_is_told_as_what_it_was_taken_for(words: str, wanted: list[tuple[str, str, bool]]) -> None:
    assert told(words) == wanted


@pytest.mark.parametrize(
    ("words", "part", "others"),
    [
        ("张三 8000", "8000", [("DOCUMENT", "张三 身份证:8000"), ("POLICY", "张三 保单:8000")]),
        ("zs", "zs", [("PINYIN", "拼音:zs"), ("WORD", "英文名:zs")]),
        ("欧阳 8000", "欧阳", [("SURNAME", "姓氏:欧阳 8000")]),
        ("手机尾号8000", "手机尾号:8000", [("DOCUMENT", "身份证:8000"), ("POLICY", "保单:8000")]),
    ],
)
def test_other_meanings_come_with_the_query_that_asks_for_them(
    words: str, part: str, others: list[tuple[str, str]]
) -> None:
    (found,) = [each for each in search_readings(read_words(words)) if each.part == part]
    assert [(other.meaning.value, other.query) for other in found.others] == others


def test_a_query_for_another_meaning_is_read_as_that_meaning() -> None:
    for words in ("张三 8000", "zhangsan 138尾号8000", "姓王的 19900105", "lv 123456", "PL20230001"):
        for at, reading in enumerate(search_readings(read_words(words))):
            for other in reading.others:
                again = [each for each in search_readings(read_words(other.query)) if each.is_searched]
                forced = [each for each in again if each.meaning is other.meaning and each.is_forced]
                assert reading.value in [each.value for each in forced], (words, at, other)


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("手机:8000", {"ph", "whole"}),
        ("手机尾号8000", {"ph"}),
        ("保单:8000", {"po", "whole"}),
        ("身份证:8000", {"id", "whole"}),
        ("生日:19900105", {"whole"}),
        ("拼音:lv", {"py"}),
        ("首字母:lv", {"pi"}),
        ("英文名:lv", {"lt"}),
        ("姓氏:王", {"hs"}),
    ],
)
def test_a_marked_part_is_looked_for_as_nothing_else(words: str, fields: set[str]) -> None:
    (way,) = asked(read_words(words)).units
    (unit,) = way
    leaves = [leaf for tier in unit.tiers for leaf in tier.any]
    assert {leaf.field for leaf in leaves if hasattr(leaf, "field")} == fields


def test_a_plate_is_said_to_be_nowhere() -> None:
    assert [one.code for one in asked(read_words("京A12345")).notices] == ["NO_PLATES"]
