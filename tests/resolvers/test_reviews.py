"""Stewards look at pairs that may be one, side by side, and say what they are."""

import asyncio
from typing import Any

import pytest

from master.roles import Role, shipped_roles
from master.session import Master
from master.tables.tokens import ApiTokenRow
from master.writes.customer_changes import update_customer
from master.writes.inputs import CustomerChange
from tests.conftest import NOW, TESTER, SetTime
from tests.resolvers.commanding import codes
from tests.resolvers.merging import merge, unmerge
from tests.resolvers.reviewing import (
    ANNA,
    ASSIGN,
    BEN,
    DECIDE,
    FIGURES,
    RELEASE,
    TASKS,
    by,
    claim,
    decide,
    doubles,
    run,
    task,
    tasks,
)
from tests.schema.hub import Hub, filling

SEARCHED = "{ customers { nodes { id } } }"


@pytest.fixture
def reviews(master: Master) -> Hub:
    doubles(master)
    return Hub(master)


def ids(hub: Hub) -> list[str]:
    return [each["id"] for each in hub.get(SEARCHED)["customers"]["nodes"]]


def test_pairs_that_may_be_one_are_told_side_by_side_with_reasons_the_likeliest_first(reviews: Hub) -> None:
    first, second = tasks(reviews)
    assert (first["one"], first["other"]) == (
        {"id": "c1", "name": "张三"},
        {"id": "c2", "name": "ZHANG SAN"},
    )
    assert (first["verdict"], first["status"], first["kind"]) == ("SAME", "OPEN", "PERSON")
    assert {each["field"]: each["level"] for each in first["reasons"]} == {
        "name": "same sound",
        "document": "same",
        "birth": "same",
        "gender": "same",
    }
    assert first["odds"] == round(sum(each["weight"] for each in first["reasons"]), 2)
    assert first["priority"] == round(first["odds"] * 100)
    assert (first["probability"], first["guards"]) == (1.0, [])
    assert (second["one"]["id"], second["other"]["id"], second["verdict"]) == ("c3", "c4", "REVIEW")
    assert second["guards"] == ["The given names differ, and no document is shared."]


