"""What the documentation says is what the code has."""

import re
import tomllib

from click import Context

from app.cli import COMMANDS, main
from app.known_settings import SETTINGS
from app.limits import PER_ROLE
from tests.house.sources import ROOT

OPERATING = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
LIMITS = {
    name: value
    for name, value in tomllib.loads((ROOT / "app/limits.toml").read_text(encoding="utf-8")).items()
    if name not in ("warn_only", "roles")
}


def test_every_setting_is_in_the_table_as_the_code_has_it() -> None:
    told = [line for line in OPERATING.splitlines() if line.startswith("| `KEHU_")]
    assert told == [f"| `{each.name}` | {each.default} | {each.meaning} |" for each in SETTINGS]


def test_every_limit_is_in_the_table_with_its_shipped_value() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \| (R?) ?\| .+ \|$", OPERATING, re.MULTILINE)
    shipped = {
        name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in LIMITS.items()
    }
    assert [(name, value) for name, value, _ in rows] == list(shipped.items())
    assert {name for name, _, per_role in rows if per_role} == PER_ROLE


def test_every_metric_is_in_the_table() -> None:
    code = (ROOT / "app/metrics.py").read_text(encoding="utf-8")
    named = set(re.findall(r'"(kehu_[a-z_]+)"', code))
    told = {
        name.removesuffix("_total") for name in re.findall(r"^\| `(kehu_[a-z_]+)`", OPERATING, re.MULTILINE)
    }
    assert told == named


def test_every_file_that_the_flows_name_is_there() -> None:
    flows = (ROOT / "docs/flows.md").read_text(encoding="utf-8")
    named = set(
        re.findall(
            r"`((?:app|indexing|intake|loaders|master|matching|resolvers|schema|tests)/[\w/.]*)`", flows
        )
    )
    assert len(named) > 30
    assert {path for path in named if not (ROOT / path).exists()} == set()


def test_every_command_can_be_loaded_and_says_what_it_does() -> None:
    context = Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        assert command.help, name
