"""What follows from a change stands with it: also where nobody looked at what hangs on the customer."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, text, update

from master.session import Master
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.codes import ContactPointKind, CustomerStatus, DocumentType, Gender
from master.tables.customers import ContactPointRow, CustomerBranchRow, CustomerRow, IdentityDocumentRow
from master.tables.history import HISTORY
from master.tables.matching import BlockingKeyRow
from master.tables.policies import PolicyPartyRow, PolicyRow, ProductRow
from master.writes.customer_changes import update_customer
from master.writes.customers import create_customer
from master.writes.derived import refresh
from master.writes.inputs import CustomerChange, GivenContactPoint, GivenDocument, NewCustomer
from tests.conftest import TESTER

customers, history = table(CustomerRow), HISTORY["customers"]
documents, points = table(IdentityDocumentRow), table(ContactPointRow)
policies, parties = table(PolicyRow), table(PolicyPartyRow)
# How often PostgreSQL has written a customer's row, since the session began or told it last.
WRITTEN = text("SELECT pg_stat_get_xact_tuples_updated(CAST('customers' AS regclass))")
PASSPORT = GivenDocument(DocumentType.PASSPORT, "E12345678", primary=True)
MOBILE = GivenContactPoint(ContactPointKind.MOBILE, "13800138000", preferred=True)
EMAIL = GivenContactPoint(ContactPointKind.EMAIL, "a@example.com")


@pytest.fixture
def holder(master: Master) -> int:
    """A customer of branch W with a policy that runs, a passport, and two ways to be reached."""
    with master.transaction(TESTER) as tx:
        tx.execute(insert(table(BranchRow)), [{"code": code, "name": code} for code in ("E", "W")])
        new = NewCustomer("张三", branch="W", documents=(PASSPORT,), contact_points=(MOBILE, EMAIL))
        id = create_customer(tx, new)
        tx.execute(insert(table(ProductRow)), [{"id": 1, "code": "P", "name": "P", "line": "LIFE"}])
        runs = {
            "product_id": 1,
            "status": "IN_FORCE",
            "effective_date": date(2020, 1, 1),
            "annual_premium": 1,
        }
        tx.execute(insert(policies), [{"id": 1, "number": "1", **runs}])
        tx.execute(insert(parties), [{"policy_id": 1, "customer_id": id, "role": "APPLICANT"}])
        refresh(tx, [id])
    return id


def standing(master: Master) -> list[Any]:
    """All that is derived of the one customer that there is."""
    keys, belonging = table(BlockingKeyRow), table(CustomerBranchRow)
    derived = (
        select(customers.c.status, customers.c.name_key),
        select(keys.c.kind, keys.c.digest).order_by(keys.c.kind, keys.c.digest),
        select(belonging).order_by(belonging.c.branch_id),
        select(documents.c.id, documents.c.number_index).order_by(documents.c.id),
        select(points.c.id, points.c.value_index).order_by(points.c.id),
    )
    with master.reading() as connection:
        return [connection.execute(each).all() for each in derived]


def changed(master: Master, **given: Any) -> None:
    with master.transaction(TESTER) as tx:
        version = tx.connection.scalar(select(customers.c.version))
        assert version is not None
        update_customer(tx, CustomerChange(customer=1, version=version, **given))


@pytest.mark.parametrize(
    "given",
    [
        {"name": "李四"},
        {"status": CustomerStatus.LOST},
        {"status": CustomerStatus.LOST, "name": "李四"},
        {"gender": Gender.FEMALE},
        {"birth_date": date(1990, 1, 31)},
        {"branch": "E"},
        {"branch": None},
        {"add_documents": (GivenDocument(DocumentType.OTHER, "B77777"),)},
        {"remove_documents": (1,)},
        {"add_contact_points": (GivenContactPoint(ContactPointKind.MOBILE, "13900139000"),)},
        {"remove_contact_points": (1,)},
        {"prefer_contact_point": 2},
    ],
    ids="+".join,
)
def test_after_any_change_there_is_nothing_left_to_derive(
    master: Master, holder: int, given: dict[str, Any]
) -> None:
    for each in (given, {"status": None}):
        changed(master, **each)
        stood = standing(master)
        with master.transaction(TESTER) as tx:
            assert refresh(tx, [holder]) == set()
        assert standing(master) == stood


def test_a_status_that_is_taken_back_follows_from_the_policies_there_are_then(
    master: Master, holder: int
) -> None:
    found = []
    for status in ("IN_FORCE", "LAPSED", None):
        changed(master, status=CustomerStatus.DECEASED)
        with master.transaction(TESTER) as tx:
            its = update(policies).values(status=status or "LAPSED")
            tx.execute(its)
            if status is None:
                tx.execute(update(parties).values(ended_at=tx.at))
        changed(master, status=None)
        found.append(standing(master)[0][0].status)
    assert found == ["ACTIVE", "LOST", "PROSPECT"]


def test_a_status_and_what_follows_from_it_are_one_state_of_history(master: Master, holder: int) -> None:
    with master.reading() as connection:
        before = connection.scalar(select(func.count()).select_from(history))
    changed(master, status=CustomerStatus.LOST)
    changed(master, status=None)
    kept = select(history.c.status, history.c.status_by_hand).order_by(history.c.history_id).offset(before)
    with master.reading() as connection:
        assert connection.execute(kept).all() == [("ACTIVE", None), ("LOST", "LOST")]
        now = connection.execute(select(customers.c.status, customers.c.status_by_hand)).one()
    assert tuple(now) == ("ACTIVE", None)


def test_a_change_of_the_status_sends_no_more_than_it_needs(master: Master, holder: int) -> None:
    heard: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        words = statement.split()
        heard.append(" ".join(words[: 2 if words[0] == "UPDATE" else 3 if words[0] == "INSERT" else 1]))

    event.listen(master.engine, "before_cursor_execute", hear)
    with master.transaction(TESTER) as tx:
        version = tx.connection.scalar(select(customers.c.version))
        assert version is not None
        before = 0 if master.is_sqlite else tx.execute(WRITTEN).scalar_one()
        heard.clear()
        update_customer(tx, CustomerChange(customer=holder, version=version, status=CustomerStatus.LOST))
        if not master.is_sqlite:
            assert tx.execute(WRITTEN).scalar_one() == before + 1
    event.remove(master.engine, "before_cursor_execute", hear)
    told = ["INSERT INTO hand_values", "UPDATE customers", "INSERT INTO audit_entries"]
    assert heard[:5] == ["SELECT", "SELECT", *told]  # the customer, held; what people say of it
