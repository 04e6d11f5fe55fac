"""How names sound."""

import pytest

from matching.normal import cells, name_key, readings
from matching.pinyin import MOST_READINGS, spellings


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("单田芳", "shan tian fang"), ("曾小贤", "zeng xiao xian"), ("仇英", "qiu ying"), ("查理", "zha li"),
        ("解缙", "xie jin"), ("区大任", "ou da ren"), ("朴树", "piao shu"), ("盖聂", "ge nie"),
        ("任贤", "ren xian"), ("覃辉", "qin hui"), ("尉迟敬德", "yu chi jing de"), ("万俟卨", "mo qi xie"),
        ("长孙无忌", "zhang sun wu ji"), ("欧阳修", "ou yang xiu"), ("吕布", "lv bu"), ("乐乐", "yue le"),
        ("陈朝长", "chen chao chang"), ("翟天", "zhai tian"), ("張三豐", "zhang san feng"),
    ],
)  # fmt: skip
def test_a_name_is_read_as_its_bearer_reads_it(name: str, sound: str) -> None:
    assert " ".join(readings(name)[0]) == sound


def test_other_readings_follow_the_main_one() -> None:
    assert readings("单芳") == (("shan", "fang"), ("dan", "fang"))
    assert readings("曾芳") == (("zeng", "fang"), ("ceng", "fang"))


def test_a_surname_settled_by_use_has_one_reading() -> None:
    assert readings("王芳") == (("wang", "fang"),)


def test_two_characters_alone_are_no_compound_surname() -> None:
    assert readings("尉迟")[0] == ("wei", "chi")


def test_no_name_has_more_than_four_readings() -> None:
    assert max(len(readings(name)) for name in ("乐行单曾", "单行", "曾乐长重", "解都参差")) <= MOST_READINGS


def test_an_organisation_is_read_phrase_by_phrase() -> None:
    assert " ".join(readings("重庆长安银行")[0]) == "chong qing chang an yin hang"


def test_words_in_letters_stand_among_the_syllables() -> None:
    assert readings("TCL科技") == (("tcl", "ke", "ji"),)
    assert readings("José O'Brien") == (("jose", "obrien"),)


def test_u_umlaut_can_be_typed_in_three_ways() -> None:
    assert spellings("lv") == ("lv", "lu", "lyu")
    assert spellings("lu") == ("lu",)


def test_cells_know_their_place_in_the_original_text() -> None:
    found = [(cell.text, cell.start, cell.end) for cell in cells("買·提 Jose\u0301")]
    assert found == [("买", 0, 1), ("提", 2, 3), ("jose", 4, 8)]


def test_names_sort_by_a_key_in_ascii_that_is_never_empty() -> None:
    names = ["张三丰", "安琪", "Bob Lee", "张三", "曾国", "★", "Ёлка"]
    assert sorted(names, key=name_key) == ["安琪", "Bob Lee", "曾国", "张三", "张三丰", "★", "Ёлка"]
    assert all(name_key(name).isascii() and name_key(name) for name in [*names, "", "\ud800", "ﷺ"])
