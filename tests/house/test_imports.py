"""Who may import whom, and from where."""

import ast
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

import schema
from tests.house.sources import ROOT, functions, parsed


def test_every_import_goes_to_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    broken = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert broken == 0, capsys.readouterr().out


def test_schema_is_ours() -> None:
    assert Path(str(schema.__file__)).parent == ROOT / "schema"


def test_no_function_imports() -> None:
    inside = [
        f"{path}:{node.lineno}"
        for path, tree in parsed()
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []
