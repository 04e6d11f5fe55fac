"""Look-ups by whole values that the viewer sees masked: what is noted, and what is limited."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.graphql import schema
from app.noting import AccessNotes
from indexing.engines.port import SearchEngine
from indexing.typing_on import Typing
from loaders.misses import Misses
from master.access import Viewer
from master.roles import Role, shipped_roles
from master.session import Master
from master.sight import Sight
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from schema.context import open_context
from tests.conftest import SetTime
from tests.schema.hub import Hub, filling

audit = table(AuditEntryRow)

ID_NUMBER, PASSPORT, MOBILE, POLICY = "110101199003071233", "E12345678", "15912346565", "PDAA2026000042"
AGENT = replace(shipped_roles()["AGENT"], misses_a_day=3)
PARTNER = replace(shipped_roles()["PARTNER"], misses_a_day=3)

BY_MOBILE = "query ($m: String) { customers(filter: {mobile: $m}) { totalCount } }"
BY_DOCUMENT = "query ($n: String!) { customer(by: {document: {type: PASSPORT, number: $n}}) { number } }"
SEARCH = "query ($q: String) { searchCustomers(query: $q) { nodes { number } notices { code message } } }"
USED_UP = "You have looked up numbers that nobody has 3 times today"
NOBODY, SOMEBODY = "NOBODY", "OK"


def guesses(count: int, start: int = 0) -> list[str]:
    """Mobiles that fit the mask 159****6565, and are nobody's."""
    return [f"159{number:04d}6565" for number in range(start, start + count)]


def aliased(mobiles: list[str], selected: str = "totalCount") -> str:
    asked = (
        f'a{at}: customers(filter: {{mobile: "{one}"}}) {{ {selected} }}' for at, one in enumerate(mobiles)
    )
    return "{ " + " ".join(asked) + " }"


@dataclass
class Desk:
    """Asks as one process answers, and notes it."""

    master: Master
    search: SearchEngine
    typing: Typing = field(default_factory=Typing)
    misses: Misses = field(default_factory=Misses)
    sight: Sight | None = None

    def answer(self, document: str, role: Role = AGENT, token: str = "t1", **variables: Any) -> Any:
        return asyncio.run(self._answer(document, Viewer("desk", role, token, self.sight), variables))

    async def _answer(self, document: str, viewer: Viewer, variables: dict[str, Any]) -> Any:
        notes = AccessNotes(self.master, misses=self.misses)
        async with open_context(
            self.master, viewer, search=self.search, typing=self.typing, misses=self.misses
        ) as context:
            result = await schema.execute(document, variable_values=variables, context_value=context)
        await notes.note(context)
        await notes.close()
        return result

    def ask(self, document: str, role: Role = AGENT, token: str = "t1", **variables: Any) -> Any:
        """The data of an answer without errors."""
        result = self.answer(document, role, token, **variables)
        assert result.errors is None, result.errors
        return result.data

    def refused(self, document: str, role: Role = AGENT, **variables: Any) -> list[tuple[Any, ...]]:
        """(code, limit, path of the argument, message) of each error."""
        result = self.answer(document, role, **variables)
        told = [(each.original_error, each.message) for each in result.errors or []]
        return [(one.code, one.extensions["limit"], one.path, message) for one, message in told]

    def found(self, query: str, role: Role = PARTNER) -> tuple[list[str], list[str]]:
        """The numbers of those found, and the codes of the notices."""
        page = self.ask(SEARCH, role, q=query)["searchCustomers"]
        numbers = [str(int(node["number"][1:])) for node in page["nodes"]]
        return numbers, [each["code"] for each in page["notices"]]

    def noted(self) -> list[tuple[list[str], str]]:
        """The classes and the outcome of each look-up that was noted."""
        wanted = select(audit).where(audit.c.action == "search.whole").order_by(audit.c.id)
        with self.master.reading() as connection:
            rows = connection.execute(wanted).all()
        return [(json.loads(row.details)["fields"], row.outcome) for row in rows]


@pytest.fixture
def desk(searching: Hub, master: Master, index: Callable[[], None]) -> Desk:
    """1 is 张三 with documents, a mobile, a landline, a mail address and a policy."""
    with filling(master) as fill:
        fill.customer(1, "张三", birth_date=date(1990, 3, 7))
        fill.document(1, ID_NUMBER, "RESIDENT_ID")
        fill.document(1, PASSPORT)
        fill.point(1, MOBILE)
        fill.point(1, "01012345678", "LANDLINE")
        fill.point(1, "zhangsan@example.com", "EMAIL")
        fill.policy(POLICY, fill.product("TERM"), (1, "INSURED"))
    index()
    assert searching.search is not None
    return Desk(master, searching.search)


LIMITED = ("LIMIT_EXCEEDED", 3, ("filter", "mobile"), f"{USED_UP}: try again tomorrow.")


