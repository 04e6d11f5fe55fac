"""What a clone must hold, and must not."""

import pytest

from tests.house.sources import ROOT


@pytest.mark.parametrize("name", ["requirements.lock", "requirements.server.lock"])
def test_the_lock_has_hashes_and_no_addresses(name: str) -> None:
    lock = (ROOT / name).read_text(encoding="utf-8")
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert "index-url" not in lock


def test_the_wheel_has_no_tests_and_no_benchmarks() -> None:
    packages = (
        (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("[tool.setuptools.packages.find]")[1]
    )
    included = packages.split("]")[0]
    assert "tests" not in included
    assert "benchmarks" not in included