def test_tasks_are_listed_by_status_assignee_rules_kind_and_verdict(reviews: Hub) -> None:
    rules = tasks(reviews)[0]["rules"]
    assert rules.startswith("2026-11-")
    reviews.get(ASSIGN, tasks=["w2"], to="ben")
    decide(reviews, "UNSURE", "w1")
    found = {
        name: [each["id"] for each in tasks(reviews, **filter)]
        for name, filter in {
            "open": {"status": ["OPEN"]},
            "decided": {"status": ["DECIDED"]},
            "ben": {"assignee": "ben"},
            "rules": {"rules": rules},
            "older rules": {"rules": "2025-01"},
            "organizations": {"kind": "ORGANIZATION"},
            "review": {"verdict": ["REVIEW"], "kind": "PERSON"},
        }.items()
    }
    assert found == {
        "open": ["w2"],
        "decided": ["w1"],
        "ben": ["w2"],
        "rules": ["w1", "w2"],
        "older rules": [],
        "organizations": [],
        "review": ["w2"],
    }
    page = reviews.get(TASKS, first=1)["reviewTasks"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"], len(page["nodes"])) == (2, True, 1)
    rest = reviews.get(TASKS, first=1, after=page["pageInfo"]["endCursor"])["reviewTasks"]
    assert [each["id"] for each in rest["nodes"]] == ["w2"]


def test_who_are_the_same_are_merged_by_the_decision(reviews: Hub) -> None:
    done = decide(reviews, "SAME", "w1")
    assert done["errors"] == []
    [told] = done["tasks"]
    assert (told["status"], told["answer"], told["decidedBy"], told["mergeId"]) == (
        "DECIDED",
        "SAME",
        "tester",
        "m1",
    )
    assert (told["one"]["id"], told["other"]["id"]) == ("c1", "c1")
    assert done["freshness"].startswith("c1:")
    assert ids(reviews) == ["c1", "c3", "c4", "c5"]


def test_the_steward_may_choose_who_stays_and_is_held_to_what_was_read(reviews: Hub) -> None:
    late = decide(reviews, "SAME", "w1", survivor="c2", survivorVersion=99)
    assert codes(late) == [("CONFLICT", ["survivorVersion"])]
    assert task(reviews, "w1")["status"] == "OPEN"
    assert codes(decide(reviews, "SAME", "w1", survivor="c5")) == [("NOT_FOUND", ["survivor"])]
    assert codes(decide(reviews, "SAME", "w1", "w2", survivor="c2")) == [("INVALID", ["survivor"])]
    assert decide(reviews, "SAME", "w1", survivor="c2")["errors"] == []
    assert ids(reviews) == ["c2", "c3", "c4", "c5"]


def test_two_stewards_can_not_decide_the_same_pair(reviews: Hub) -> None:
    decide(reviews, "DIFFERENT", "w2")
    late = decide(by(reviews, BEN), "SAME", "w2")
    assert [each["message"] for each in late["errors"]] == [
        "tester has decided this: DIFFERENT. Undo that first."
    ]
    assert codes(late) == [("CONFLICT", ["tasks", "0"])]
    assert [each["answer"] for each in late["tasks"]] == ["DIFFERENT"]


@pytest.mark.parametrize("answer", ["SAME", "DIFFERENT"])
def test_of_two_stewards_at_the_same_moment_one_decides(reviews: Hub, answer: str) -> None:
    given = {"tasks": ["w1"], "answer": answer, "reason": "Seen their papers."}

    async def both() -> list[Any]:
        asked = (by(reviews, each).asked(DECIDE, "STEWARD", {"input": given}) for each in (ANNA, BEN))
        return [each.data["decideReviewTasks"] for each in await asyncio.gather(*asked)]

    told = asyncio.run(both())
    assert sorted(len(each["errors"]) for each in told) == [0, 1]
    [late] = [each for each in told if each["errors"]]
    assert codes(late) == [("CONFLICT", ["tasks", "0"])]
    assert len(ids(reviews)) == (4 if answer == "SAME" else 5)


def test_who_has_claimed_a_task_decides_it_until_the_claim_ends(reviews: Hub, time: SetTime) -> None:
    [claimed] = claim(reviews, "w1")["tasks"]
    assert (claimed["claimedBy"], claimed["claimedUntil"]) == ("tester", "2026-11-22T02:15:00.000Z")
    ben = by(reviews, BEN)
    refused = claim(ben, "w1", "w2")
    assert [(each["code"], each["path"], each["message"]) for each in refused["errors"]] == [
        ("CONFLICT", ["tasks", "0"], "tester is at this until 2026-11-22T02:15Z: take another one.")
    ]
    assert [each["claimedBy"] for each in refused["tasks"]] == ["tester", "ben"]
    assert codes(decide(ben, "UNSURE", "w1")) == [("CONFLICT", ["tasks", "0"])]
    time.forward(minutes=16)
    assert task(reviews, "w1")["claimedBy"] is None
    assert codes(decide(ben, "UNSURE", "w1")) == []


def test_a_claim_is_kept_for_longer_or_given_back(reviews: Hub, time: SetTime) -> None:
    claim(reviews, "w1")
    time.forward(minutes=10)
    assert claim(reviews, "w1")["tasks"][0]["claimedUntil"] == "2026-11-22T02:25:00.000Z"
    released = reviews.get(RELEASE, tasks=["w1"])["releaseReviewTasks"]
    assert (released["errors"], released["tasks"][0]["claimedUntil"]) == ([], None)
    assert claim(by(reviews, BEN), "w1")["errors"] == []
    assert codes(reviews.get(RELEASE, tasks=["w1"])["releaseReviewTasks"]) == [("CONFLICT", ["tasks", "0"])]


def test_tasks_are_assigned_to_whoever_holds_a_token_of_that_name(reviews: Hub) -> None:
    given = reviews.get(ASSIGN, tasks=["w1", "w2"], to="ben")["assignReviewTasks"]
    assert [each["assignee"] for each in given["tasks"]] == ["ben", "ben"]
    nobody = reviews.get(ASSIGN, tasks=["w1"], to="benn")["assignReviewTasks"]
    assert codes(nobody) == [("NOT_FOUND", ["to"])]
    with filling(reviews.master) as fill:
        steward = {"role": "STEWARD", "secret_digest": b"", "all_branches": True}
        fill.add(ApiTokenRow, id="t3", name="gone", **steward, expires_at=NOW)
        fill.add(ApiTokenRow, id="t4", name="reader", **steward, scopes="read")
        fill.add(ApiTokenRow, id="t5", name="agent", **{**steward, "role": "AGENT"})
    for name in ("gone", "reader", "agent"):
        refused = reviews.get(ASSIGN, tasks=["w1"], to=name)["assignReviewTasks"]
        assert codes(refused) == [("NOT_FOUND", ["to"])], name
    assert reviews.get(ASSIGN, tasks=["w1"])["assignReviewTasks"]["tasks"][0]["assignee"] is None


def test_many_are_decided_at_once_and_what_is_refused_of_one_does_not_hold_up_the_others(
    reviews: Hub,
) -> None:
    done = decide(reviews, "DIFFERENT", "w9", "w1", "x1", "w2")
    assert codes(done) == [("NOT_FOUND", ["tasks", "0"]), ("NOT_FOUND", ["tasks", "2"])]
    assert [(each["id"], each["answer"]) for each in done["tasks"]] == [
        ("w1", "DIFFERENT"),
        ("w2", "DIFFERENT"),
    ]
    assert codes(decide(reviews, "DIFFERENT", "w1", reason=" ")) == [("INVALID", ["reason"])]
    many = [f"w{n}" for n in range(51)]
    refused = reviews.ask("mutation ($t: [ID!]!) { claimReviewTasks(tasks: $t) { freshness } }", t=many)
    assert refused.errors == [("LIMIT_EXCEEDED", ["claimReviewTasks"])]


def test_who_unmerges_by_hand_has_said_that_they_are_two(reviews: Hub) -> None:
    decide(reviews, "SAME", "w1")
    assert unmerge(reviews, "m1")["errors"] == []
    told = task(reviews, "w1")
    assert (told["status"], told["answer"], told["mergeId"]) == ("DECIDED", "DIFFERENT", None)
    assert run(reviews.master)["known"] == 2


def test_a_task_of_somebody_who_was_merged_is_withdrawn_with_the_merge(reviews: Hub) -> None:
    assert merge(reviews, "c5", "c3")["errors"] == []
    assert [each["status"] for each in tasks(reviews)] == ["OPEN", "WITHDRAWN"]
    assert codes(decide(reviews, "SAME", "w2")) == [("CONFLICT", ["tasks", "0"])]


def test_a_task_of_somebody_who_was_deleted_is_withdrawn(reviews: Hub) -> None:
    with reviews.master.transaction(TESTER) as tx:
        tx.connection.exec_driver_sql("DELETE FROM contact_points WHERE customer_id = 3")
        tx.connection.exec_driver_sql("DELETE FROM customer_branches WHERE customer_id = 3")
        tx.connection.exec_driver_sql("DELETE FROM customers WHERE id = 3")
    assert task(reviews, "w2")["status"] == "WITHDRAWN"


def test_a_merge_that_can_not_be_leaves_the_task_open(reviews: Hub) -> None:
    with reviews.master.transaction(TESTER) as tx:
        tx.connection.exec_driver_sql("UPDATE customers SET kind = 'ORGANIZATION' WHERE id = 4")
    refused = decide(reviews, "SAME", "w2")
    assert codes(refused) == [("INVALID", ["tasks", "0"])]
    assert refused["tasks"][0]["status"] == "OPEN"


def test_who_was_told_apart_is_proposed_again_when_one_of_them_has_changed(reviews: Hub) -> None:
    decide(reviews, "DIFFERENT", "w1")
    assert run(reviews.master)["known"] == 2
    with reviews.master.transaction(TESTER) as tx:
        update_customer(tx, CustomerChange(1, 1, name="张三丰"))
    assert run(reviews.master)["opened again"] == 1
    assert task(reviews, "w1")["answer"] is None


def test_figures_tell_what_waits_and_how_often_the_model_had_it_right(reviews: Hub, time: SetTime) -> None:
    assert reviews.get(FIGURES)["reviewFigures"] == {
        "open": 2,
        "claimed": 0,
        "oldestAt": "2026-11-22T02:00:00.000Z",
        "decided": 0,
        "unsure": 0,
        "agreement": None,
    }
    claim(reviews, "w2")
    decide(reviews, "DIFFERENT", "w1")
    told = reviews.get(FIGURES)["reviewFigures"]
    assert (told["open"], told["claimed"], told["decided"], told["agreement"]) == (1, 1, 1, 0.0)
    odds = task(reviews, "w2")["odds"]
    decide(reviews, "SAME" if odds >= 0 else "DIFFERENT", "w2")
    told = reviews.get(FIGURES)["reviewFigures"]
    assert (told["open"], told["oldestAt"], told["decided"], told["agreement"]) == (0, None, 2, 0.5)


def test_a_pair_is_told_of_to_those_alone_who_see_both(reviews: Hub) -> None:
    """c1 belongs to NORTH, c2 to SOUTH; c3 and c4 to NORTH."""
    assert [each["id"] for each in tasks(reviews, "STEWARD", ["NORTH"])] == ["w2"]
    page = reviews.get(TASKS, "STEWARD", branches=["NORTH"])["reviewTasks"]
    assert page["totalCount"] == 1
    assert tasks(reviews, "STEWARD", ["SOUTH"]) == []
    assert reviews.get(FIGURES, "STEWARD", branches=["SOUTH"])["reviewFigures"]["open"] == 0
    refused = decide(reviews, "SAME", "w1", branches=["NORTH"])
    assert (codes(refused), refused["tasks"]) == ([("NOT_FOUND", ["tasks", "0"])], [])
    assert task(reviews, "w1")["status"] == "OPEN"


def test_what_a_steward_does_not_see_clear_speaks_neither_for_nor_against(reviews: Hub) -> None:
    """That whole documents and mobiles are the same is told, as DUPLICATE does."""
    its = shipped_roles()["STEWARD"]
    told = tasks(reviews, "STEWARD")[1]
    assert "mobile" in {each["field"] for each in told["reasons"]}
    refusing = Role("R", "refuses", its.permissions, refused=frozenset({"birth", "contact"}))
    told = tasks(reviews, refusing)[1]
    assert {each["field"] for each in told["reasons"]} == {"name"}
    assert told["odds"] < tasks(reviews)[1]["odds"]


def test_stewards_alone_are_told_of_tasks(reviews: Hub) -> None:
    for document in ("{ reviewTasks { totalCount } }", '{ reviewTask(id: "w1") { id } }', FIGURES):
        assert [code for code, _ in reviews.ask(document, "AGENT").errors] == ["FORBIDDEN"]
    assert codes(decide(reviews, "SAME", "w1", role="AGENT")) == [("FORBIDDEN", None)]
