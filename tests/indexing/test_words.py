"""How typed text is taken apart, and what the parts may mean."""

import pytest

from indexing.near import near_resident_ids
from indexing.queries import asked
from indexing.words import read_words
from matching.numbers import read_document


def parts(words: str) -> list[tuple[str, str]]:
    return [(token.kind.value, token.text) for token in read_words(words).tokens]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("zhang三", [("letters", "zhang"), ("han", "三")]),
        ("张三8000", [("han", "张三"), ("digits", "8000")]),
        ("張 三", [("han", "张"), ("han", "三")]),
        ("买买提·艾力", [("han", "买买提艾力")]),
        ("买买提.艾力", [("han", "买买提艾力")]),
        ("J. Ashow", [("letters", "j"), ("letters", "ashow")]),
        ("Anne-Marie O'Neil", [("letters", "anne"), ("letters", "marie"), ("letters", "oneil")]),
        ("138-0013-8000", [("digits", "13800138000")]),
        ("+86 13800138000", [("digits", "13800138000")]),
        ("008613800138000", [("digits", "13800138000")]),
        ("PA-2023/0001", [("mixed", "pa20230001")]),
        ("31002X", [("mixed", "31002x")]),
        ("1990-1-5", [("digits", "19900105")]),
        ("1990年1月5日", [("digits", "19900105")]),
        ("PL-1990-1-5", [("mixed", "pl199015")]),
        ("李先生", [("han", "李")]),
        ("先生", [("han", "先生")]),
        ("Li.Wei@x.cn 张", [("email", "li.wei@x.cn"), ("han", "张")]),
        ("***", []),
        ("zhang*", [("letters", "zhang")]),
        ("张*", [("han", "张")]),
        ("138****8000", []),
        ("张三138****8000", [("han", "张三")]),
    ],
)
def test_words_are_parted_at_blanks_and_script_borders(words: str, wanted: list[tuple[str, str]]) -> None:
    assert parts(words) == wanted


def ways(words: str) -> list[list[str]]:
    return [[token.text for token in way] for way in asked(read_words(words)).variants]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("zhang san", [["zhang", "san"], ["zhangsan"]]),
        ("138 0013 8000", [["138", "0013", "8000"], ["13800138000"]]),
        ("+86 138 0013 8000", [["138", "0013", "8000"], ["13800138000"]]),
        ("zs8000", [["zs8000"], ["zs", "8000"]]),
        ("31002x", [["31002x"]]),
        ("张三", [["张三"]]),
        ("zhang三", [["zhang", "三"], ["zhang三"]]),
        ("zhang 三", [["zhang", "三"]]),
        ("a b 1 2", [["a", "b"], ["ab"], ["a", "b", "12"], ["ab", "12"]]),
    ],
)
def test_parts_are_also_tried_joined_or_split(words: str, wanted: list[list[str]]) -> None:
    assert ways(words) == wanted


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("1", ["TOO_SHORT"]),
        ("123", ["TOO_SHORT"]),
        ("1234", []),
        ("张 12", []),
        ("张 1", ["TOO_SHORT"]),
        ("12 34", []),
        ("110105194912310021", ["CHECK_DIGIT"]),
        ("11010519491231002X", []),
        ("123456789012345678", []),
    ],
)
def test_notices_tell_what_the_searcher_should_know(words: str, codes: list[str]) -> None:
    assert [one.code for one in asked(read_words(words)).notices] == codes


@pytest.mark.parametrize(
    ("words", "masked"),
    [
        ("138****8000", ["138****8000"]),
        ("138＊＊＊＊8000", ["138****8000"]),
        ("138-****-8000", ["138-****-8000"]),
        ("138 **** 8000", ["138****8000"]),
        ("张三 110101********123X 4321", ["110101********123x"]),
        ("*8000 1990-**-**", ["*8000", "1990-**-**"]),
        ("zhang* 8000", []),
    ],
)
def test_numbers_with_stars_are_told_and_not_searched_for(words: str, masked: list[str]) -> None:
    told = [one.part for one in asked(read_words(words)).notices if one.code == "MASKED"]
    assert told == masked


def test_near_ids_are_valid_and_one_slip_away() -> None:
    near = near_resident_ids("110105194912310021")
    assert "11010519491231002x" in near
    assert all(read_document("RESIDENT_ID", one).doubt is None for one in near)
    assert near_resident_ids("11010519491231002x") == ()
    assert near_resident_ids("张三") == ()
