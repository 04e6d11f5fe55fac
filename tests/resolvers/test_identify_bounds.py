"""How much an incoming record may hold, and what is answered while keys are missing."""

import pytest
from sqlalchemy import delete

from master.reads.blocking_keys import key_digest
from master.reads.sharing import sharing
from master.session import Master
from master.tables.base import table
from master.tables.matching import BlockingFillRow, BlockingKeyRow
from master.writes.blocking_keys import fill_keys
from matching.block import KINDS
from tests.resolvers.identifying import BORN, IDENTIFY, MOBILE, points, told
from tests.schema.hub import Hub


def test_a_record_of_however_many_keys_is_answered_by_one_statement(people: Hub, selects: list[str]) -> None:
    """Those of numbers go before those of names beside addresses."""
    name = " ".join(first + second + "ng" for first in "bdghjklm" for second in "aeiou")
    record = {
        "name": name,
        "birthDate": BORN,
        "documents": [{"type": "PASSPORT", "number": f"E{number:08}"} for number in range(49)]
        + [{"type": "PASSPORT", "number": "E12345678"}],
        "contactPoints": [
            {"kind": "ADDRESS", "value": f"上海市{number}路{number + 7}号"} for number in range(50)
        ],
    }
    assert [number for number, _ in told(people, **record)] == ["1"]
    assert len(selects) == 2


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("documents", [{"type": "PASSPORT", "number": f"E{number:08}"} for number in range(51)]),
        ("contactPoints", [{"kind": "ADDRESS", "value": f"上海市{number}路"} for number in range(51)]),
    ],
)
def test_more_than_fifty_of_a_kind_are_refused(people: Hub, field: str, values: list[dict[str, str]]) -> None:
    answer = people.ask(IDENTIFY, record={field: values})
    assert answer.errors == [("LIMIT_EXCEEDED", ["identifyCustomer"])]
    assert (answer.input_paths, answer.extensions[0]["limit"]) == ([["record", field]], 50)


def test_a_value_longer_than_any_is_refused(people: Hub) -> None:
    answer = people.ask(IDENTIFY, record={"contactPoints": points(ADDRESS="路" * 501)})
    assert answer.errors[0][0] == "INVALID"
    assert answer.messages == ["This has 501 characters; at most 500 are allowed."]


def test_nobody_is_told_of_until_all_have_their_keys(people: Hub, master: Master) -> None:
    record = {"name": "欧阳震华", "birthDate": BORN}
    with master.committing() as connection:
        connection.execute(delete(table(BlockingKeyRow)))
        connection.execute(delete(table(BlockingFillRow)))
    answer = people.ask(IDENTIFY, record=record)
    assert (answer.data, answer.errors) == (
        {"identifyCustomer": None},
        [("UNAVAILABLE", ["identifyCustomer"])],
    )
    assert answer.messages == ["Some customers have no match keys yet: run `kehu init`; all else answers."]
    fill_keys(master, lambda done, total: None)
    assert told(people, **record) == [("1", "SAME"), ("2", "REVIEW")]


def test_thousands_of_keys_are_one_bound_list(people: Hub, master: Master) -> None:
    digest = key_digest(master.keys)
    mobile, none = (KINDS["mobile"], digest(MOBILE)), (KINDS["mobile"], digest("nobody's"))
    asked = {(KINDS["email"], number.to_bytes(8, "big")): 10 for number in range(9_000)}
    with master.reading() as connection:
        found = sharing(connection, [{**asked, none: 10}, {mobile: 10}], None)
        crowded = sharing(connection, [{**asked, mobile: 0}], None)
    assert (list(found.customers), found.found, found.counts) == ([1], [[], [1]], {})
    assert (crowded.found, crowded.counts) == ([[]], {mobile: 1})
