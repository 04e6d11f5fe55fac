"""Node with the packages of tests/tools (npm ci), and Chromium: to drive the hub from outside."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

TOOLS = Path(__file__).parents[1] / "tools"
REQUIRED = os.environ.get("KEHU_TEST_SERVICES") == "required"


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skips where programs or packages are missing; where services are required the test runs and fails."""
    missing = [program for program in programs if shutil.which(program) is None]
    if not (TOOLS / "node_modules").is_dir():
        missing.append("tests/tools/node_modules (npm ci --prefix tests/tools)")
    return pytest.mark.skipif(bool(missing) and not REQUIRED, reason=f"not there: {', '.join(missing)}")


def run(script: str, url: str, token: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a script of tests/tools against a hub."""
    environment = {**os.environ, "HUB_URL": url, "HUB_TOKEN": token, "SEC_NODE": str(TOOLS)}
    return subprocess.run(
        ["node", script, *arguments], cwd=TOOLS, env=environment, capture_output=True, text=True, check=False
    )


def told(done: subprocess.CompletedProcess[str]) -> Any:
    """What a script printed as JSON."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
