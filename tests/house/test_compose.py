"""The compose file and the image name what there is: settings, commands, versions. No Docker is asked."""

import re

from app.cli import COMMANDS
from app.known_settings import SETTINGS
from app.serve import FINISH_SECONDS
from tests.house.sources import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))


def test_every_image_has_a_version() -> None:
    images = re.findall(r"image: (\S+)", COMPOSE) + re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(images) == 7
    assert [image for image in images if not re.search(r":\d+\.\d+(\.\d+)?", image)] == []


def test_every_setting_and_command_in_it_is_one_of_the_hub() -> None:
    named = set(re.findall(r"KEHU_[A-Z_]+", COMPOSE + DOCKERFILE))
    assert len(named) == 8
    assert named - {setting.name for setting in SETTINGS} == set()
    commands = set(re.findall(r"command: \[(\w+)", COMPOSE))
    assert commands == {"init", "serve", "worker"}
    assert commands <= COMMANDS.keys()


def test_folders_are_given_to_the_user_that_the_image_runs_as() -> None:
    assert re.findall(r"--[gu]id (\d+)", DOCKERFILE) == ["10001", "10001"]
    assert re.findall(r'"chown", "([\d:]+)"', COMPOSE) == ["10001:10001"]


def test_a_hub_that_is_told_to_end_is_given_the_time_that_it_may_take() -> None:
    assert re.findall(r"stop_grace_period: (\d+)s", COMPOSE) == ["35"]
    assert FINISH_SECONDS == 30


def test_no_secret_is_written_in_it() -> None:
    assert re.findall(r"PASSWORD[^\n]*", COMPOSE) != []
    for line in re.findall(r"[^\n]*PASSWORD[^\n]*", COMPOSE):
        assert line.startswith("#") or "${POSTGRES_PASSWORD:?" in line


def test_the_image_holds_what_the_wheel_needs_in_the_versions_that_are_tested() -> None:
    needed = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("include = [")[1].split("]")[0]
    packages = [name for name in re.findall(r'"(\w+)\*"', needed) if (ROOT / name).is_dir()]
    assert [name for name in packages if f"!{name}" not in IGNORED] == []
    locked, tested = pins("requirements.server.lock"), pins("requirements.lock")
    assert len(locked) > 20
    assert {name: version for name, version in locked.items() if tested.get(name) != version} == {}
    assert "pytest" not in locked
