"""Search before create: who a new customer may be, with what speaks for and against, and how sure that is."""

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from indexing import tokens as terms
from indexing.engines.embedded import EmbeddedEngine
from indexing.errors import SearchBusy, SearchTooSlow, SearchUnavailable
from indexing.likeness import Told, customers_like, near_numbers
from indexing.permitted import EVERYTHING
from master.session import Master
from tests.resolvers.commanding import codes, count, create
from tests.resolvers.test_search import Failing
from tests.schema.hub import Hub, filling

BORN = "1990-03-07"


@pytest.fixture
def people(searching: Hub, master: Master, index: Callable[[], None]) -> Hub:
    with filling(master) as fill:
        east, west = fill.branch("EAST"), fill.branch("WEST")
        zhang = fill.customer(1, "欧阳震华", branch_id=east, birth_date=date(1990, 3, 7))
        fill.point(zhang, "13800138000")
        fill.document(zhang, "E12345678")
        fill.customer(2, "欧阳振华", branch_id=west, birth_date=date(1990, 3, 7))
        fill.customer(3, "欧阳震华", branch_id=east, birth_date=date(1961, 1, 1))
        fill.customer(4, "李四", branch_id=east, birth_date=date(1990, 3, 7))
        fill.derive()
    index()
    return searching


def candidates(payload: Any) -> list[tuple[str, str]]:
    return [(each["customer"]["number"][-1], each["verdict"]) for each in payload["candidates"]]


def mobile(value: str) -> Any:
    return [{"kind": "MOBILE", "value": value}]


def test_somebody_is_created_and_who_is_like_it_is_told(people: Hub, master: Master) -> None:
    payload = create(people, "ADMIN", name="欧阳震华", birthDate=BORN)
    assert payload["customer"]["number"] == "C000000005"
    assert candidates(payload) == [("1", "SAME"), ("2", "REVIEW")]
    first = payload["candidates"][0]
    assert [(each["field"], each["level"]) for each in first["reasons"]] == [
        ("name", "same"),
        ("birth", "same"),
    ]
    assert all(each["weight"] > 0 for each in first["reasons"])
    assert 0.95 <= first["probability"] <= 1


def test_names_that_sound_the_same_are_like_one_another(people: Hub) -> None:
    payload = create(people, "ADMIN", name="ouyang zhenhua", birthDate=BORN)
    assert [number for number, _ in candidates(payload)] == ["1", "2"]
    assert payload["candidates"][0]["reasons"][0]["level"] in ("same sound", "same")


def test_a_name_alone_is_little_evidence(people: Hub) -> None:
    assert candidates(create(people, "ADMIN", name="李四", birthDate="1975-05-05")) == []


def test_a_number_one_slip_away_is_found_by_who_sees_numbers_clear(people: Hub) -> None:
    slipped = {"name": "欧阳震华", "contactPoints": mobile("13800138001")}
    found = create(people, "ADMIN", **slipped)["candidates"]
    assert ("mobile", "one typo") in [
        (reason["field"], reason["level"]) for each in found for reason in each["reasons"]
    ]
    told = create(people, "AGENT", **{**slipped, "contactPoints": mobile("13800138002")})["candidates"]
    assert [
        reason["field"] for each in told for reason in each["reasons"] if reason["field"] == "mobile"
    ] == []


def test_a_number_with_a_slip_is_found_though_the_name_tells_nothing(people: Hub) -> None:
    assert people.search is not None
    for kind, number, found in (
        (terms.PHONE, "13800138001", [1]),
        (terms.PHONE, "13800183000", [1]),
        (terms.DOCUMENT, "e12345679", [1]),
        (terms.PHONE, "13800138000", []),
        (terms.PHONE, "13800139001", []),
    ):
        told = Told("Nobody Whatever", None, ((kind, number),))
        assert asyncio.run(customers_like(people.search, told, EVERYTHING, None)) == found, number


def test_somebody_similar_is_refused_where_that_is_asked_for(people: Hub, master: Master) -> None:
    given = {"name": "欧阳震华", "birthDate": BORN, "refuseSimilar": True}
    payload = create(people, **given)
    assert (codes(payload), payload["customer"]) == ([("DUPLICATE", None)], None)
    assert candidates(payload) == [("1", "SAME"), ("2", "REVIEW")]
    assert count(master) == 4
    assert codes(create(people, **given, duplicateReason="A namesake of the same day")) == []
    assert codes(create(people, name="Nobody Alike", refuseSimilar=True)) == []


def test_the_same_key_makes_one_customer_though_search_finds_it_by_then(
    people: Hub, master: Master, index: Callable[[], None]
) -> None:
    given = {"name": "司徒靖远", "birthDate": BORN, "refuseSimilar": True, "idempotencyKey": "k"}
    one = create(people, **given)
    index()
    again = create(people, **given)
    assert (codes(again), again["customer"]["id"], again["candidates"]) == ([], one["customer"]["id"], [])


def test_exact_keys_and_search_are_told_together(people: Hub) -> None:
    payload = create(people, "ADMIN", name="欧阳振华", birthDate=BORN, contactPoints=mobile("13800138000"))
    assert codes(payload) == [("DUPLICATE", None)]
    assert sorted(number for number, _ in candidates(payload)) == ["1", "2"]


def test_only_who_is_in_sight_is_a_candidate(people: Hub) -> None:
    document = """mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) {
      candidates { customer { number } verdict } errors { code } } }"""
    for branch, found in (("EAST", ["C000000001"]), ("WEST", ["C000000002"])):
        given = {"name": "欧阳震华", "birthDate": BORN, "refuseSimilar": True}
        told = people.get(document, "AGENT", branches=[branch], input=given)["createCustomer"]
        assert [each["customer"]["number"] for each in told["candidates"]] == found, branch


@pytest.mark.parametrize("error", [None, SearchUnavailable(), SearchBusy(), SearchTooSlow(2)])
def test_exact_keys_alone_tell_when_search_is_away(
    people: Hub, tmp_path: Path, error: SearchUnavailable | None
) -> None:
    engine: EmbeddedEngine | None = None
    if error is not None:
        failing = Failing(tmp_path / "failing", people.master.keys)
        failing.error, engine = error, failing
    away = Hub(people.master, engine)
    payload = create(away, name="欧阳震华", birthDate=BORN, contactPoints=mobile("13800138000"))
    assert codes(payload) == [("DUPLICATE", None)]
    assert candidates(payload) == [("1", "SAME")]
    assert codes(create(away, name="欧阳震华", birthDate=BORN, refuseSimilar=True)) == []


def test_who_does_not_ask_for_candidates_does_not_wait_for_a_search(people: Hub, tmp_path: Path) -> None:
    engine = Failing(tmp_path / "failing", people.master.keys)
    engine.error = AssertionError("searched")  # type: ignore[assignment]  # any search would fail the test
    document = 'mutation { createCustomer(input: {name: "A"}) { errors { code } } }'
    assert Hub(people.master, engine).get(document)["createCustomer"] == {"errors": []}


def test_a_near_number_has_one_wrong_digit_or_two_swapped() -> None:
    assert near_numbers("e12") == sorted(
        {f"e{digit}2" for digit in "023456789"} | {f"e1{digit}" for digit in "013456789"} | {"e21"}
    )
