"""When plans are made, who shares them, and how they are told."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from threading import current_thread

import pytest
from click.testing import CliRunner
from graphql import GraphQLInputObjectType, parse

from app.cli import main
from app.graphql import schema
from execution import plans
from execution.arguments import Read
from execution.plans import Plan
from execution.queries import Queries, Query
from execution.reasons import Reason
from execution.steps import Run
from execution.work import Work
from master.access import Viewer
from master.keys import Keys
from master.roles import shipped_roles
from master.session import Master
from master.sight import Sight
from schema.context import open_context

NAMED = "query ($number: String!) { customer(by: {number: $number}) { name } }"


def query(text: str, *, is_registered: bool = False, **variables: object) -> Query:
    tree = parse(text)
    return Query(text, tree, tree.definitions[0], variables, is_registered)  # type: ignore[arg-type]  # the operation


def viewer(role: str, *branches: int) -> Viewer:
    sight = Sight(tuple((id, f"B{id}") for id in branches), branches) if branches else None
    return Viewer(role, shipped_roles()[role], f"of {role}", sight)


async def reasons(queries: Queries, master: Master, asked: list[tuple[Viewer, Query]]) -> list[Reason]:
    """How each of these was answered, one after the other."""
    found = []
    for who, each in asked:
        async with open_context(master, who) as context:
            found.append((await queries.answer(each, context)).reason)
    return found


def told(master: Master, compile_at: int, asked: list[tuple[Viewer, Query]]) -> list[Reason]:
    return asyncio.run(reasons(Queries(schema, master, compile_at), master, asked))


ADMIN = viewer("ADMIN")


def test_a_plan_is_made_for_the_second_request_and_serves_the_third(master: Master) -> None:
    asked = [(ADMIN, query(NAMED, number=number)) for number in ("C1", "C2", "C3")]
    assert told(master, 2, asked) == [Reason.NEW, Reason.MADE, Reason.HIT]


def test_no_plan_is_made_where_they_are_switched_off(master: Master) -> None:
    assert told(master, 0, [(ADMIN, query(NAMED, number="C1"))] * 3) == [Reason.OFF] * 3


def test_a_registered_document_has_a_plan_from_its_first_request_on(master: Master) -> None:
    asked = [(ADMIN, query(NAMED, is_registered=True, number=number)) for number in ("C1", "C2")]
    assert told(master, 2, asked) == [Reason.MADE, Reason.HIT]


def test_viewers_of_one_role_share_a_plan_whatever_their_branches(master: Master) -> None:
    asked = [(viewer("AGENT", *branches), query(NAMED, number="C1")) for branches in ((1,), (2, 3))]
    assert told(master, 1, asked) == [Reason.MADE, Reason.HIT]


def test_viewers_who_see_all_branches_or_have_another_role_have_plans_of_their_own(master: Master) -> None:
    asked = [(each, query(NAMED, number="C1")) for each in (viewer("AGENT", 1), viewer("AGENT"), ADMIN)]
    assert told(master, 1, asked) == [Reason.MADE] * 3


def test_a_plan_is_made_once_for_many_who_ask_at_once(
    master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others do not wait for it, nor does the maker of another plan."""
    made, make = [], plans._made

    def noted(work: Work, run: Run, first: list[Read]) -> Plan:
        made.append(current_thread().name)
        return make(work, run, first)

    monkeypatch.setattr(plans, "_made", noted)
    queries = Queries(schema, master, 1)
    asked = [query(NAMED, number="C1"), query(NAMED, number="C2"), query("{ viewer { name } }")]

    async def at_once() -> list[list[Reason]]:
        return await asyncio.gather(*(reasons(queries, master, [(ADMIN, each)]) for each in asked))

    assert asyncio.run(at_once()) == [[Reason.MADE], [Reason.NEW], [Reason.NEW]]
    assert made == ["plans_0"]


def test_a_token_that_asks_much_pushes_out_no_plan_of_another(master: Master) -> None:
    other = replace(ADMIN, token_id="another")
    much = [(ADMIN, query(f"{{ n{number}: __typename }}")) for number in range(300)]
    asked = [
        (other, query(NAMED, number="C1")),
        *much,
        (other, query(NAMED, number="C2")),
        much[-64],
        much[-65],
    ]
    assert told(master, 1, asked) == [*[Reason.MADE] * 301, Reason.HIT, Reason.HIT, Reason.MADE]


def test_variables_of_another_shape_make_another_plan(master: Master) -> None:
    text = "query ($after: String, $is: Boolean!) { customers(after: $after) { totalCount @skip(if: $is) } }"
    given: list[dict[str, object]] = [{"is": True}, {"is": False}, {"is": True, "after": None}, {"is": True}]
    asked = [(ADMIN, query(text, **each)) for each in given]
    assert told(master, 1, asked) == [Reason.MADE, Reason.MADE, Reason.MADE, Reason.HIT]


def test_pages_of_about_one_size_share_a_plan(master: Master) -> None:
    text = "query ($first: Int) { customers(first: $first) { nodes { name } } }"
    asked = [(ADMIN, query(text, first=first)) for first in (20, 25, 11, 26, 50, 251, 1000)]
    made, hit = Reason.MADE, Reason.HIT
    assert told(master, 1, asked) == [made, hit, hit, made, hit, made, made]


