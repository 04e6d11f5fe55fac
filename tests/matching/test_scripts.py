"""Characters in one form."""

import pytest

from matching.normal import digits, folded, is_han, plain


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("張三", "张三"),
        ("  Ａ\u3000Ｂ\tc ", "a b c"),
        ("买\u200b买提", "买买提"),
        ("José", "josé"),
        ("Jose\u0301", "josé"),
        ("a\x00b\ud800", "ab"),
    ],
)
def test_folded_text_has_one_width_case_script_and_blank(text: str, form: str) -> None:
    assert folded(text) == form


def test_plain_text_has_no_accents_or_marks() -> None:
    assert plain("Ærø José Łódź Z̸̡͎͠ß") == "aero jose lodz zss"


def test_digits_of_any_script_become_ascii() -> None:
    assert digits("１a２٣-四") == "123"


def test_han_characters_are_told_from_others() -> None:
    assert [is_han(c) for c in "张𠮷〇あaー"] == [True, True, True, False, False, False]
