"""Contacts, leads, tags, tokens and callers' keys."""

import math
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from master.errors import Conflict, Invalid, NotFound, Refusal
from master.reads.tokens import all_tokens, token_branches, token_by_id
from master.session import Actor, Master
from master.tables.base import table
from master.tables.branches import BranchRow, StaffRow
from master.tables.codes import ContactChannel, ContactDirection, LeadStage
from master.tables.contacts import ContactRow
from master.tables.customers import CustomerBranchRow, CustomerRow
from master.tables.leads import LeadRow
from master.tables.tags import CustomerTagRow, TagCategoryRow, TagRow
from master.tables.tokens import ApiTokenRow
from master.writes.contacts import record_contact
from master.writes.customers import create_customer
from master.writes.idempotency import once
from master.writes.inputs import Amount, LeadChange, NewContact, NewCustomer, NewLead
from master.writes.leads import create_lead, update_lead
from master.writes.tags import tag_customer, untag_customer
from master.writes.tokens import NewToken, create_token, revoke_token, secret_digest
from tests.conftest import NOW, TESTER, SetTime

CALLER = Actor("token:t1", "AGENT", token_id="t1")


@pytest.fixture
def somebody(master: Master) -> int:
    with master.transaction(TESTER) as tx:
        tx.execute(insert(table(BranchRow)), [{"id": 1, "code": "GD", "name": "广东"}])
        tx.execute(insert(table(StaffRow)), [{"id": 1, "code": "S1", "name": "李经理", "branch_id": 1}])
        tx.execute(insert(table(TagCategoryRow)), [{"id": 1, "name": "价值"}])
        tx.execute(insert(table(TagRow)), [{"id": 1, "code": "VIP", "name": "贵宾", "category_id": 1}])
        return create_customer(tx, NewCustomer("张三"))


def only(master: Master, row: Any) -> Any:
    with master.reading() as connection:
        return connection.execute(select(table(row))).one()


def call(customer: int, **more: Any) -> NewContact:
    return NewContact(
        customer, ContactChannel.CALL, ContactDirection.INBOUND, **{"subject": "查询保单", **more}
    )


def test_a_contact_happens_now_unless_it_says_when(master: Master, somebody: int) -> None:
    with master.transaction(TESTER) as tx:
        record_contact(tx, call(somebody, notes="客户要求回电"))
    row = only(master, ContactRow)
    assert (row.occurred_at, row.subject, row.notes) == (NOW, "查询保单", "客户要求回电")


def test_a_contact_in_the_future_is_refused(master: Master, somebody: int) -> None:
    with pytest.raises(Invalid) as caught, master.transaction(TESTER) as tx:
        record_contact(tx, call(somebody, occurred_at=NOW + timedelta(hours=1)))
    assert caught.value.path == ("occurredAt",)


def test_a_contact_with_nobody_is_not_found(master: Master) -> None:
    with pytest.raises(NotFound) as caught, master.transaction(TESTER) as tx:
        record_contact(tx, call(99))
    assert caught.value.path == ("customer",)


def test_a_lead_with_an_owner_is_assigned_and_its_customer_belongs_to_the_owners_branch(
    master: Master, somebody: int
) -> None:
    with master.transaction(TESTER) as tx:
        create_lead(tx, NewLead(somebody, "续保", owner="S1", expected_premium=Amount(Decimal("1200.5"))))
    row = only(master, LeadRow)
    assert (row.stage, row.version, row.expected_premium, row.currency) == (
        "ASSIGNED",
        1,
        Decimal("1200.5"),
        "CNY",
    )
    assert tuple(only(master, CustomerBranchRow)) == (somebody, 1, "LEAD")


def test_a_lead_is_changed_by_who_read_its_present_version(master: Master, somebody: int) -> None:
    with master.transaction(TESTER) as tx:
        id = create_lead(tx, NewLead(somebody, "续保"))
    with master.transaction(TESTER) as tx:
        update_lead(tx, LeadChange(id, 1, stage=LeadStage.QUOTED, score=0.75))
    row = only(master, LeadRow)
    assert (row.stage, row.score, row.version) == ("QUOTED", 0.75, 2)
    with pytest.raises(Conflict), master.transaction(TESTER) as tx:
        update_lead(tx, LeadChange(id, 1, stage=LeadStage.WON))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"score": math.inf}, ("score",)),
        ({"score": math.nan}, ("score",)),
        ({"owner": "NOBODY"}, ("owner",)),
        ({"expected_premium": Amount(Decimal(-1))}, ("expectedPremium", "amount")),
        ({"expected_premium": Amount(Decimal(1), "cny")}, ("expectedPremium", "currency")),
        ({"stage": None}, ("stage",)),
    ],
)
def test_a_lead_refuses_what_may_not_stand(
    master: Master, somebody: int, change: dict[str, Any], path: tuple[str, ...]
) -> None:
    with master.transaction(TESTER) as tx:
        id = create_lead(tx, NewLead(somebody, "续保"))
    with pytest.raises(Refusal) as caught, master.transaction(TESTER) as tx:
        update_lead(tx, LeadChange(id, 1, **change))
    assert caught.value.path == path


