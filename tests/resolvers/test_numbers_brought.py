"""Whole numbers that sources bring of new customers, looked up by callers who see them masked."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from master.roles import shipped_roles
from master.session import Master
from tests.resolvers.test_submissions import SUBMIT, record
from tests.resolvers.test_wholes import Desk
from tests.schema.hub import filling

MOBILE, PASSPORT = "13812348000", "E12345678"
PUT = """mutation ($input: PutCustomerInput!) {
  putCustomer(input: $input) { customer { number } errors { code } notices { code message path } } }"""
UNLOOKED = {
    "code": "MISSES_USED_UP",
    "message": "Nobody was looked for by its documents and mobiles: "
    "too many of yours have found nobody today.",
    "path": None,
}

PARTNER = replace(shipped_roles()["PARTNER"], misses_a_day=3)
MISSED, FOUND = (["contact"], "NOBODY"), (["contact"], "OK")


@pytest.fixture
def desk(master: Master) -> Desk:
    """1: 张三 with a mobile and a passport."""
    with filling(master) as fill:
        fill.token()
        fill.point(fill.customer(1, "张三", birth_date=date(1949, 12, 31)), MOBILE)
        fill.document(1, PASSPORT)
        fill.derive()
    return Desk(master, None)  # type: ignore[arg-type]  # search is away


def reached(key: str, *mobiles: str, name: str = "张三") -> dict[str, Any]:
    return record(key, name, contactPoints=[{"kind": "MOBILE", "value": each} for each in mobiles])


def submit(desk: Desk, *records: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    given = {"source": "WEB", "records": list(records), **more}
    done = desk.ask(SUBMIT, PARTNER, input=given)["submitRecords"]
    assert done["errors"] == []
    return [(each["outcome"], each["customer"]["number"][-1]) for each in done["records"]]


def guesses(start: int, end: int) -> list[dict[str, Any]]:
    return [reached(f"G{number}", f"138{number:04d}8000") for number in range(start, end)]


def put(desk: Desk, key: str, mobile: str) -> str:
    return str(told(desk, key, mobile)["customer"]["number"][-1])


def told(desk: Desk, key: str, *mobiles: str, name: str = "张三") -> Any:
    points = [{"kind": "MOBILE", "value": each} for each in mobiles]
    input = {"sourceKey": {"source": "WEB", "key": key}, "name": name, "contactPoints": points}
    return desk.ask(PUT, PARTNER, input=input)["putCustomer"]


def test_a_masked_mobile_is_not_recovered_by_a_list_of_guesses(desk: Desk) -> None:
    assert ("LINKED", "1") not in submit(desk, *guesses(1_231, 1_237))
    assert desk.noted() == [MISSED] * 3


def test_who_has_missed_too_often_finds_nobody_by_numbers_on_that_day(desk: Desk) -> None:
    submit(desk, *guesses(0, 4))
    assert ("LINKED", "1") not in submit(desk, reached("A", MOBILE), record("B", "张三", PASSPORT))
    assert desk.noted() == [MISSED] * 3
    for each in range(3):
        assert submit(desk, reached(f"C{each}", MOBILE))[0] != ("LINKED", "1")


def test_records_tell_that_their_numbers_found_nobody_for_too_many_were_missed(desk: Desk) -> None:
    """Not the one without numbers, and not the one whose key is known."""
    submit(desk, reached("A", MOBILE))
    given = [*guesses(0, 4), record("B", "王五"), reached("A", MOBILE, name="张三丰")]
    done = desk.ask(SUBMIT, PARTNER, input={"source": "WEB", "records": given})["submitRecords"]
    codes = [[(each["code"], each["path"]) for each in one["errors"]] for one in done["records"]]
    assert codes == [[("MISSES_USED_UP", None)]] * 4 + [[], []]
    assert done["records"][0]["errors"] == [UNLOOKED]


def test_numbers_of_a_list_are_looked_up_by_two_statements(desk: Desk, selects: list[str]) -> None:
    papers = [record(f"D{number}", "张三", f"E{number:08}") for number in range(5)]
    known = len(selects)
    submit(desk, *papers, *guesses(0, 5))
    looked_up = [each for each in selects[known:] if "number_index IN" in each or "value_index IN" in each]
    assert len(looked_up) == 2


def test_numbers_of_new_keys_count_once_each_and_those_of_known_keys_never(desk: Desk) -> None:
    given = [reached("A", MOBILE), reached("B", "13912345678", "13912345678", name="王五")]
    first = submit(desk, *given, idempotencyKey="k1")
    assert first[0] == ("LINKED", "1")
    assert submit(desk, *given, idempotencyKey="k1") == first
    assert [outcome for outcome, _ in submit(desk, *given, idempotencyKey="k2")] == ["UNCHANGED"] * 2
    assert desk.noted() == [FOUND, MISSED]


def test_numbers_that_somebody_has_are_not_limited(desk: Desk) -> None:
    for each in range(5):
        assert submit(desk, reached(f"A{each}", MOBILE)) == [("LINKED", "1")]
    assert desk.misses.are_left("t1", 1)


def test_what_is_missed_one_by_one_counts_alike(desk: Desk) -> None:
    assert put(desk, "A", MOBILE) == "1"
    for number in range(3):
        put(desk, f"G{number}", f"138{number:04d}8000")
    assert desk.noted() == [FOUND] + [MISSED] * 3
    assert put(desk, "B", MOBILE) not in ("1", "2", "3", "4")


def test_a_customer_that_is_put_tells_too_that_its_numbers_found_nobody_for_too_many_were_missed(
    desk: Desk,
) -> None:
    assert told(desk, "A", MOBILE)["notices"] == []
    for number in range(3):
        assert told(desk, f"G{number}", f"138{number:04d}8000")["notices"] == []
    done = told(desk, "B", MOBILE)
    assert done["notices"] == [UNLOOKED]
    assert done["errors"] == []
    assert done["customer"]["number"][-1] not in ("1", "2", "3", "4")


def test_who_has_missed_too_often_is_told_nothing_of_records_that_bring_no_number_to_look_up(
    desk: Desk,
) -> None:
    """Without numbers, of a known key, and refused."""
    told(desk, "A", MOBILE)
    submit(desk, *guesses(0, 4))
    assert told(desk, "B", name="王五")["notices"] == []
    assert told(desk, "A", MOBILE, name="张三丰")["notices"] == []
    refused = told(desk, "C", MOBILE, name=" ")
    assert [each["code"] for each in refused["errors"]] == ["INVALID"]
    assert refused["notices"] == []


def test_a_number_that_can_not_be_one_is_not_looked_up(desk: Desk) -> None:
    done = desk.ask(SUBMIT, PARTNER, input={"source": "WEB", "records": [reached("A", "138\x008000")]})
    assert [each["outcome"] for each in done["submitRecords"]["records"]] == ["REFUSED"]
    assert desk.noted() == []
