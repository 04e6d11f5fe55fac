"""Which field matched, how, and where: spans are code points of the original text."""

from collections import Counter

import pytest

from indexing import spelled
from indexing.align import alignment, fitted
from indexing.documents.customers import CustomerDocument
from indexing.highlights import Highlight, highlights, number_span
from indexing.spelled import spoken
from indexing.words import read_words
from tests.indexing.corpus import ASHOW, COMPANY, OUYANG, RENAMED, UYGHUR, ZHANG_SAN, ZHANG_SANFENG

ID, MOBILE, POLICY = "11010519491231002X", "13800138000", "PA-2023-00012345"


@pytest.mark.parametrize(
    ("words", "document", "wanted"),
    [
        ("张三", ZHANG_SAN, [("name", "EXACT", "张三", [(0, 2)])]),
        ("张三", ZHANG_SANFENG, [("name", "PREFIX", "张三丰", [(0, 2)])]),
        ("三丰", ZHANG_SANFENG, [("name", "INSIDE", "张三丰", [(1, 3)])]),
        ("丰 张", ZHANG_SANFENG, [("name", "INSIDE", "张三丰", [(0, 1), (2, 3)])]),
        ("欧阳", OUYANG, [("name", "PREFIX", "歐陽娜娜", [(0, 2)])]),
        ("zhangs", ZHANG_SAN, [("name", "PINYIN", "张三", [(0, 2)])]),
        ("zhang三", ZHANG_SAN, [("name", "PINYIN", "张三", [(0, 2)])]),
        ("san", ZHANG_SANFENG, [("name", "PINYIN", "张三丰", [(1, 2)])]),
        ("zs", ZHANG_SANFENG, [("name", "INITIALS", "张三丰", [(0, 2)])]),
        ("zhs", ZHANG_SAN, [("name", "INITIALS", "张三", [(0, 2)])]),
        ("手机尾号8000", ZHANG_SAN, [("contactPoints.value", "INSIDE", "13800138000", [(7, 11)])]),
        ("手机尾号0013", ZHANG_SAN, []),
        ("保单:2345", ZHANG_SAN, [("policies.number", "INSIDE", "PA-2023-00012345", [(12, 16)])]),
        ("保单:8000", ZHANG_SAN, []),
        ("Jack Ashow", ASHOW, [("name", "PREFIX", "John Ashow", [(0, 4), (5, 10)])]),
        (
            "安全科股公司",
            COMPANY,
            [("name", "INSIDE", "360 安全科技股份有限公司", [(4, 7), (8, 9), (12, 14)])],
        ),
        ("平安那个张三", ZHANG_SAN, [("name", "EXACT", "张三", [(0, 2)])]),
        ("chang san", ZHANG_SAN, [("name", "PINYIN", "张三", [(0, 2)])]),
        ("张散", ZHANG_SAN, [("name", "PINYIN", "张三", [(0, 2)])]),
        ("买买提艾力", UYGHUR, [("name", "EXACT", "买买提·艾力", [(0, 3), (4, 6)])]),
        ("提艾", UYGHUR, [("name", "INSIDE", "买买提·艾力", [(2, 3), (4, 5)])]),
        ("joh asho", ASHOW, [("name", "INSIDE", "John Ashow", [(0, 3), (5, 9)])]),
        ("ashow john", ASHOW, [("name", "EXACT", "John Ashow", [(0, 4), (5, 10)])]),
        ("jonh", ASHOW, [("name", "TYPO", "John Ashow", [(0, 4)])]),
        ("360安全", COMPANY, [("name", "INSIDE", "360 安全科技股份有限公司", [(0, 3), (4, 6)])]),
        ("司马", RENAMED, [("name", "PREFIX", "司马孔明", [(0, 2)])]),
        ("8000", ZHANG_SAN, [("contactPoints.value", "INSIDE", MOBILE, [(7, 11)])]),
        ("1380", ZHANG_SAN, [("contactPoints.value", "PREFIX", MOBILE, [(0, 4)])]),
        ("+86 138-0013-8000", ZHANG_SAN, [("contactPoints.value", "EXACT", MOBILE, [(0, 11)])]),
        ("31002x", ZHANG_SAN, [("documents.number", "INSIDE", ID, [(12, 18)])]),
        ("110105491231002", ZHANG_SAN, [("documents.number", "EXACT", ID, [(0, 18)])]),
        ("110105194912310021", ZHANG_SAN, [("documents.number", "TYPO", ID, [(0, 18)])]),
        ("00012345", ZHANG_SAN, [("policies.number", "INSIDE", POLICY, [(8, 16)])]),
        ("pa2023-0001", ZHANG_SAN, [("policies.number", "PREFIX", POLICY, [(0, 12)])]),
        ("c1001", ZHANG_SAN, [("number", "EXACT", "C000001001", [(0, 10)])]),
        (
            "zhang.san@example.com",
            ZHANG_SAN,
            [("contactPoints.value", "EXACT", "zhang.san@example.com", [(0, 21)])],
        ),
        (
            "19491231",
            ZHANG_SAN,
            [("documents.number", "INSIDE", ID, [(6, 14)]), ("birthDate", "EXACT", "1949-12-31", [(0, 10)])],
        ),
        (
            "zs8000",
            ZHANG_SAN,
            [("name", "INITIALS", "张三", [(0, 2)]), ("contactPoints.value", "INSIDE", MOBILE, [(7, 11)])],
        ),
        (
            "138 8000",
            ZHANG_SAN,
            [("contactPoints.value", "INSIDE", MOBILE, [(0, 3), (7, 11)])],
        ),
        ("李四", ZHANG_SAN, []),
        ("张三 9999", ZHANG_SAN, []),
        ("", ZHANG_SAN, []),
    ],
)
def test_each_field_says_how_and_where_it_matched(
    words: str, document: CustomerDocument, wanted: list[tuple[str, str, str, list[tuple[int, int]]]]
) -> None:
    found = [Highlight(field, match, text, tuple(spans)) for field, match, text, spans in wanted]
    assert highlights(words, document) == found


