"""The project's own source files, parsed."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "execution", "indexing", "intake", "loaders", "master", "matching", "resolvers", "schema")
EVERYWHERE = (*ROOMS, "tests", "benchmarks")


def files(rooms: tuple[str, ...] = ROOMS) -> list[Path]:
    """All Python files of these rooms, but migrations: those are generated."""
    found = (path for room in rooms for path in sorted((ROOT / room).rglob("*.py")))
    return [path for path in found if "versions" not in path.parts]


def parsed(rooms: tuple[str, ...] = ROOMS) -> Iterator[tuple[str, ast.Module]]:
    for path in files(rooms):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
