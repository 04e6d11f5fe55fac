"""What may have been meant where nothing fits: names that sound nearly so, words without one part; pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.corrections import MOST_SOUNDS, by_sound, in_place_of, without_a_part
from indexing.shapes import shape_of
from indexing.tags import fit
from indexing.words import read_words
from tests.indexing.test_tags import Tag


def sounds(words: str) -> dict[str, tuple[str, ...]]:
    return {each.part: each.queries for each in by_sound(read_words(words))}


def without(words: str) -> list[tuple[str, str]]:
    return [(each.part, each.queries[0]) for each in without_a_part(read_words(words))]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zangsan", "zhangsan"),
        ("zhangshan", "zhangsan"),
        ("zhansan", "zhangsan"),
        ("liulan", "niulan"),
        ("huangjie", "fuangjie"),
        ("rinlin", "linlin"),
        ("张珊", "zhangsan"),
    ],
)
def test_a_sound_is_taken_for_those_it_is_mistaken_for(typed: str, meant: str) -> None:
    assert meant in sounds(typed)[read_words(typed).tokens[0].text]


def test_only_names_are_mistaken_and_each_in_its_place() -> None:
    assert list(sounds("zangsan 8000 保单:0042")) == ["zangsan"]
    assert all(query.endswith(" 8000 保单:0042") for query in sounds("zangsan 8000 保单:0042")["zangsan"])
    assert sounds("8000") == sounds("zs") == sounds("pinyin:zangsan") == sounds("") == {}
    assert in_place_of(read_words("zangsan 8000"), "zangsan", "张三") == "张三 8000"


def test_each_part_is_left_out_in_turn_the_numbers_first() -> None:
    assert without("张三 8000 zhang@example.com") == [
        ("8000", "张三 zhang@example.com"),
        ("zhang@example.com", "张三 8000"),
        ("张三", "8000 zhang@example.com"),
    ]
    assert without("张三") == without("") == without("张 王 李 赵 钱") == []


@given(st.text(max_size=60))
def test_whatever_is_typed_is_corrected_noted_and_fitted_without_an_error(typed: str) -> None:
    words = read_words(typed)
    for correction in (*by_sound(words), *without_a_part(words)):
        assert 0 < len(correction.queries) <= MOST_SOUNDS
    assert all(":" in part for part in shape_of(typed))
    found = fit(typed, Tag("vip-gold", "VIP 金卡"))
    assert found is None or all(0 <= start < end <= 6 for start, end in found.spans)
