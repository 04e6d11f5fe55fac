"""Other ways to spell and to call a name."""

import re

import pytest

from matching.aliases import (
    first_names_like,
    from_wade_giles,
    organization_called,
    spellings_abroad,
    surnames_spelled,
    wade_giles_of,
)


@pytest.mark.parametrize(
    ("spelled", "surnames"),
    [
        ("ng", ("吴", "伍", "黄")),
        ("wong", ("黄", "王", "汪")),
        ("hsu", ("许", "徐")),
        ("auyeung", ("欧阳",)),
        ("zhang", ()),
    ],
)
def test_passports_spell_surnames_in_other_ways(spelled: str, surnames: tuple[str, ...]) -> None:
    assert surnames_spelled(spelled) == surnames
    assert all(spelled in spellings_abroad(surname) for surname in surnames)


@pytest.mark.parametrize(
    ("letters", "pinyin"),
    [
        ("kuoming", "guoming"),
        ("hsiaoming", "xiaoming"),
        ("chihwei", "zhiwei"),
        ("chang", "zhang"),
        ("tsaihua", "caihua"),
    ],
)
def test_wade_giles_is_read_as_pinyin(letters: str, pinyin: str) -> None:
    assert pinyin in from_wade_giles(letters)


@pytest.mark.parametrize("letters", ["zhang", "xiaoming", "wang", "john", ""])
def test_what_wade_giles_does_not_spell_otherwise_stays_as_it_is(letters: str) -> None:
    assert from_wade_giles(letters) == ()


def test_every_wade_giles_syllable_leads_back_to_its_pinyin() -> None:
    for syllable in ("guo", "xiao", "zhi", "cai", "jun", "rong", "si", "yan"):
        for spelled in wade_giles_of(syllable):
            assert syllable == spelled or syllable in from_wade_giles(spelled)


def test_first_names_and_what_they_are_short_for_know_each_other() -> None:
    assert first_names_like("bill") == ("william",)
    assert "bill" in first_names_like("william")
    assert first_names_like("zhang") == ()


def test_organisations_are_known_by_what_people_call_them() -> None:
    assert organization_called("人保财险") == "中国人民财产保险"
    assert organization_called("张三") is None


def test_letters_that_can_be_parted_in_countless_ways_are_read_at_once() -> None:
    assert len(from_wade_giles("a" * 64)) <= 3
    assert len(from_wade_giles("chuangchuangchuangchuang")) <= 3
    assert all(re.fullmatch("[a-z]+", each) for each in from_wade_giles("chuangchuang"))
