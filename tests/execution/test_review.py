"""What a plan may not do besides answering: hold on to requests, or to what was read for them."""

import gc
import weakref

import pytest

from execution.queries import Answered, Queries, Query
from schema.context import Context
from tests.execution.both import Both, Viewer

EVERYBODY: Viewer = ("ADMIN", None)
ONE_OF_EAST: Viewer = ("AGENT", ("EAST",))
NOBODY: Viewer = ("SECURITY", None)


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
