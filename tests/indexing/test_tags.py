"""Tags by name part, pinyin, initials or code."""

from dataclasses import dataclass

import pytest

from indexing.tags import TagFit, fit, fits


@dataclass(frozen=True)
class Tag:
    code: str
    name: str


TAGS = [
    Tag("vip", "高净值客户"),
    Tag("churn-risk", "流失风险"),
    Tag("risk", "风险偏好高"),
    Tag("new-car", "新购车"),
    Tag("car-owner", "车主"),
    Tag("vip-gold", "VIP 金卡"),
]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["car-owner", "churn-risk", "new-car", "risk", "vip", "vip-gold"]),
        ("vip", ["vip", "vip-gold"]),
        ("风险", ["churn-risk", "risk"]),
        ("風險", ["churn-risk", "risk"]),
        ("fengxian", ["churn-risk", "risk"]),
        ("lsfx", ["churn-risk"]),
        ("risk", ["churn-risk", "risk"]),
        ("高 客户", ["vip"]),
        ("chezhu", ["car-owner"]),
        ("CAR", ["car-owner", "new-car"]),
        ("nothing", []),
        ("*", []),
        ("\ud800\0", ["car-owner", "churn-risk", "new-car", "risk", "vip", "vip-gold"]),
    ],
)
def test_tags_fit_by_part_of_name_sound_or_code(query: str, codes: list[str]) -> None:
    assert sorted(tag.code for tag in TAGS if fits(query, tag)) == codes


@pytest.mark.parametrize(
    ("query", "code", "match", "spans"),
    [
        ("vip", "vip", "EXACT", ()),
        ("VIP 金卡", "vip-gold", "EXACT", ((0, 3), (4, 6))),
        ("金卡", "vip-gold", "INSIDE", ((4, 6),)),
        ("liushi", "churn-risk", "PINYIN", ((0, 2),)),
        ("lsfx", "churn-risk", "INITIALS", ((0, 4),)),
        ("churn", "churn-risk", "PREFIX", ()),
        ("fengxian", "risk", "PINYIN", ((0, 2),)),
    ],
)
def test_a_tag_fits_by_its_name_or_its_code_whichever_is_nearer(
    query: str, code: str, match: str, spans: tuple[tuple[int, int], ...]
) -> None:
    (row,) = (tag for tag in TAGS if tag.code == code)
    assert fit(query, row) == TagFit(match, spans)
