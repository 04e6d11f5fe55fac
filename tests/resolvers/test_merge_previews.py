"""A merge is looked at before it is made: whoever looks learns nothing of what is masked, and is noted."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from master.roles import BIRTH, NAME, PERSON, Role, shipped_roles
from master.session import Master
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from tests.resolvers.commanding import codes
from tests.resolvers.merging import PREVIEW
from tests.resolvers.test_wholes import Desk
from tests.schema.hub import Hub, filling

audit = table(AuditEntryRow)
STEWARD = shipped_roles()["STEWARD"]


@pytest.fixture
def guessed(master: Master) -> Hub:
    """1: somebody; 2, 3: made to find out its numbers. 2 has them, among others."""
    with filling(master) as fill:
        fill.token()
        victim = fill.customer(1, "司马光", birth_date=date(1980, 1, 1), gender="MALE")
        right, wrong = fill.customer(2, "司马光", birth_date=date(1980, 1, 1)), fill.customer(3)
        fill.point(victim, "13800138765")
        fill.document(victim, "E12345678")
        for place, id in enumerate((right, wrong)):
            for end in range(760, 770):
                fill.point(id, f"138001{place + 3}8{end}")
            fill.document(id, f"E1234567{8 + place}")
        fill.derive()
    return Hub(master)


def previewed(hub: Hub, role: str | Role, survivor: str, *duplicates: str) -> Any:
    return hub.get(PREVIEW, role, survivor=survivor, duplicates=list(duplicates))["previewMerge"]


def folded(told: Any) -> dict[str, int | None]:
    return {each["entity"]: each["folded"] for each in told["moves"]}


def test_whether_masked_numbers_are_the_same_is_not_told(guessed: Hub) -> None:
    right, wrong = (previewed(guessed, "STEWARD", "c1", other) for other in ("c2", "c3"))
    assert right["moves"] == wrong["moves"]
    assert folded(right) == {"IdentityDocument": None, "ContactPoint": None}
    assert folded(previewed(guessed, "ADMIN", "c1", "c2")) == {"IdentityDocument": 1, "ContactPoint": 1}
    assert folded(previewed(guessed, "ADMIN", "c1", "c3")) == {"IdentityDocument": 0, "ContactPoint": 0}


def test_whether_values_differ_or_are_there_is_told_of_those_alone_that_are_clear(guessed: Hub) -> None:
    clear = previewed(guessed, "STEWARD", "c3", "c1")
    assert ([each["field"] for each in clear["differences"]], clear["filled"]) == (
        ["name"],
        ["gender", "birthDate"],
    )
    blind = replace(STEWARD, masked=STEWARD.masked | {NAME}, refused=frozenset({BIRTH, PERSON}))
    told = previewed(guessed, blind, "c3", "c1")
    assert (told["differences"], told["filled"]) == ([], [])


def test_each_preview_is_audited_with_its_outcome_for_all_that_are_named(
    guessed: Hub, master: Master
) -> None:
    desk = Desk(master, None)  # type: ignore[arg-type]  # search is away
    desk.ask(PREVIEW, STEWARD, survivor="c1", duplicates=["c2", "c3"])
    desk.ask(PREVIEW, STEWARD, survivor="c1", duplicates=["c99"])
    with master.reading() as connection:
        noted = connection.execute(
            select(audit.c.customer_id, audit.c.outcome, audit.c.role)
            .where(audit.c.action == "customer.preview_merge")
            .order_by(audit.c.id)
        ).all()
    assert [tuple(row) for row in noted] == [
        (1, "OK", "STEWARD"),
        (2, "OK", "STEWARD"),
        (3, "OK", "STEWARD"),
        (1, "NOT_FOUND", "STEWARD"),
        (99, "NOT_FOUND", "STEWARD"),
    ]


def test_an_operation_may_look_at_five_merges(guessed: Hub) -> None:
    def several(many: int) -> Any:
        asked = (
            f'p{n}: previewMerge(input: {{survivor: "c1", duplicates: ["c{n + 2}"]}}) {{ errors {{ code }} }}'
            for n in range(many)
        )
        return guessed.ask(f"{{ {' '.join(asked)} }}", "STEWARD")

    five = several(5)
    assert five.errors == []
    assert [codes_of["errors"] for codes_of in five.data.values()] == [[], []] + [[{"code": "NOT_FOUND"}]] * 3
    assert several(6).errors == [("LIMIT_EXCEEDED", ["p5"])]


def test_whoever_may_not_merge_is_refused_a_preview(guessed: Hub) -> None:
    assert codes(previewed(guessed, "AGENT", "c1", "c2")) == [("FORBIDDEN", None)]
