"""How characters are read in phrases."""

from importlib.resources import files

import pytest

from matching.lists.make_phrases import lines
from matching.normal import readings


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("重庆银行股份有限公司", "chong qing yin hang gu fen you xian gong si"),
        ("上海市长青食品有限公司", "shang hai shi chang qing shi pin you xian gong si"),
        ("重庆长安汽车有限公司", "chong qing chang an qi che you xian gong si"),
        ("厦门市音乐学校", "xia men shi yin yue xue xiao"),
    ],
)
def test_an_organisation_is_read_by_the_phrases_in_its_name(name: str, sound: str) -> None:
    assert " ".join(readings(name)[0]) == sound


def test_the_list_of_phrases_is_that_of_the_library() -> None:
    kept = (files("matching.lists") / "phrases.tsv").read_text("utf-8")
    assert kept == "".join(f"{line}\n" for line in lines())
