"""What a plan may not do: hold on to a request, or tell what other clients wrote and nobody can read."""

import gc
import weakref
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from graphql.execution.values import VariableValues
from sqlalchemy import literal_column, select

from execution.queries import Answered, Queries, Query
from execution.reasons import NotCompiled
from execution.steps import Steps
from indexing.engines.embedded import EmbeddedEngine
from indexing.engines.port import Candidates
from master.json_text import NULL_FOUND, day_text, decimal_text, instant_text, whole_text
from master.session import Master
from schema.context import Context
from tests.execution.both import Both, Viewer

EVERYBODY: Viewer = ("ADMIN", None)
ONE_OF_EAST: Viewer = ("AGENT", ("EAST",))
NOBODY: Viewer = ("SECURITY", None)


class Text(str):
    """Of which it can be told when nothing holds it any more."""


def traced(value: Any, found: list[weakref.ref[Text]]) -> Any:
    """The same, with texts that can be traced, which are found."""
    if isinstance(value, Mapping):
        return {name: traced(each, found) for name, each in value.items()}
    if type(value) is not str:
        return value
    text = Text(value)
    found.append(weakref.ref(text))
    return text


@pytest.mark.parametrize(
    ("viewer", "text", "plans"),
    [
        (EVERYBODY, '{ customer(by: {id: "c1"}) { name policies { nodes { number } } } }', ["made", "hit"]),
        (EVERYBODY, '{ searchCustomers(query: "C0000") { edges { cursor } } }', ["made", "hit"]),
        (ONE_OF_EAST, "{ customers { edges { cursor node { name } } } }", ["made", "hit"]),
        (EVERYBODY, '{ suggest(text: "x") { __typename } }', ["resolver", "resolver"]),
        (EVERYBODY, "{ customers(first: 0) { totalCount } }", ["argument", "argument"]),
        (NOBODY, "{ customers { nodes { id } } }", ["argument", "argument"]),
    ],
)
def test_nothing_of_a_request_outlives_it(
    both: Both, monkeypatch: pytest.MonkeyPatch, viewer: Viewer, text: str, plans: list[str]
) -> None:
    requests: list[weakref.ref[Context]] = []
    answer = Queries.answer

    async def noting(self: Queries, query: Query, context: Context) -> Answered:
        requests.append(weakref.ref(context))
        return await answer(self, query, context)

    monkeypatch.setattr(Queries, "answer", noting)
    asked = [both.ask(viewer, text, {}) for _ in plans]
    assert [compiled.plan for _, compiled in asked] == plans
    gc.collect()
    assert [request() for request in requests] == [None] * 4
    assert both.compiled.noted() == both.ordinary.noted()