def test_a_tag_given_twice_is_there_once_with_the_newer_expiry(master: Master, somebody: int) -> None:
    later = NOW + timedelta(days=30)
    for expires_at in (None, later):
        with master.transaction(TESTER) as tx:
            tag_customer(tx, somebody, "VIP", expires_at)
    row = only(master, CustomerTagRow)
    assert (row.source, row.expires_at, row.ended_at) == ("MANUAL", later, None)


def test_a_tag_taken_away_is_ended(master: Master, somebody: int) -> None:
    with master.transaction(TESTER) as tx:
        tag_customer(tx, somebody, "VIP", None)
        untag_customer(tx, somebody, "VIP")
    assert only(master, CustomerTagRow).ended_at == NOW


def test_a_tag_that_expired_already_is_refused(master: Master, somebody: int) -> None:
    with pytest.raises(Invalid) as caught, master.transaction(TESTER) as tx:
        tag_customer(tx, somebody, "VIP", NOW)
    assert caught.value.path == ("expiresAt",)


def test_of_a_token_only_a_digest_is_kept(master: Master, somebody: int) -> None:
    with master.transaction(TESTER) as tx:
        token = create_token(tx, NewToken("呼叫中心", "AGENT", ("GD",), expires_days=30, rate=60))
    kehu, id, secret = token.split("_")
    with master.reading() as connection:
        row = token_by_id(connection, id)
        assert row is not None
        assert token_branches(connection, id) == (1,)
    assert (kehu, len(secret), row.name, row.rate) == ("kehu", 64, "呼叫中心", 60)
    assert bytes(row.secret_digest) == secret_digest(master.keys, secret)
    assert row.expires_at == NOW + timedelta(days=30)
    assert secret not in str(row)


def test_a_revoked_token_stays_in_the_list(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        id = create_token(tx, NewToken("旧", "ADMIN", None)).split("_")[1]
        revoke_token(tx, id)
    with master.reading() as connection:
        assert [(row.id, row.revoked_at) for row in all_tokens(connection)] == [(id, NOW)]
    with pytest.raises(NotFound), master.transaction(TESTER) as tx:
        revoke_token(tx, id)


@pytest.mark.parametrize(
    ("new", "path"),
    [
        (NewToken("x", "KING", None), ("role",)),
        (NewToken("x", "AGENT", None, expires_days=400), ("expires",)),
        (NewToken("x", "AGENT", ("NOWHERE",)), ("branch",)),
    ],
)
def test_a_token_refuses_what_may_not_stand(master: Master, new: NewToken, path: tuple[str, ...]) -> None:
    with pytest.raises(Refusal) as caught, master.transaction(TESTER) as tx:
        create_token(tx, new)
    assert caught.value.path == path


@pytest.fixture
def known_caller(master: Master) -> Actor:
    with master.transaction(TESTER) as tx:
        row = {"id": "t1", "name": "x", "role": "AGENT", "secret_digest": b"x", "all_branches": True}
        tx.execute(insert(table(ApiTokenRow)), [row])
    return CALLER


def make_once(master: Master, actor: Actor, key: str | None, name: str) -> int:
    new = NewCustomer(name)
    with master.transaction(actor) as tx:
        return once(tx, key, "createCustomer", new, lambda: create_customer(tx, new))


def customers(master: Master) -> int:
    with master.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table(CustomerRow))) or 0


def test_the_same_call_with_the_same_key_has_one_effect(master: Master, known_caller: Actor) -> None:
    assert make_once(master, known_caller, "k", "张三") == make_once(master, known_caller, "k", "张三")
    assert customers(master) == 1


def test_a_key_used_for_another_input_is_a_conflict(master: Master, known_caller: Actor) -> None:
    make_once(master, known_caller, "k", "张三")
    with pytest.raises(Conflict):
        make_once(master, known_caller, "k", "李四")
    assert customers(master) == 1


def test_a_key_is_forgotten_after_24_hours(master: Master, known_caller: Actor, time: SetTime) -> None:
    make_once(master, known_caller, "k", "张三")
    time.forward(hours=25)
    make_once(master, known_caller, "k", "李四")
    assert customers(master) == 2


def test_without_a_key_every_call_counts(master: Master, known_caller: Actor) -> None:
    make_once(master, known_caller, None, "张三")
    make_once(master, known_caller, None, "张三")
    assert customers(master) == 2
