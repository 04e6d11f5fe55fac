"""What a plan that gives up has done is not done again."""

from collections.abc import Iterator
from typing import Any

import pytest

from execution.reasons import Reason
from master.answering import Away
from master.errors import TimedOut
from resolvers import search
from tests.execution.both import Both, failing

pytestmark = pytest.mark.usefixtures("unnoted")

LATE = "A statement took longer than 10 seconds: ask for less at once."


@pytest.fixture
def unnoted(both: Both) -> Iterator[None]:
    """What only one of the hubs is asked is not compared afterwards."""
    yield
    both.compiled.noted()


def test_a_statement_that_took_too_long_is_not_tried_on_the_ordinary_path(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, text = both.tokens["ADMIN", None], '{ customer(by: {number: "C000000001"}) { name } }'
    assert both.compiled.ask(token, text, {}).json["data"]["customer"]["name"]
    failing(monkeypatch, TimedOut(LATE))
    told = both.compiled.ask(token, text, {})
    (error,) = told.json["errors"]
    assert (told.plan, told.json["data"], told.codes) == (Reason.TIMEOUT, None, ["TIMEOUT"])
    assert (error["message"], "path" in error) == (LATE, False)


def test_a_search_is_done_once_by_whichever_path(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []
    really = search.searched

    async def noted(context: Any, wanted: Any) -> Any:
        searched.append(wanted.words)
        return await really(context, wanted)

    monkeypatch.setattr(search, "searched", noted)
    failing(monkeypatch, Away())
    told = both.compiled.ask(
        both.tokens["ADMIN", None], '{ searchCustomers(query: "张伟") { nodes { number } } }', {}
    )
    assert told.plan == Reason.AWAY
    assert told.json["data"]["searchCustomers"]["nodes"]
    assert searched == ["张伟"]