def test_things_asked_for_by_ids_share_a_plan_however_many_they_are(master: Master) -> None:
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    asked = [(ADMIN, query(text, ids=["c1"] * number)) for number in (1, 2, 200, 201, 0)]
    assert told(master, 1, asked) == [Reason.MADE, Reason.HIT, Reason.HIT, Reason.ARGUMENT, Reason.MADE]


def test_nothing_that_has_plans_takes_a_list_of_ids_in_an_input() -> None:
    """Commands do, and the preview of one. The plan of a filter would depend on how long the list is
    (execution/shapes.py)."""
    inputs = [each for each in schema._schema.type_map.values() if isinstance(each, GraphQLInputObjectType)]
    taking = {each.name for each in inputs for field in each.fields.values() if "[ID" in str(field.type)}
    commands = {"UpdateCustomerInput", "MergeCustomersInput", "DecideReviewTasksInput"}
    of_relatives = {"AcceptRelativesInput", "RefuseRelativesInput"}
    assert taking == {*commands, *of_relatives, "PreviewMergeInput"}


def test_a_query_that_can_have_no_plan_is_not_planned_again(master: Master) -> None:
    asked = [(ADMIN, query("{ savedSearches { name } }"))] * 2
    assert told(master, 1, asked) == [Reason.RESOLVER] * 2


def test_what_a_role_may_not_do_is_left_to_the_ordinary_path(master: Master) -> None:
    asked = [(viewer("SECURITY"), query(NAMED, number="C1"))] * 2
    assert told(master, 1, asked) == [Reason.ARGUMENT] * 2


@pytest.mark.parametrize(
    "text",
    [
        '{ customer(by: {id: "c1"}) { name } z: customers(first: 0) { totalCount } }',
        "query ($n: Int = 0) { customers { nodes { policies(first: $n) { totalCount } } } }",
        'query ($m: String = "138*") { customer(by: {number: $m}) { name } }',
        f"{{ nodes(ids: {json.dumps(['c1'] * 201)}) {{ ... on Lead {{ id }} }} }}",
        'query ($m: String = "138*") { tag(code: $m) { name } }',
        'query ($m: String = "138*") { branches(under: $m) { code } }',
    ],
)
def test_what_is_refused_is_not_compiled(master: Master, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.delattr(plans, "_made")
    assert told(master, 1, [(ADMIN, query(text))] * 2) == [Reason.ARGUMENT] * 2


def test_a_list_is_read_on_below_a_customer_asked_for_by_number(master: Master) -> None:
    text = 'query ($c: String) { customer(by: {number: "C1"}) { policies(after: $c) { totalCount } } }'
    # A cursor that nobody gave is refused, which the ordinary path words.
    assert told(master, 1, [(ADMIN, query(text, c=each)) for each in (None, "x")]) == [
        Reason.MADE,
        Reason.ARGUMENT,
    ]


def test_a_cursor_below_many_parents_is_left_to_the_ordinary_path(master: Master) -> None:
    text = '{ customers { nodes { policies(after: "x") { totalCount } } } }'
    assert told(master, 1, [(ADMIN, query(text))]) == [Reason.CURSOR]


@pytest.fixture
def folder(tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data dir of an empty hub, in which commands run."""
    Keys.create(tmp_path / "keys.toml")
    (tmp_path / "master.db").write_bytes(empty_sqlite.read_bytes())
    monkeypatch.setenv("KEHU_DATA_DIR", str(tmp_path))
    return tmp_path


def test_the_command_prints_the_sql_of_each_operation_or_why_it_has_none(folder: Path) -> None:
    path = folder / "q.graphql"
    path.write_text(
        "query Named($number: String!) { customer(by: {number: $number}) { number } }\n"
        "query Saved { savedSearches { name } }\n"
        'mutation Tag { untagCustomer(customer: "c1", tag: "x") { customer { number } errors { code } } }\n'
        'mutation Both { a: untagCustomer(customer: "c1", tag: "x") { freshness }'
        ' b: untagCustomer(customer: "c1", tag: "y") { freshness } }\n',
        encoding="utf-8",
    )
    told = CliRunner().invoke(main, ["plan", str(path), "--variables", json.dumps({"number": "C1"})])
    assert told.exit_code == 0, told.output
    assert "query Named: one statement; each run binds " in told.output
    assert "SELECT CAST('{\"customer\":' || coalesce((SELECT " in told.output
    assert "query Saved: on the ordinary path (resolver: Query.savedSearches)" in told.output
    assert "mutation Tag: one statement; each run binds k1; " in told.output
    assert "mutation Both: on the ordinary path (change)" in told.output


def test_the_command_asks_for_the_variables_that_a_query_needs(folder: Path) -> None:
    path = folder / "q.graphql"
    path.write_text(NAMED, encoding="utf-8")
    told = CliRunner().invoke(main, ["plan", str(path)])
    assert "on the ordinary path (argument: Variable '$number'" in told.output
