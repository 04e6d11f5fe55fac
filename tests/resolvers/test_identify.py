"""Who is this: an incoming record beside the customers that share a key with it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from master.roles import shipped_roles
from master.session import Master
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from tests.resolvers.identifying import BORN, ID_NUMBER, IDENTIFY, MOBILE, points, told
from tests.resolvers.merging import merge, unmerge
from tests.resolvers.test_wholes import Desk
from tests.schema.hub import Hub, filling


def reasons(hub: Hub, role: str = "ADMIN", **record: Any) -> dict[str, str]:
    """Of the first that is found."""
    first, *_ = hub.get(IDENTIFY, role, record=record)["identifyCustomer"]
    return {each["field"]: each["level"] for each in first["reasons"]}


@pytest.mark.parametrize(
    ("record", "found"),
    [
        ({"name": "欧阳震华", "birthDate": BORN}, [("1", "SAME"), ("2", "REVIEW")]),
        ({"name": "Ouyang Zhenhua", "birthDate": BORN}, [("1", "REVIEW"), ("2", "REVIEW")]),
        ({"documents": [{"type": "PASSPORT", "number": "e12345678"}]}, [("1", "SAME")]),
        ({"documents": [{"type": "OTHER", "number": "E12345678"}]}, [("1", "SAME")]),
        ({"name": "欧阳震华", "contactPoints": points(MOBILE="+86 138-0013-8000")}, [("1", "SAME")]),
        ({"name": "欧阳震华", "contactPoints": points(EMAIL="O@Example.com")}, [("1", "SAME")]),
        ({"name": "司马光", "contactPoints": points(EMAIL="O@Example.com")}, []),
        ({"name": "欧阳震华", "contactPoints": points(ADDRESS="上海浦东世纪大道15楼188")}, [("1", "SAME")]),
        ({"kind": "ORGANIZATION", "name": "北京安禾科技股份有限公司"}, [("4", "REVIEW")]),
        ({"kind": "ORGANIZATION", "name": "欧阳震华", "birthDate": BORN}, []),
        ({"name": "司马光", "birthDate": "1961-05-05"}, []),
        ({}, []),
    ],
)
def test_a_record_is_told_who_it_may_be(
    people: Hub, record: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert told(people, **record) == found


def test_probability_and_reasons_are_those_of_each_field(people: Hub) -> None:
    first, second = people.get(
        IDENTIFY, record={"name": "欧阳振华", "birthDate": BORN, "contactPoints": points(MOBILE=MOBILE)}
    )["identifyCustomer"]
    assert first["probability"] >= second["probability"] > 0.95
    assert {each["field"]: each["level"] for each in first["reasons"]} == {
        "name": "same sound",
        "mobile": "same",
        "birth": "same",
    }
    assert all(each["weight"] > 0 for each in first["reasons"])
    assert (first["guards"], second["guards"]) == ([], [])


def test_who_only_a_guard_keeps_apart_is_told_with_the_reason(people: Hub, master: Master) -> None:
    with filling(master) as fill:
        fill.document(2, ID_NUMBER, "RESIDENT_ID")
        fill.derive()
    record = {"name": "欧阳振华", "birthDate": BORN, "documents": [{"number": "110105194912310046"}]}
    found = people.get(IDENTIFY, record=record)["identifyCustomer"]
    [twin] = [each for each in found if each["customer"]["number"] == "C000000002"]
    assert twin["verdict"] == "DIFFERENT"
    assert "Two proven documents of one kind differ." in twin["guards"]


def test_who_was_merged_is_found_as_the_survivor_by_name_and_birth_date(people: Hub, master: Master) -> None:
    with filling(master) as fill:
        for number in range(10, 25):  # so many of the name that it alone finds nobody
            fill.customer(number, "慕容雪")
        fill.customer(25, "慕容雪", birth_date=date(1972, 8, 9))
        fill.derive()
    record = {"name": "慕容雪", "birthDate": "1972-08-09"}
    assert told(people, **record) == [("5", "SAME")]
    merge(people, "c3", "c20")
    assert told(people, **record) == [("3", "SAME")]
    assert told(people, name="李四", birthDate=BORN) == [("3", "SAME")]
    unmerge(people, "m1")
    assert told(people, **record) == [("5", "SAME")]
    assert told(people, name="李四", birthDate=BORN) == [("3", "SAME")]


def test_as_many_are_told_as_are_asked_for(people: Hub) -> None:
    record = {"name": "欧阳震华", "birthDate": BORN}
    assert len(people.get(IDENTIFY, record=record, first=1)["identifyCustomer"]) == 1
    for first, code in ((0, "INVALID"), (1001, "LIMIT_EXCEEDED")):
        answer = people.ask(IDENTIFY, record=record, first=first)
        assert (answer.errors, answer.data) == (
            [(code, ["identifyCustomer"])],
            {"identifyCustomer": None},
        )


@pytest.mark.parametrize(
    ("record", "path"),
    [
        ({"name": " "}, ["record", "name"]),
        ({"documents": [{"number": "1101**"}]}, ["record", "documents", "0", "number"]),
        ({"contactPoints": points(MOBILE="138****8000")}, ["record", "contactPoints", "0", "value"]),
    ],
)
def test_what_can_not_be_looked_for_is_refused(people: Hub, record: dict[str, Any], path: list[str]) -> None:
    answer = people.ask(IDENTIFY, record=record)
    assert (answer.errors[0][0], answer.input_paths) == ("INVALID", [path])


def test_a_record_is_answered_by_one_statement_and_one_for_who_it_is(people: Hub, selects: list[str]) -> None:
    told(people, name="欧阳震华", birthDate=BORN, contactPoints=points(MOBILE=MOBILE))
    assert len(selects) == 2


def test_only_who_is_in_sight_is_told(people: Hub) -> None:
    record = {"name": "欧阳震华", "birthDate": BORN}
    for branch, number in (("EAST", "C000000001"), ("WEST", "C000000002")):
        found = people.get(IDENTIFY, "AGENT", branches=[branch], record=record)
        assert [each["customer"]["number"] for each in found["identifyCustomer"]] == [number]


def test_what_is_masked_is_told_of_only_where_the_whole_is_the_same(people: Hub) -> None:
    slipped = {"name": "欧阳震华", "birthDate": BORN, "contactPoints": points(MOBILE="13800138001")}
    assert reasons(people, **slipped) == {"name": "same", "mobile": "one typo", "birth": "same"}
    assert reasons(people, "AGENT", **slipped) == {"name": "same", "birth": "same"}
    whole = {**slipped, "contactPoints": points(MOBILE=MOBILE, EMAIL="o@example.com")}
    assert reasons(people, "AGENT", **whole) == {"name": "same", "mobile": "same", "birth": "same"}


def test_nobody_is_found_by_parts_of_what_is_masked(people: Hub) -> None:
    """The digits of a number in another order, or its end with the year of birth."""
    near = {"documents": [{"type": "PASSPORT", "number": "E12345687"}], "birthDate": BORN, "name": "司马光"}
    assert [number for number, _ in told(people, **near)] == ["1"]
    assert told(people, "AGENT", **near) == []


def test_who_may_not_ask_for_birth_dates_finds_nobody_by_them(people: Hub) -> None:
    record = {"name": "欧阳震华", "birthDate": BORN}
    assert told(people, "PARTNER", **record) == told(
        people, "PARTNER", **{**record, "birthDate": "1961-05-05"}
    )


def test_a_masked_document_does_not_tell_the_birth_date_that_stands_in_it(
    people: Hub, master: Master
) -> None:
    with filling(master) as fill:
        alone = fill.customer(5, "慕容雪", branch_id=1)
        fill.document(alone, ID_NUMBER, "RESIDENT_ID")
        for number in range(10, 21):  # so many of the name that it alone finds nobody
            fill.customer(number, "慕容雪", branch_id=1)
        fill.derive()
    right, wrong = ({"name": "慕容雪", "birthDate": day} for day in ("1949-12-31", "1949-12-30"))
    assert told(people, **right) == [("5", "SAME")]
    assert told(people, "AGENT", **right) == told(people, "AGENT", **wrong) == []


def test_a_mobile_that_too_many_have_finds_nobody_and_says_nothing(people: Hub, master: Master) -> None:
    with filling(master) as fill:
        for number in range(100, 120):
            fill.point(fill.customer(number, f"Agent {number}"), MOBILE)
        fill.derive()
    record = {"name": "欧阳震华", "birthDate": BORN, "contactPoints": points(MOBILE=MOBILE)}
    assert told(people, contactPoints=record["contactPoints"]) == []
    assert reasons(people, **record) == {"name": "same", "birth": "same"}


def test_whole_numbers_that_the_viewer_sees_masked_are_noted_and_limited(people: Hub, master: Master) -> None:
    desk = Desk(master, None)  # type: ignore[arg-type]  # search is away
    role = replace(shipped_roles()["AGENT"], misses_a_day=2)
    for number in ("13900000001", MOBILE, "13900000002"):
        desk.ask(IDENTIFY, role, record={"contactPoints": points(MOBILE=number)})
    answer = desk.answer(IDENTIFY, role, record={"contactPoints": points(MOBILE="13900000003")})
    [error] = answer.errors
    assert (error.original_error.code, error.original_error.path) == (
        "LIMIT_EXCEEDED",
        ("record", "contactPoints"),
    )
    audit = table(AuditEntryRow)
    with master.reading() as connection:
        noted = connection.scalars(select(audit.c.action).order_by(audit.c.id)).all()
    assert [action for action in noted if action == "search.whole"] == ["search.whole"] * 3


def test_who_was_told_of_is_noted_in_the_access_log(people: Hub, master: Master) -> None:
    desk = Desk(master, None)  # type: ignore[arg-type]  # search is away
    desk.ask(IDENTIFY, record={"name": "欧阳震华", "birthDate": BORN})
    log = '{ customer(by: {number: "C000000001"}) { accessLog { nodes { occasion } } } }'
    assert people.get(log, "AUDITOR")["customer"]["accessLog"]["nodes"] == [{"occasion": "READ"}]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whoever_is_asked_about_with_all_that_is_known_is_found_first(
    people: Hub, data: st.DataObject
) -> None:
    """In any order, without any part but two."""
    known: dict[str, Any] = {
        "name": data.draw(st.sampled_from(["欧阳震华", "歐陽震華", "OUYANG Zhenhua", "zhenhua ouyang"])),
        "birthDate": BORN,
        "documents": [{"type": "PASSPORT", "number": "E12345678"}],
        "contactPoints": points(MOBILE=MOBILE),
    }
    kept = data.draw(st.sets(st.sampled_from(sorted(known)), min_size=2))
    if kept == {"name", "birthDate"}:
        return
    found = told(people, **{field: known[field] for field in kept})
    assert found[0] == ("1", "SAME")