def test_a_masked_mobile_is_not_recovered_by_twenty_look_ups_a_request(desk: Desk) -> None:
    result = desk.answer(aliased([*guesses(19), MOBILE]))
    assert [each.original_error.code for each in result.errors] == ["LIMIT_EXCEEDED"] * 17
    assert desk.refused(BY_MOBILE, m=MOBILE) == [LIMITED]
    assert desk.noted() == [(["contact"], NOBODY)] * 3


def test_look_ups_are_noted_by_class_and_outcome_without_the_value(desk: Desk) -> None:
    assert desk.ask(BY_MOBILE, m=MOBILE) == {"customers": {"totalCount": 1}}
    assert desk.ask(BY_DOCUMENT, n=PASSPORT)["customer"] == {"number": "C000000001"}
    assert desk.ask(BY_DOCUMENT, n="E99999999") == {"customer": None}
    assert desk.noted() == [(["contact"], SOMEBODY), (["document"], SOMEBODY), (["document"], NOBODY)]
    with desk.master.reading() as connection:
        entry = connection.execute(select(audit).where(audit.c.outcome == NOBODY)).one()
        told = str(connection.execute(select(audit).where(audit.c.action == "search.whole")).all())
    assert (entry.actor, entry.role, entry.customer_id, entry.reason) == ("token:t1", "AGENT", None, None)
    assert not any(each in told for each in (MOBILE, PASSPORT, "E99999999"))


def test_look_ups_that_find_somebody_are_not_limited(desk: Desk) -> None:
    for spelled in (MOBILE, "159 1234 6565", "+86 159-1234-6565", f" {MOBILE}", f"0{MOBILE}"):
        assert desk.ask(BY_MOBILE, m=spelled) == {"customers": {"totalCount": 1}}
        assert desk.ask(BY_DOCUMENT, n=PASSPORT)["customer"] is not None
        assert desk.found(MOBILE, AGENT) == (["1"], [])
    assert {outcome for _, outcome in desk.noted()} == {SOMEBODY}
    assert len(desk.noted()) == 15


def test_what_is_selected_does_not_decide_whether_somebody_was_found(desk: Desk) -> None:
    for selected in (
        "totalCount",
        "nodes { name }",
        "edges { cursor }",
        "pageInfo { hasNextPage }",
        "__typename",
    ):
        desk.ask(aliased([MOBILE], selected))
    for document in (
        f'{{ customers(filter: {{mobile: "{MOBILE}", bornFrom: "2020-01-01"}}) {{ totalCount }} }}',
        f'{{ searchCustomers(filter: {{mobile: "{MOBILE}"}}, query: "nobody") {{ totalCount }} }}',
    ):
        desk.ask(document)
    assert desk.noted() == [(["contact"], SOMEBODY)] * 7


def test_a_value_counts_once_an_operation_however_often_it_is_asked(desk: Desk) -> None:
    one, *_ = guesses(1)
    desk.ask(aliased([one] * 5, "totalCount nodes { name }"))
    desk.ask(aliased([one]))
    assert desk.noted() == [(["contact"], NOBODY)] * 2


def test_keys_and_filters_of_lists_and_searches_share_the_limit(desk: Desk) -> None:
    desk.ask(BY_DOCUMENT, n="E99999999")
    desk.ask('{ searchCustomers(filter: {document: {number: "110101199003071217"}}) { totalCount } }')
    desk.ask(BY_MOBILE, m="15900006565")
    assert desk.refused(BY_DOCUMENT, n=PASSPORT) == [
        ("LIMIT_EXCEEDED", 3, ("by", "document"), f"{USED_UP}: try again tomorrow.")
    ]
    assert desk.refused(f'{{ searchCustomers(filter: {{mobile: "{MOBILE}"}}) {{ totalCount }} }}') == [
        LIMITED
    ]
    # What the role sees clear is looked up as before, and others go on.
    assert desk.ask('{ customer(by: {number: "C000000001"}) { number } }')["customer"] is not None
    assert desk.ask(BY_MOBILE, token="t2", m=MOBILE) == {"customers": {"totalCount": 1}}


def test_who_sees_everything_clear_is_neither_noted_nor_limited(desk: Desk) -> None:
    admin = replace(shipped_roles()["ADMIN"], misses_a_day=0)
    desk.ask(aliased(guesses(20)), admin)
    assert desk.found(MOBILE, admin) == (["1"], [])
    assert desk.noted() == []


def test_somebody_out_of_sight_is_nobody(desk: Desk) -> None:
    desk.sight = Sight((), ())
    assert desk.ask(BY_MOBILE, m=MOBILE) == {"customers": {"totalCount": 0}}
    assert desk.found(MOBILE, AGENT) == ([], [])
    assert [outcome for _, outcome in desk.noted()] == [NOBODY, NOBODY]


