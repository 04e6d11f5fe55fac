"""How the limits are read, laid over the shipped ones, and how a wrong one is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.limits import PER_ROLE, Limits, WrongLimits, read_limits, shipped_limits


def written(folder: Path, text: str) -> Path:
    path = folder / "limits.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> list[str]:
    """What is wrong with the file, without its name."""
    path = written(folder, text)
    with pytest.raises(WrongLimits) as raised:
        read_limits(path)
    return [problem.removeprefix(f"{path}: ") for problem in raised.value.problems]


def test_without_a_file_the_shipped_limits_hold() -> None:
    assert read_limits(None) is shipped_limits()
    assert (shipped_limits().cost, shipped_limits().warn_only) == (20000, False)
    assert shipped_limits().roles == {
        "PARTNER": {"body_bytes": 4194304, "mutations_a_minute": 6000, "at_once": 4}
    }


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path, "aliases = 60\nwarn_only = true\nlock_seconds = 0.5\nsearch_seconds = 3\n")
    assert read_limits(path) == replace(
        shipped_limits(), aliases=60, warn_only=True, lock_seconds=0.5, search_seconds=3
    )


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert read_limits(written(tmp_path, "# nothing yet\n")) == shipped_limits()


def test_a_role_has_its_own_values_and_for_the_rest_everybodys(tmp_path: Path) -> None:
    path = written(tmp_path, "cost = 30000\n[roles.PARTNER]\naliases = 5\nburst = 100\n")
    limits = read_limits(path)
    partner, agent = limits.of_role("PARTNER"), limits.of_role("AGENT")
    assert (partner.aliases, partner.burst, partner.cost, partner.at_once) == (5, 100, 30000, 4)
    assert (agent.aliases, agent.burst, agent.cost, agent.at_once) == (30, 60, 30000, 8)


def test_the_limits_of_a_role_are_made_once() -> None:
    limits = shipped_limits()
    assert limits.of_role("PARTNER") is limits.of_role("PARTNER") is not limits
    assert limits.of_role("NOBODY") is limits
    assert replace(limits, at_once=9, roles={}).of_role("PARTNER").at_once == 9


def test_only_some_limits_may_be_given_for_a_role(tmp_path: Path) -> None:
    for name in Limits.__slots__:
        text = f"[roles.AGENT]\n{name} = 7\n"
        if name in PER_ROLE:
            assert getattr(read_limits(written(tmp_path, text)).of_role("AGENT"), name) == 7
        else:
            [problem] = problems(tmp_path, text)
            assert problem.startswith(f"{name} is no limit for the role AGENT: ")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("alias = 60", "alias is no limit: write aliases."),
        ("colour = 60", "colour is no limit: leave it out."),
        ("aliases = 0", "aliases is 0: write a number above 0."),
        ("aliases = -1", "aliases is -1: write a number above 0."),
        ("aliases = true", "aliases is True: write a number above 0."),
        ('aliases = "60"', "aliases is '60': write a number above 0."),
        ("aliases = 60.5", "aliases is 60.5: write a whole number."),
        ("aliases = inf", "aliases is inf: write a number above 0."),
        ("lock_seconds = inf", "lock_seconds is inf: write a number above 0."),
        ("lock_seconds = nan", "lock_seconds is nan: write a number above 0."),
        ("lock_seconds = 0", "lock_seconds is 0: write a number above 0."),
        ("warn_only = 1", "warn_only is 1: write true or false."),
        ("[roles.AGENT]\ncosts = 1", "costs is no limit for the role AGENT: write cost."),
        ("[roles.AGENT]\ncost = 0", "cost is 0 for the role AGENT: write a number above 0."),
        ("roles = 1", "roles is 1: write the limits of a role below [roles.NAME]."),
        ("[roles]\ncost = 1", "roles is {'cost': 1}: write the limits of a role below [roles.NAME]."),
    ],
)
def test_a_wrong_limit_is_told_with_what_to_write(tmp_path: Path, text: str, problem: str) -> None:
    assert problems(tmp_path, text) == [problem]


def test_all_wrong_limits_are_told_at_once(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "cost = 0\ncolour = 1\n[roles.AGENT]\ndepth = 0\n")) == 3


def test_a_file_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    for text in ("cost = ", "cost = 1\ncost = 2\n"):
        [problem] = problems(tmp_path, text)
        assert "can not be read" in problem
    with pytest.raises(WrongLimits, match="can not be read"):
        read_limits(tmp_path / "nowhere.toml")


def test_a_file_of_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_bytes("# 限制\ncost = 1\n".encode("gbk"))
    with pytest.raises(WrongLimits, match="can not be read"):
        read_limits(path)
