"""Changes by plan: the command runs once, and the payload is what the ordinary path tells."""

from typing import Any

import pytest

from execution.reasons import COMPILED, Reason
from master.answering import Away
from master.errors import TimedOut
from master.session import Transaction
from master.statements import Statement
from master.wire import Afterwards
from tests.execution.both import Both, Told, failing, hearing

FIRST = '{ customer(by: {number: "C000000001"}) { id version status } }'
UPDATE = """mutation ($input: UpdateCustomerInput!, $few: Int) { done: updateCustomer(input: $input) {
  __typename
  customer { id version status policies(first: $few) { totalCount nodes { number } } tags { tag { code } } }
  freshness
  errors { code message path }
} }"""
STEWARD = ("STEWARD", None)


def present(both: Both) -> dict[str, Any]:
    token = both.tokens[STEWARD]
    told = [way.ask(token, FIRST, {}).json["data"]["customer"] for way in (both.ordinary, both.compiled)]
    assert told[0] == told[1]
    found: dict[str, Any] = told[0]
    return found


def changed(both: Both, text: str = UPDATE, **given: Any) -> tuple[Told, Told]:
    """What both ways tell of a change of the first customer, and note from here on."""
    both.ordinary.noted()
    both.compiled.noted()
    return both.ask(STEWARD, text, {"input": {**another_status(both), **given}, "few": 1})


def another_status(both: Both) -> dict[str, Any]:
    """The input of a change that changes something."""
    first = present(both)
    return {**first, "status": "PROSPECT" if first["status"] == "LOST" else "LOST"}


def agree(both: Both, told: tuple[Told, Told]) -> Any:
    """The payload that both ways tell, having noted the same."""
    ordinary, compiled = told
    assert compiled.text == ordinary.text
    assert both.compiled.noted() == both.ordinary.noted()
    return compiled.json["data"]["done"]


def test_a_payload_is_told_alike(both: Both) -> None:
    before = present(both)
    told = changed(both)
    payload = agree(both, told)
    assert told[1].plan in COMPILED
    assert (payload["customer"]["version"], payload["errors"]) == (before["version"] + 1, [])


def test_other_values_of_the_input_need_no_other_plan(both: Both) -> None:
    changed(both)
    told = changed(both, status=None, reason="again")
    agree(both, told)
    assert told[1].plan == Reason.HIT


def test_a_refused_change_shows_what_is_there(both: Both) -> None:
    before = present(both)
    told = changed(both, version=before["version"] - 1)
    payload = agree(both, told)
    assert told[1].plan in COMPILED
    assert (payload["customer"]["version"], [each["code"] for each in payload["errors"]]) == (
        before["version"],
        ["CONFLICT"],
    )


def test_nobody_is_shown_where_the_change_is_refused_for_who_asks(both: Both) -> None:
    told = both.ask(("AUDITOR", None), UPDATE, {"input": another_status(both), "few": 1})
    payload = agree(both, told)
    assert (payload["customer"], [each["code"] for each in payload["errors"]]) == (None, ["FORBIDDEN"])


@pytest.mark.parametrize("error", [Away(), TimedOut("A statement took longer.")])
def test_a_change_is_made_once_where_its_payload_can_not_be_read(
    both: Both, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    given = another_status(both)
    failing(monkeypatch, error)
    told = both.ask(STEWARD, UPDATE, {"input": given, "few": 1})
    assert told[1].plan in (Reason.AWAY, Reason.TIMEOUT)
    assert agree(both, told)["customer"]["version"] == given["version"] + 1


def test_a_payload_goes_with_the_commit_where_the_database_takes_both_at_once(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    assert changed(both)[1].plan in COMPILED
    given = another_status(both)
    hearing(monkeypatch, asked.append)
    answers = both.ask(STEWARD, UPDATE, {"input": given, "few": 1})
    assert agree(both, answers)["customer"]["version"] == given["version"] + 1
    assert answers[1].plan == Reason.HIT
    assert len(asked) == (1 if both.compiled.master.is_sqlite else 0)


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("sql", ["SELECT 1/0", "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)"])
def test_a_change_is_told_as_made_whatever_becomes_of_the_statement_behind_its_commit(
    both: Both, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    def failing_behind(tx: Transaction, *asked: Any) -> Afterwards:
        return afterwards(tx, Statement(sql, (), ()), ())

    assert changed(both)[1].plan in COMPILED
    given = another_status(both)
    afterwards = Transaction.afterwards
    monkeypatch.setattr(Transaction, "afterwards", failing_behind)
    answers = both.ask(STEWARD, UPDATE, {"input": given, "few": 1})
    assert agree(both, answers)["customer"]["version"] == given["version"] + 1
    assert answers[1].plan == Reason.HIT


def test_commands_in_a_row_are_left_to_the_ordinary_path(both: Both) -> None:
    text = """mutation ($input: UpdateCustomerInput!) {
      done: updateCustomer(input: $input) { customer { version } errors { code } }
      again: updateCustomer(input: $input) { customer { version } errors { code } }
    }"""
    told = changed(both, text)
    agree(both, told)
    again = told[1].json["data"]["again"]
    assert (told[1].plan, [each["code"] for each in again["errors"]]) == (Reason.CHANGE, ["CONFLICT"])


def test_what_no_plan_knows_of_a_payload_is_left_to_the_ordinary_path(both: Both) -> None:
    text = """mutation ($input: UpdateCustomerInput!) { done: updateCustomer(input: $input) {
      customer { version } candidates { customer { id } } } }"""
    told = changed(both, text)
    agree(both, told)
    assert told[1].plan == Reason.RESOLVER
