"""How many statements a query takes: one, whatever hangs on it and however many rows it gives."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from app.noting import AccessNotes
from execution import crowds
from execution.reasons import COMPILED
from loaders.batches import FEW, FEW_COUNTED
from master.access import few_in_sight
from master.sight import Reach
from schema.context import Context
from tests.execution.both import Both, Viewer, hearing

STATEMENTS = Path("benchmarks/statements")
ADMIN: Viewer = ("ADMIN", None)
C360 = (STATEMENTS / "c360.graphql").read_text(encoding="utf-8")
LIST = (STATEMENTS / "list.graphql").read_text(encoding="utf-8")
BY_NUMBER = {"number": "C000000001"}  # who has more than a page of everything


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[list[str], list[str]]]:
    """SELECTs that run inside: those of plans, and all others. Who saw whom is not noted."""
    planned: list[str] = []
    others: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            others.append(statement)

    async def note_nothing(self: AccessNotes, context: Context) -> None:
        """In place of AccessNotes.note."""

    hearing(monkeypatch, planned.append)
    monkeypatch.setattr(AccessNotes, "note", note_nothing)
    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield planned, others
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        monkeypatch.undo()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        *((C360, {"number": f"C{number:09d}"}) for number in (1, 2, 4, 999)),
        *((LIST, {"first": first}) for first in (1, 5, 40)),
    ],
)
def test_a_query_is_one_statement_whatever_its_rows(
    both: Both, text: str, values: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = both.tokens[ADMIN]
    both.compiled.ask(token, text, values)
    with counted(monkeypatch) as (planned, others):
        both.compiled.ask(token, "{ __typename }", {})
    at_the_door = len(others)
    with counted(monkeypatch) as (planned, others):
        assert both.compiled.ask(token, text, values).plan in COMPILED
    assert len(planned) == 1
    assert len(others) == at_the_door
    with counted(monkeypatch) as (planned, others):
        both.ordinary.ask(token, text, values)
    assert planned == []
    assert len(others) > at_the_door


@pytest.mark.parametrize(
    ("asked", "counts"),
    [
        ("nodes { name }", [FEW]),
        ("totalCount", [FEW_COUNTED]),
        ("totalCount nodes { name }", [FEW, FEW_COUNTED]),
    ],
)
def test_who_is_in_sight_of_a_branch_is_counted_as_far_as_is_asked(
    both: Both, asked: str, counts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for pages, once for counts, each up to the number below which that is the sooner way."""
    token, text = both.tokens["AGENT", ("EAST",)], f"{{ customers {{ {asked} }} }}"
    both.compiled.ask(token, text, {})
    counted_to: list[int] = []

    def noted(connection: Connection, reach: Reach, most: int, sight: Mapping[str, object]) -> bool:
        counted_to.append(most)
        return few_in_sight(connection, reach, most, sight)

    with counted(monkeypatch) as (planned, others):
        both.compiled.ask(token, "{ __typename }", {})
    at_the_door = len(others)
    with counted(monkeypatch) as (planned, others):
        monkeypatch.setattr(crowds, "REMEMBERED_SECONDS", 0)
        monkeypatch.setattr(crowds, "few_in_sight", noted)
        assert both.compiled.ask(token, text, {}).plan == "hit"
    assert counted_to == counts
    assert (len(planned), len(others) - at_the_door) == (1, len(counts))


def test_who_is_in_sight_of_a_branch_is_counted_once_in_a_while(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, text = both.tokens["AGENT", ("EAST",)], "{ customers { totalCount nodes { name } } }"
    both.compiled.ask(token, text, {})
    both.compiled.ask(token, text, {})
    with counted(monkeypatch) as (_, others):
        both.compiled.ask(token, "{ __typename }", {})
    at_the_door = len(others)
    with counted(monkeypatch) as (planned, others):
        assert both.compiled.ask(token, text, {}).plan == "hit"
    assert (len(planned), len(others)) == (1, at_the_door)


def test_the_ordinary_path_takes_one_a_relation(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    token = both.tokens[ADMIN]
    others = [""]
    while others:  # until the gate knows the token, and has noted that it is used
        with counted(monkeypatch) as (_, others):
            both.ordinary.ask(token, "{ __typename }", {})
    with counted(monkeypatch) as (_, others):
        both.ordinary.ask(token, C360, BY_NUMBER)
    # The customer, its policies, their products, its contacts, its tags, the tags themselves, its leads.
    assert len(others) == 7
