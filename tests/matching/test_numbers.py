"""Numbers in one form, and what is doubtful about them."""

from datetime import date

import pytest

from matching.numbers import (
    NumberReading,
    read_contact_point,
    read_document,
    read_email,
    read_landline,
    read_mobile,
    resident_id_check_digit,
    uscc_check_character,
)

WRONG = "The check digit does not fit."


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014", "34052419800101001X"])
def test_the_check_digit_of_published_resident_ids_fits(number: str) -> None:
    assert resident_id_check_digit(number[:17]) == number[17]


@pytest.mark.parametrize("code", ["91350100M000100Y43", "914403001922038216", "91310000775785552L"])
def test_the_check_character_of_published_social_credit_codes_fits(code: str) -> None:
    assert uscc_check_character(code[:17]) == code[17]
    assert read_document("UNIFIED_SOCIAL_CREDIT_CODE", code.lower()) == NumberReading(code)


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002X",
        "11010519491231002x",
        " 110105 19491231 002x ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105491231002",
    ],
)
def test_a_resident_id_has_one_form_however_it_is_written(typed: str) -> None:
    read = read_document("RESIDENT_ID", typed)
    assert read == NumberReading("11010519491231002X", None, date(1949, 12, 31), "FEMALE")


def test_an_odd_sequence_number_is_a_mans() -> None:
    assert read_document("RESIDENT_ID", "440524188001010014").gender == "MALE"


@pytest.mark.parametrize(
    ("number", "doubt"),
    [
        ("110105194912310021", WRONG),
        ("11010519491231002", "A resident ID has 18 digits, of which the last may be X."),
        (
            "11010519491331002" + resident_id_check_digit("11010519491331002"),
            "The birth date in it is impossible.",
        ),
        ("00010519491231002" + resident_id_check_digit("00010519491231002"), "There is no such region code."),
    ],
)
def test_a_doubtful_resident_id_is_kept_and_says_why(number: str, doubt: str) -> None:
    assert read_document("RESIDENT_ID", number) == NumberReading(number, doubt)


def test_a_household_register_may_have_a_number_of_its_own() -> None:
    assert read_document("HOUSEHOLD_REGISTER", "00123-4567") == NumberReading("001234567")
    assert read_document("HOUSEHOLD_REGISTER", "110105194912310021").doubt == WRONG


@pytest.mark.parametrize(
    ("type", "typed", "normal", "is_doubtful"),
    [
        ("PASSPORT", "e 1234 5678", "E12345678", False),
        ("PASSPORT", "e1", "E1", True),
        ("HK_MACAO_PERMIT", "c12345678", "C12345678", False),
        ("TAIWAN_PERMIT", "12345678", "12345678", False),
        ("FOREIGN_RESIDENT_PERMIT", "chn110112345678", "CHN110112345678", False),
        ("BIRTH_CERTIFICATE", "p110123456", "P110123456", False),
        ("OTHER", "海字第 8 号", "海字第8号", False),
        ("OTHER", "", "", True),
    ],
)
def test_other_documents_are_upper_case_without_blanks(
    type: str, typed: str, normal: str, is_doubtful: bool
) -> None:
    read = read_document(type, typed)
    assert (read.normal, read.doubt is not None) == (normal, is_doubtful)


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86-13800138000",
        "8613800138000",
        "0086 138 0013 8000",
        "１３８００１３８０００",
        "(+86) 138 0013 8000",
        "013800138000",
    ],
)
def test_a_mobile_is_eleven_digits_in_any_format(typed: str) -> None:
    assert read_mobile(typed) == NumberReading("13800138000")


def test_a_foreign_mobile_keeps_its_country() -> None:
    assert read_mobile("+1 (415) 555-2671") == NumberReading("+14155552671")
    assert read_mobile("0044 7700 900123") == NumberReading("+447700900123")


def test_an_impossible_mobile_is_kept_as_doubtful() -> None:
    assert read_mobile("12800138000") == NumberReading("12800138000", "It is no mobile number.")


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("010-12345678", "01012345678"),
        ("(0755) 8888 6666", "075588886666"),
        ("+86 10 12345678", "01012345678"),
        ("021-12345678-801", "02112345678-801"),
        ("0571-87654321转12", "057187654321-12"),
        ("400-820-8820", "4008208820"),
    ],
)
def test_a_landline_is_digits_with_its_extension_behind_a_dash(typed: str, normal: str) -> None:
    assert read_landline(typed) == NumberReading(normal)


def test_mail_addresses_and_the_rest_are_folded_by_kind() -> None:
    assert read_email(" Li.Wei@Example.COM ") == NumberReading("li.wei@example.com")
    assert read_email("li.wei").doubt == "It is no e-mail address."
    assert read_contact_point("WECHAT", " LiWei_88 ") == NumberReading("liwei_88")
    assert read_contact_point("ADDRESS", "北京市　朝阳区\n１号") == NumberReading("北京市 朝阳区 1号")
    assert read_contact_point("MOBILE", "138 0013 8000") == NumberReading("13800138000")
