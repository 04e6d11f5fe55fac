"""Rules are read from a file that says what is wrong with it."""

from importlib.resources import files
from pathlib import Path

import pytest

from matching.rules import BadRules, read_rules, rules_in, shipped

TEXT = (files("matching") / "rules.toml").read_text("utf-8")


def test_the_shipped_rules_decide_from_a_probability_of_95_per_cent() -> None:
    rules = shipped()
    assert (rules.version, rules.same, rules.review) == ("2026-11-22", 4.25, -3.0)
    assert set(rules.person.alternatives) == {"stranger", "relative"}
    assert set(rules.organization.alternatives) == {"stranger"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('version = "2026-11-22"', "", "version is missing"),
        ('version = "2026-11-22"', "version =", "this is not TOML"),
        ('"document digits"', '"shoe size"', "no key is called shoe size"),
        (
            "gender = { different = -6.0, same = 1.0 }",
            "",
            "person.stranger.gender: needs a weight for each of",
        ),
        ('document = ["proven and different"]', 'document = ["odd"]', "document has no level odd"),
        ('document = ["proven and different"]', 'shoes = ["odd"]', "no field is called shoes"),
        ('verdict = "DIFFERENT"', 'verdict = "SAME"', "verdict is DIFFERENT or REVIEW, not SAME"),
        ("[person.stranger]", "[person.neighbour]", "person.stranger is missing"),
    ],
)
def test_what_a_file_lacks_is_told(old: str, new: str, told: str) -> None:
    with pytest.raises(BadRules, match=told):
        read_rules(TEXT.replace(old, new, 1))


def test_the_file_is_named_where_it_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(TEXT.replace("same = 4.25", ""), "utf-8")
    with pytest.raises(BadRules, match=r"own\.toml: same is missing"):
        rules_in(path)