def test_no_plan_keeps_a_value_of_a_variable(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of a document may be one."""
    given: list[weakref.ref[Text]] = []
    threads: list[ThreadPoolExecutor] = []
    coerced = Queries._variables

    def noting(self: Queries, query: Query) -> VariableValues:
        threads.append(self._thread)
        variables = coerced(self, query)
        return variables._replace(coerced=traced(variables.coerced, given))

    monkeypatch.setattr(Queries, "_variables", noting)
    text = (
        "query ($f: CustomerFilter, $m: String!, $n: Int, $q: String!, $p: CustomerKey!) {"
        " customers(filter: $f, first: $n) { totalCount edges { cursor node { name tags { source } } } }"
        " more: customers(filter: {mobile: $m}) { nodes { name } }"
        " searchCustomers(query: $q) { edges { cursor } } customer(by: $p) { name } }"
    )
    document = {"type": "PASSPORT", "number": "E00000001"}
    values = {"f": {"document": document}, "m": "13800000001", "n": 2, "q": "C0000", "p": {"number": "C1"}}
    _, compiled = both.ask(EVERYBODY, text, values)
    assert compiled.plan == "made", compiled.text
    both.ask(EVERYBODY, "{ __typename }", {})
    threads[0].submit(gc.collect).result()  # when the thread has let go of the work that made the plan
    assert [each() for each in given] == [None] * 4
    assert both.compiled.noted() == both.ordinary.noted()


@pytest.mark.parametrize("before", [[], [{"n": 1}]])
def test_nothing_is_searched_for_where_another_part_is_refused(
    both: Both, monkeypatch: pytest.MonkeyPatch, before: list[dict[str, int]]
) -> None:
    """Otherwise the ordinary path, which words the refusal, would search again. before: what made a plan."""
    searched: list[str] = []
    search = EmbeddedEngine.search

    async def noting(self: EmbeddedEngine, *asked: Any) -> Candidates:
        searched.append("once")
        return await search(self, *asked)

    text = (
        'query ($n: Int!) { searchCustomers(query: "C0000") { nodes { id } }'
        " customers(first: $n) { nodes { id } } }"
    )
    for each in before:
        both.ask(EVERYBODY, text, each)
    monkeypatch.setattr(EmbeddedEngine, "search", noting)
    ordinary, compiled = both.ask(EVERYBODY, text, {"n": 0})
    assert (compiled.text, compiled.plan) == (ordinary.text, "argument")
    assert searched == ["once", "once"]
    assert both.compiled.noted() == both.ordinary.noted()


UNREADABLE_DAYS = {
    "sqlite": ["'2026-1-1'", "'2026-13-45'", "'infinity'", """'","number":"forged'"""],
    "postgresql": ["DATE 'infinity'", "DATE '-infinity'", "DATE '20000-01-01'", "DATE '0044-03-15 BC'"],
}
UNREADABLE_INSTANTS = {
    "sqlite": ["'2026-11-22 10:00:00+08:00'", "'2026-11-22T25:00:00.000Z'", """'","x":"forged'"""],
    "postgresql": ["TIMESTAMPTZ 'infinity'", "TIMESTAMPTZ '-infinity'", "TIMESTAMPTZ '20000-01-01 00:00Z'"],
}


def test_a_day_or_instant_that_python_does_not_take_is_the_sign_of_an_error(master: Master) -> None:
    """PostgreSQL makes null of infinity, and a list leaves a row out whose text is null."""
    name = master.engine.dialect.name
    texts = [
        *(day_text(literal_column(each)) for each in UNREADABLE_DAYS[name]),
        *(instant_text(literal_column(each)) for each in UNREADABLE_INSTANTS[name]),
    ]
    with master.reading() as connection:
        told = [connection.scalar(select(text)) for text in texts]
    assert told == [NULL_FOUND] * len(texts)


def test_days_and_instants_are_told_from_the_first_to_the_last_and_null_is_null(master: Master) -> None:
    days = ["0001-01-01", "0999-02-28", "2024-02-29", "9999-12-31"]
    instants = ["0001-01-02T00:00:00.000Z", "2026-11-22T02:03:04.567Z", "9999-12-31T00:00:00.000Z"]
    kinds = ("", "") if master.is_sqlite else ("DATE ", "TIMESTAMPTZ ")
    with master.reading() as connection:
        for text, kind, each in [
            *((day_text, kinds[0], day) for day in days),
            *((instant_text, kinds[1], instant) for instant in instants),
        ]:
            assert connection.scalar(select(text(literal_column(f"{kind}'{each}'")))) == each
        assert connection.scalar(select(day_text(literal_column("CAST(NULL AS DATE)")))) is None


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("word", ['\'7,"x":"forged"\'', "'1e3x'", "12.5", "x'37'"])
def test_a_whole_number_that_is_none_is_the_sign_of_an_error(master: Master, word: str) -> None:
    with master.reading() as connection:
        for text in (whole_text, decimal_text):
            assert connection.scalar(select(text(literal_column(word)))) == NULL_FOUND
            assert connection.scalar(select(text(literal_column("NULL")))) is None


def test_whole_numbers_are_told_in_digits(master: Master) -> None:
    with master.reading() as connection:
        assert connection.scalar(select(whole_text(literal_column("-70")))) == "-70"


def test_text_with_a_nul_is_left_to_the_ordinary_path() -> None:
    run: Any = None
    with pytest.raises(NotCompiled, match="null"):
        Steps().done(run, b'{"number":"A\0"x"}')
