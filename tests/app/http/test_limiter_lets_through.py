"""What is asked for good reasons is let through by the shipped limits: every document there is of our own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLError, parse, validate

from app.graphql import schema
from app.limits import shipped_limits
from tests.app.http.limiting import SHIPPED, told
from tests.house.sources import ROOT

LIMITS = shipped_limits()


def in_text(path: Path) -> Iterator[str]:
    """The examples of a page: blocks, and code within a line."""
    text = path.read_text(encoding="utf-8")
    yield from re.findall(r"```graphql\n(.*?)```", text, re.DOTALL)
    yield from re.findall(r"`(\{ .*? \})`", text)


def in_code(path: Path) -> Iterator[str]:
    """The constants of a module that are documents of our schema."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "{" in node.value:
            yield node.value


def is_valid(text: str) -> bool:
    try:
        return not validate(schema._schema, parse(text))
    except GraphQLError:
        return False


def documents() -> Iterator[tuple[str, str]]:
    """Where it stands, and the document."""
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        yield from ((page.name, text) for text in in_text(page))
    for example in sorted((ROOT / "app/playground").glob("*.graphql")):
        yield example.name, example.read_text(encoding="utf-8")
    for folder in ("benchmarks", "tests/flows", "tests/schema", "tests/resolvers"):
        for module in sorted((ROOT / folder).rglob("*.py")):
            yield from ((module.name, text) for text in in_code(module))


OURS = [(name, text) for name, text in documents() if is_valid(text)]


def test_documents_of_every_kind_are_found() -> None:
    found = {name for name, _ in OURS}
    assert {"README.md", "flows.md", "graph.py", "test_360.py"} <= found
    assert len([name for name in found if name.endswith(".graphql")]) == 11


@pytest.mark.parametrize(("name", "text"), OURS, ids=[name for name, _ in OURS])
def test_our_own_documents_are_within_the_shipped_limits(name: str, text: str) -> None:
    found = told(text, SHIPPED)
    assert found["cost"] <= LIMITS.cost
    over = {
        each: count
        for each, count in found.items()
        if hasattr(LIMITS, each) and count > getattr(LIMITS, each)
    }
    assert over == {}


def test_a_whole_360_takes_less_than_half_of_what_an_operation_may_cost() -> None:
    """With default pages, everything there is below a customer, everybody's names with their branches."""
    [example] = [text for name, text in OURS if "customer-360" in name]
    assert told(example)["cost"] == 1617
    assert told(example.replace("first: 10", "first: 100"))["cost"] < LIMITS.cost / 2
