"""What masks show: exact for every kind, never more than their rule, and nothing that passes for a value."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from master.errors import Invalid
from master.writes.checks import refuse_mask
from matching.masks import masked_contact, masked_name, masked_number, masked_phone, masked_text
from matching.numbers import MASK

NAMES = {
    "": "",
    "张": "*",
    "张三": "张*",
    "张三丰": "张**",
    "张三丰明": "张***",
    "欧阳": "欧*",
    "欧阳锋": "欧阳*",
    "诸葛孔明": "诸葛**",
    "张三 李四": "张* **",
    "买买提·艾力": "买**·**",
    "阿卜杜热西提·买买提艾力": "阿*****·*****",
    "阿卜杜热西提艾力": "阿*******",
    "张 John": "张 ****",
    "Smith 张三丰": "S**** ***",
    "华为公司": "华***",
    "北京华夏科技有限公司": "北京******公司",
    "深圳市某某贸易（集团）有限公司": "深圳*****（**）**公司",
    "John Smith": "J*** S****",
    "Anne-Marie O'Brien": "A***-M**** O'B****",
    "J": "*",
    "J R": "* *",
    "Li X": "L* X",
    "Müller": "M*****",
    "Jose\u0301": "J****",
    "สมชาย": "ส****",
    "Ｊｏｈｎ": "Ｊ***",
}
NUMBERS = {
    "": "",
    "1": "*",
    "12345": "*****",
    "123456": "****56",
    "1234567": "*****67",
    "12345678": "****5678",
    "E12345678": "E****5678",
    "C12345678X": "C*****678X",
    "P20230001": "P****0001",
    "H1234567890": "H12****7890",
    "110101900307123": "110101*****7123",
    "110101199003071234": "110101********1234",
    "110101 19900307 123X": "110101 ******** 123X",
    "91110108MA01ABCD2X": "911101********CD2X",
    "PDAA20264403381059609": "PDAA20***********9609",
}
PHONES = {
    "13800138000": "138****8000",
    "138 0013 8000": "138 **** 8000",
    "138-0013-8000": "138-****-8000",
    "+8613800138000": "+861******8000",
    "+86 138 0013 8000": "+86 1** **** 8000",
    "01066554321": "010****4321",
    "(010) 6655-4321": "(010) ****-4321",
    "01066554321-8001": "010********-8001",
    "66554321": "****4321",
    "95511": "*****",
    "+14155550123": "+141****0123",
}
OTHERS = {
    "EMAIL": {
        "zhang@example.com": "z***@example.com",
        "zw@example.com": "z***@example.com",
        "z@example.com": "***@example.com",
        "@example.com": "***@example.com",
        "a@b@example.com": "a***@example.com",
        "zhang": "z***",
        "": "",
    },
    "WECHAT": {"wxid_zhang": "w***", "13800138000": "1***", "w": "***", "张三": "张***", "": ""},
    "ADDRESS": {
        "广东省深圳市福田区深南大道1号": "广东省深圳市福田区***",
        "广东省 深圳市 南山区 科技路2号": "广东省 深圳市 南山区***",
        "北京市朝阳区建国路88号": "北京市朝阳区***",
        "上海市浦东新区世纪大道100号": "上海市浦东新区***",
        "浙江省安吉县递铺镇3组": "浙江省安吉县***",
        "苏州市昆山市玉山镇": "苏州市昆山市***",
        "内蒙古自治区锡林郭勒盟东乌珠穆沁旗1号": "内蒙古自治区锡林郭勒盟东乌珠穆沁旗***",
        "广西壮族自治区南宁市青秀区民族大道": "广西壮族自治区南宁市青秀区***",
        "湖北省恩施土家族苗族自治州恩施市航空路": "湖北省恩施土家族苗族自治州恩施市***",
        "大兴安岭地区加格达奇区1号": "大兴安岭地区加格达奇区***",
        "香港特别行政区中环1号": "香港特别行政区***",
        "海淀区中关村1号": "海淀区***",
        "江苏省南京市鼓楼区广州路1号": "江苏省南京市鼓楼区***",
        # What only looks like a division is a house's place.
        "北京市建国路88号小区": "北京市***",
        "北京市方庄芳城园一区12号楼": "北京市***",
        "深南大道1号市民中心": "***",
        "翠园小区5栋": "***",
        "人民市场3号": "***",
        "中关村大厦1区": "***",
        "ＡＢ区1号": "***",
        "深圳市": "***",
        "12 Main Street, Springfield": "***",
        "": "",
    },
    "CARRIER_PIGEON": {"a value of a kind to come": "***"},
}


@pytest.mark.parametrize(("name", "mask"), NAMES.items())
def test_names(name: str, mask: str) -> None:
    assert masked_name(name) == mask


@pytest.mark.parametrize(("number", "mask"), NUMBERS.items())
def test_numbers(number: str, mask: str) -> None:
    assert masked_number(number) == mask


@pytest.mark.parametrize("kind", ["MOBILE", "LANDLINE"])
@pytest.mark.parametrize(("number", "mask"), PHONES.items())
def test_phones(kind: str, number: str, mask: str) -> None:
    assert masked_contact(number, kind) == mask


@pytest.mark.parametrize(
    ("kind", "value", "mask"), [(kind, *each) for kind, values in OTHERS.items() for each in values.items()]
)
def test_other_ways_to_reach_somebody(kind: str, value: str, mask: str) -> None:
    assert masked_contact(value, kind) == mask


def test_of_notes_nothing_is_shown() -> None:
    assert masked_text("他母亲住院了") == "***"
    assert masked_text("") == ""


# What the hub can hold: whatever has a star is refused on its way in.
values = st.one_of(
    st.text(),
    st.text(alphabet="张三欧阳锋·公司北京 John'-"),
    st.text(alphabet="0123456789X+- ()"),
    st.text(alphabet="广东省深圳市福田区县旗路街号小社一1 "),
    st.from_regex(r"[a-z]{0,5}@[a-z]{1,5}\.com", fullmatch=True),
).filter(lambda value: MASK not in value)
RULES = [
    masked_name, masked_number, masked_phone, masked_text,
    *(lambda value, kind=kind: masked_contact(value, kind) for kind in ("EMAIL", "WECHAT", "ADDRESS")),
]  # fmt: skip


def weighs(text: str) -> int:
    """Letters, digits and marks: what a value is made of, without its signs and blanks."""
    return sum(c.isalnum() or unicodedata.category(c)[0] == "M" for c in text)


@given(values)
@example("0:㐀")
@example("张三丰张三工作室")
def test_a_mask_of_a_mask_is_the_mask(value: str) -> None:
    for rule in RULES:
        assert rule(rule(value)) == rule(value)


@given(values)
def test_a_mask_holds_a_star_and_is_refused_where_it_is_given_back(value: str) -> None:
    for rule in RULES:
        mask = rule(value)
        if weighs(value):
            assert MASK in mask
            with pytest.raises(Invalid, match="holds a mask"):
                refuse_mask(mask, ["name"])


@given(values)
def test_names_and_numbers_keep_their_length_and_what_is_shown_stands_where_it_stood(value: str) -> None:
    for rule in (masked_name, masked_number, masked_phone):
        mask = rule(value)
        assert len(mask) == len(value)
        assert all(shown in (MASK, was) for shown, was in zip(mask, value, strict=True))


@given(values)
def test_a_mask_shows_no_more_than_its_rule(value: str) -> None:
    size = weighs(value)
    assert weighs(masked_number(value)) <= (10 if size >= 15 else 7 if size >= 11 else 5)
    assert weighs(masked_phone(value)) <= 7
    for rule in (masked_number, masked_phone):
        assert weighs(rule(value)) <= max(0, size - 4)
    if size and not any(c in " -'·" for c in value) and value.isalnum():
        assert weighs(masked_name(value)) <= (4 if size > 6 else 2)
    assert weighs(masked_contact(value, "WECHAT")) <= 1
    assert not any(c.isdecimal() or c in "路街号" for c in masked_contact(value, "ADDRESS"))
