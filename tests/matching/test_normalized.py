"""Records meet whatever the order, script, case and format of their values."""

from datetime import date

import pytest

from matching.names import organization_name, person_name
from matching.normalized import address_key, normalized
from matching.records import CustomerRecord


@pytest.mark.parametrize("written", ["张三", "張三", "ZHANG SAN", "San Zhang", "zhang san"])
def test_a_name_sounds_the_same_in_any_script_and_order(written: str) -> None:
    assert person_name(written).sound == "san zhang"


def test_compound_surnames_are_one_word() -> None:
    assert person_name("欧阳震华").surname == "ouyang"
    assert person_name("欧阳震华").given == "zhenhua"


def test_dots_of_ethnic_names_do_not_matter() -> None:
    assert person_name("买买提·艾力").exact == person_name("买买提艾力").exact == "买买提艾力"


def test_organizations_are_compared_without_their_legal_form() -> None:
    assert organization_name("北京安禾科技股份有限公司").sound == "北京安禾科技"
    assert organization_name("Acme Trading Co., Ltd.").sound == "acmetrading"


def test_an_address_is_the_same_in_another_order_and_without_units() -> None:
    assert address_key("中山路5号301室") == address_key("301 中山路 5") == "301 5 中山路"


def test_a_good_resident_id_tells_birth_date_and_gender() -> None:
    record = normalized(CustomerRecord(1, "李四", documents=(("RESIDENT_ID", "11010519491231002X"),)))
    assert (record.births, record.gender) == (("19491231",), "FEMALE")
    assert record.documents[0].is_proven


def test_what_is_told_goes_before_what_a_document_says() -> None:
    record = CustomerRecord(1, "李四", birth="19490101", documents=(("RESIDENT_ID", "11010519491231002X"),))
    assert normalized(record).births == ("19490101",)


def test_the_short_form_of_a_resident_id_is_the_long_one() -> None:
    short = normalized(CustomerRecord(1, "李四", documents=(("RESIDENT_ID", "110105491231002"),)))
    assert short.documents[0].number == "11010519491231002X"


def test_a_failing_check_digit_proves_nothing() -> None:
    record = normalized(CustomerRecord(1, "李四", documents=(("RESIDENT_ID", "110105194912310021"),)))
    assert not record.documents[0].is_proven
    assert record.births == ()


def test_numbers_are_told_once_in_their_normal_form() -> None:
    record = normalized(CustomerRecord(1, "李四", mobiles=("+86 138-0013-8000", "13800138000", "")))
    assert record.mobiles == ("13800138000",)


def test_a_record_without_a_name_is_compared_by_the_rest() -> None:
    assert normalized(CustomerRecord(1, "  ", birth=f"{date(1990, 1, 1):%Y%m%d}")).names[0].exact == ""