def test_spans_fall_on_the_number_as_it_is_written() -> None:
    found = number_span("8000", "138-0013-8000")
    assert found is not None
    assert (found[0].name, found[1]) == ("INSIDE", (9, 13))
    assert number_span("", "138") is None


def test_no_character_of_a_name_serves_two_parts() -> None:
    fits = fitted(read_words("zhang z").tokens, spoken("张伟"))
    assert [fit is not None for fit in fits] == [True, False]


@pytest.mark.parametrize(
    ("words", "nearer", "farther"),
    [
        ("zhangsan", "张三", "张三丰"),
        ("zhang", "张国三", "詹国三"),
        ("xu涛", "徐涛", "薛涛"),
        ("xu涛", "徐涛", "徐春涛"),
        ("zs", "张三", "张三丰"),
        ("lu", "卢布", "吕布"),
        ("shan", "单芳", "芳单"),
        ("dan", "但芳", "单芳"),
        ("zhangsan", "张三", "张珊"),
    ],
)
def test_the_name_that_lies_nearer_is_aligned_better(words: str, nearer: str, farther: str) -> None:
    way = read_words(words).tokens
    assert alignment(way, nearer) > alignment(way, farther)


def test_names_that_can_be_read_in_countless_ways_are_read_once_a_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: Counter[tuple[object, str, int]] = Counter()
    steps = spelled._steps

    def counted(text: str, cell: int, whole: spelled.Spoken) -> list[spelled.Step]:
        read[whole, text, cell] += 1
        return steps(text, cell, whole)

    monkeypatch.setattr(spelled, "_steps", counted)
    for name, words in (("aa " * 85, "a" * 250), ("李丽" * 128, "lili" * 64), ("Zhzh " * 50, "zh" * 120)):
        alignment(read_words(words).tokens, name)
    # The surname first, and the surname last.
    assert max(read.values()) <= 2


def test_a_name_typed_in_full_is_aligned_to_the_full() -> None:
    assert alignment(read_words("张三").tokens, "張三") == 100
    assert alignment(read_words("李四").tokens, "张三") == 0
    assert alignment(read_words("8000").tokens, "张三") == 0