@pytest.mark.parametrize(
    "whole",
    [
        MOBILE,
        "159 1234 6565",
        ID_NUMBER,
        PASSPORT,
        "01012345678",
        "zhangsan@example.com",
        POLICY,
        "000000001",
    ],
)
def test_whole_numbers_that_are_searched_are_noted_and_free_where_somebody_has_them(
    desk: Desk, whole: str
) -> None:
    for _ in range(4):
        assert desk.found(whole) == (["1"], ["WHOLE_ONLY"] if whole in ("01012345678", POLICY) else [])
    assert desk.noted() == [(["document", "contact"], SOMEBODY)] * 4


def test_searches_by_whole_numbers_that_nobody_has_are_limited(desk: Desk) -> None:
    for guess in guesses(3):
        assert desk.found(guess) == ([], [])
    assert desk.found(MOBILE) == ([], ["MISSES_USED_UP"])
    told = desk.ask(SEARCH, PARTNER, q=MOBILE)["searchCustomers"]["notices"]
    assert told[0]["message"] == f"{USED_UP}: until tomorrow no whole numbers that you see masked are found."
    assert desk.found(f"张三 {MOBILE}")[0] == []
    assert desk.refused(BY_MOBILE, PARTNER, m=MOBILE) == [LIMITED]
    # Names, policies and the hub's own numbers are found as before.
    assert desk.found("张三") == (["1"], [])
    assert desk.found("C000000001") == (["1"], [])
    assert desk.found(POLICY)[0] == ["1"]
    assert desk.noted() == [(["document", "contact"], NOBODY)] * 3


def test_a_number_that_somebody_has_does_not_hide_a_guess(desk: Desk) -> None:
    """Nor do parts of it that are found elsewhere, or a customer who is known."""
    guess, *_ = guesses(1)
    for query in (f"C000000001 张 {guess}", f"{PASSPORT} 张 {guess}", "159 000 065 65"):
        desk.found(query)
    assert [outcome for _, outcome in desk.noted()] == [NOBODY] * 3


def test_a_number_typed_on_counts_as_a_search_by_parts_only(desk: Desk) -> None:
    for typed in ("1101", "110101199003", "110101199003071", "11010119900307123", ID_NUMBER):
        assert desk.found(typed, AGENT)[0] == ["1"], typed
    assert desk.noted() == []


def test_a_whole_number_typed_key_by_key_counts_once(desk: Desk) -> None:
    for typed in ("1591", "15912", "1591234656", MOBILE, "159123"):
        assert desk.found(typed, PARTNER)[0] == (["1"] if typed == MOBILE else []), typed
    assert [outcome for _, outcome in desk.noted()] == [NOBODY, "TYPED_ON", "TYPED_ON", SOMEBODY, "TYPED_ON"]
    # Another number counts again, though it begins alike.
    for guess in guesses(2, start=1235):
        desk.found(guess)
    assert desk.found(f"{guesses(1, start=1237)[0]}")[1] == ["MISSES_USED_UP"]


def test_after_the_searches_by_parts_the_whole_ones_count(desk: Desk) -> None:
    sparing = replace(AGENT, fragments_a_day=0)
    for part in ("6565", "1111", "2222"):
        assert desk.found(part, sparing) == ([], ["WHOLE_ONLY", "PARTS_USED_UP"])
    assert desk.found("3333", sparing) == ([], ["WHOLE_ONLY", "PARTS_USED_UP", "MISSES_USED_UP"])


def test_the_audit_tells_another_process_of_the_day_s_misses(desk: Desk) -> None:
    desk.ask(aliased(guesses(3)))
    desk.misses = Misses()
    assert desk.refused(BY_MOBILE, m=MOBILE) == [LIMITED]


def test_the_misses_of_a_day_end_at_the_hub_s_midnight(desk: Desk, time: SetTime) -> None:
    desk.ask(aliased(guesses(3)))  # at ten in the morning
    time.forward(hours=13, minutes=59, seconds=59)
    assert desk.refused(BY_MOBILE, m=MOBILE) == [LIMITED]
    time.forward(seconds=1)
    assert desk.ask(BY_MOBILE, m=MOBILE) == {"customers": {"totalCount": 1}}


def test_a_limit_of_nought_looks_nothing_masked_up(desk: Desk) -> None:
    none = replace(AGENT, misses_a_day=0)
    ((code, limit, *_),) = desk.refused(BY_MOBILE, none, m=MOBILE)
    assert (code, limit) == ("LIMIT_EXCEEDED", 0)


def test_a_value_that_can_not_be_looked_for_is_nobody_s(desk: Desk) -> None:
    desk.answer(BY_DOCUMENT, n="\ud800")
    assert desk.noted() == [(["document"], NOBODY)]
