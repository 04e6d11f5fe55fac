"""Searching by parts of masked values: who may, what counts, how often a day, and what is told."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.graphql import schema
from indexing.engines.port import SearchEngine
from indexing.typing_on import Typing
from master.access import Viewer
from master.roles import Role, shipped_roles
from master.session import Actor, Master
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from master.writes.access_log import Access, note_accesses
from schema.context import Context, open_context
from tests.conftest import SetTime
from tests.schema.hub import Hub, filling

audit = table(AuditEntryRow)

SEARCH = """query ($query: String) { searchCustomers(query: $query) {
  nodes { number } totalCount notices { code message part }
  edges { highlights { field match text spans { start end } } } } }"""

ID_NUMBER, PASSPORT, MOBILE, POLICY = "110101199003071233", "E12345678", "13800138000", "PDAA2026000042"
USED_UP = (
    "You have searched by parts of masked values {} times today: until tomorrow only whole ones are found."
)
WHOLE_ONLY = "You find documents and phones by their whole number only."
AGENT = shipped_roles()["AGENT"]
SPARING = replace(AGENT, fragments_a_day=3)


@dataclass
class Desk:
    """Searches as one process answers them: with what was typed last, and notes of what was searched."""

    master: Master
    search: SearchEngine
    typing: Typing = field(default_factory=Typing)
    notes_are_written: bool = True

    def ask(self, document: str, role: str | Role = AGENT, token: str = "t1", **variables: Any) -> Any:
        """The data of an answer without errors."""
        return asyncio.run(self._asked(document, role, token, variables))

    async def _asked(self, document: str, role: str | Role, token: str, variables: dict[str, Any]) -> Any:
        viewer = Viewer("desk", shipped_roles()[role] if isinstance(role, str) else role, token)
        async with open_context(self.master, viewer, search=self.search, typing=self.typing) as context:
            result = await schema.execute(document, variable_values=variables, context_value=context)
        assert result.errors is None, result.errors
        if self.notes_are_written:
            self._note(context)
        return result.data

    def _note(self, context: Context) -> None:
        shown = context.shown
        access = Access(
            context.now, shown.occasion, context.viewer, frozenset(shown.customers), tuple(shown.parts_of)
        )
        with self.master.transaction(Actor("hub")) as tx:
            note_accesses(tx, [access])

    def found(self, query: str, role: str | Role = AGENT, token: str = "t1") -> list[str]:
        """The numbers of those found."""
        nodes = self.ask(SEARCH, role, token, query=query)["searchCustomers"]["nodes"]
        return [str(int(node["number"][1:])) for node in nodes]

    def notices(self, query: str, role: str | Role = AGENT) -> list[tuple[str, str, str | None]]:
        told = self.ask(SEARCH, role, query=query)["searchCustomers"]["notices"]
        return [(each["code"], each["message"], each["part"]) for each in told]

    def counted(self) -> list[list[str]]:
        """The classes of each search that was noted."""
        wanted = select(audit.c.details).where(audit.c.action == "search.parts").order_by(audit.c.id)
        with self.master.reading() as connection:
            return [json.loads(details)["fields"] for details in connection.scalars(wanted)]


@pytest.fixture
def desk(searching: Hub, master: Master, index: Callable[[], None]) -> Desk:
    """1 is 张三 with documents, a mobile and a policy; 2 is 张四, 3 李四."""
    with filling(master) as fill:
        fill.customer(1, "张三", birth_date=date(1990, 3, 7))
        fill.document(1, ID_NUMBER, "RESIDENT_ID")
        fill.document(1, PASSPORT)
        fill.point(1, MOBILE)
        fill.point(1, "zhangsan@example.com", "EMAIL")
        fill.policy(POLICY, fill.product("TERM"), (1, "INSURED"))
        fill.customer(2, "张四")
        fill.point(2, "13900139000")
        fill.customer(3, "李四")
    index()
    assert searching.search is not None
    return Desk(master, searching.search)


NUMBERS = ["document", "contact"]


def test_a_search_by_a_part_of_a_number_is_noted_by_class_and_without_its_text(desk: Desk) -> None:
    assert desk.found("8000") == ["1"]
    assert desk.counted() == [NUMBERS]
    with desk.master.reading() as connection:
        entry = connection.execute(select(audit).where(audit.c.action == "search.parts")).one()
    assert (entry.actor, entry.role, entry.customer_id, entry.reason) == ("token:t1", "AGENT", None, None)
    assert "8000" not in str(entry)


@pytest.mark.parametrize(
    "whole",
    [
        MOBILE, "138 0013 8000", "+86 138-0013-8000", ID_NUMBER, "110101 19900307 1233", PASSPORT,
        "C000000001", "c0001", "000000001", "zhangsan@example.com", f"张三 {MOBILE}",
    ],
)  # fmt: skip
def test_whole_numbers_are_found_and_do_not_count(desk: Desk, whole: str) -> None:
    assert desk.found(whole) == ["1"]
    assert desk.notices(whole) == []
    assert desk.counted() == []


def test_clear_values_are_searched_by_any_part_without_count(desk: Desk) -> None:
    for query, found in (("张", ["1", "2"]), ("zhang", ["1", "2"]), ("zs", ["1", "2"]), ("四", ["2", "3"])):
        assert sorted(desk.found(query)) == found, query
    assert desk.counted() == []
    # Who sees everything clear is not counted either.
    assert desk.found("8000", "ADMIN") == ["1"]
    assert desk.counted() == []


@pytest.mark.parametrize(
    "part",
    [
        "8000", "张 00", "zhang 8000", "380013800", "199003", "19900307", "12345678", "3071233", "zs8000",
        "110101199003071234", "13800",
    ],
)  # fmt: skip
def test_parts_and_guesses_are_found_and_count(desk: Desk, part: str) -> None:
    assert desk.found(part)[0] == "1"
    assert desk.counted() == [NUMBERS]


def test_what_does_not_count_finds_no_part_either(desk: Desk) -> None:
    # Each passes for a whole number, and is a part of one.
    assert desk.found("110101199003071") == []
    assert desk.found("E1234567") == []
    assert desk.found("001380001") == []
    assert desk.counted() == []


def test_a_number_typed_on_counts_once(desk: Desk) -> None:
    for typed in ("1380", "13800", "138001", "13800", "1380", "138001380", "13800138000"):
        assert desk.found(typed) == ["1"], typed
    for typed in ("13800138000 z", "13800138000 zh", "zhang 13800138000"):
        assert desk.found(typed) == ["1"], typed
    assert desk.counted() == [NUMBERS]


def test_a_passport_typed_on_is_found_at_every_key(desk: Desk) -> None:
    for typed in ("E123", "E1234", "E12345", "E123456", "E1234567", "E12345678"):
        assert desk.found(typed) == ["1"], typed
    assert desk.counted() == [NUMBERS]


def test_going_back_and_on_another_way_counts_again(desk: Desk) -> None:
    for typed in ("1380", "138", "1381", "138", "1382"):
        desk.found(typed)
    assert len(desk.counted()) == 3
    for typed in ("zhang 80", "li 80"):
        desk.found(typed)
    assert len(desk.counted()) == 5
    # Nor is a part out of the middle of what was typed gone back to.
    for typed in ("li 9000 wang 7000", "li 9000 wang", "li 90", "7000"):
        desk.found(typed)
    assert len(desk.counted()) == 7


def test_after_a_minute_the_same_text_is_another_search(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("indexing.typing_on.time.monotonic", lambda: now[0])
    desk.found("8000")
    now[0] += 59
    desk.found("8000")
    now[0] += 59
    desk.found("8000")
    assert len(desk.counted()) == 1
    now[0] += 60
    desk.found("8000")
    assert len(desk.counted()) == 2


def test_every_search_of_an_operation_counts(desk: Desk) -> None:
    desk.ask("""{ a: searchCustomers(query: "8000") { totalCount }
      b: searchCustomers(query: "9000") { totalCount }
      c: searchCustomers(query: "13800138000") { totalCount } }""")
    assert desk.counted() == [NUMBERS, NUMBERS]


def use_up(desk: Desk, role: Role = SPARING) -> None:
    for query in ("8000", "9000", "3071"):
        assert desk.found(query, role) != []


def test_after_so_many_a_day_only_whole_values_are_found(desk: Desk) -> None:
    use_up(desk)
    assert desk.found("9000", SPARING) == []
    assert desk.notices("9000", SPARING) == [
        ("WHOLE_ONLY", WHOLE_ONLY, "9000"),
        ("PARTS_USED_UP", USED_UP.format(3), None),
    ]
    # Neither the same text again nor one typed on opens what is closed.
    for query in ("9000", "90000", "900"):
        assert desk.found(query, SPARING) == [], query
    assert desk.found(MOBILE, SPARING) == ["1"]
    assert desk.found(POLICY.lower(), SPARING) == ["1"]
    assert sorted(desk.found("zhang", SPARING)) == ["1", "2"]
    assert len(desk.counted()) == 3
    # Others go on.
    assert desk.found("9000", SPARING, token="t2") == ["2"]


def test_the_limit_is_of_the_token_in_whatever_process(desk: Desk) -> None:
    use_up(desk)
    assert Desk(desk.master, desk.search).found("9000", SPARING) == []


def test_the_limit_holds_while_notes_are_not_written(desk: Desk) -> None:
    desk.notes_are_written = False
    use_up(desk)
    assert desk.counted() == []
    assert desk.found("9000", SPARING) == []


def test_the_day_begins_at_the_hub_s_midnight(desk: Desk, time: SetTime) -> None:
    use_up(desk)  # at ten in the morning
    time.forward(hours=13, minutes=59, seconds=59)
    assert desk.found("9000", SPARING) == []
    time.forward(seconds=1)
    assert desk.found("9000", SPARING) == ["2"]


def test_a_limit_of_nought_finds_whole_values_only(desk: Desk) -> None:
    none = replace(AGENT, fragments_a_day=0)
    assert desk.found("8000", none) == []
    assert desk.found(MOBILE, none) == ["1"]


@pytest.mark.parametrize("role", ["MARKETER", "PARTNER"])
def test_without_the_permission_numbers_are_found_as_wholes_only(desk: Desk, role: str) -> None:
    for part in ("8000", "12345678", "199003", "110101199003071234"):
        assert desk.found(part, role) == [], part
    assert desk.notices("8000", role) == [("WHOLE_ONLY", WHOLE_ONLY, "8000")]
    assert ("CHECK_DIGIT", "The check digit does not fit.", "110101199003071234") in desk.notices(
        "110101199003071234", role
    )
    for whole in (MOBILE, ID_NUMBER, PASSPORT, "C1"):
        assert desk.found(whole, role) == ["1"], whole
    assert sorted(desk.found("zhang", role)) == ["1", "2"]
    assert desk.found("zhang 8000", role) == []
    assert desk.counted() == []


def test_who_sees_names_masked_finds_whole_names_only(desk: Desk) -> None:
    for whole in ("张三", "zhangsan", "zhang san"):
        assert desk.found(whole, "AUDITOR") == ["1"], whole
    for part in ("张", "三", "zhang", "zs", "z", "张 8000", "zhangsa", "zhangsann"):
        assert desk.found(part, "AUDITOR") == [], part
    assert desk.found(MOBILE, "AUDITOR") == ["1"]
    (edge,) = desk.ask(SEARCH, "AUDITOR", query="张三")["searchCustomers"]["edges"]
    assert edge["highlights"] == [
        {"field": "name", "match": "EXACT", "text": "张*", "spans": [{"start": 0, "end": 1}]}
    ]


def test_names_that_are_masked_count_for_who_may_search_by_their_parts(desk: Desk) -> None:
    shy = replace(AGENT, masked=frozenset(["name"]))
    assert sorted(desk.found("zhang", shy)) == ["1", "2"]
    assert desk.found("8000", shy) == ["1"]
    assert desk.counted() == [["name"]]


def test_a_highlight_shows_of_a_masked_value_what_its_mask_shows(desk: Desk) -> None:
    def shown(query: str) -> list[Any]:
        (edge,) = desk.ask(SEARCH, query=query)["searchCustomers"]["edges"]
        return [(each["field"], each["text"], each["spans"]) for each in edge["highlights"]]

    assert shown("8000") == [("contactPoints.value", "138****8000", [{"start": 7, "end": 11}])]
    assert shown("3800") == [("contactPoints.value", "138****8000", [{"start": 1, "end": 3}])]
    assert shown("1233") == [("documents.number", "110101********1233", [{"start": 14, "end": 18}])]
