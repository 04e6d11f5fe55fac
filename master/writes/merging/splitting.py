"""A source's record that was taken for somebody else becomes a customer of its own, with all that its source
brought by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from master.audit import note_all
from master.errors import Conflict, Invalid, NotFound
from master.reads.blocking_keys import key_digest
from master.reads.records import records_of
from master.reads.sayings import OF_THE_HUB, joined
from master.session import Transaction
from master.tables.base import table
from master.tables.children import MOVED, Moved
from master.tables.codes import OtherNameKind
from master.tables.customers import CustomerRow, IdentityDocumentRow, OtherNameRow
from master.tables.merges import SplitRow
from master.tables.sources import HandValueRow, SourceRecordRow, SourceSystemRow
from master.writes import checks
from master.writes.customers import locked_customer
from master.writes.derived import refresh
from master.writes.merging.later import BY_BOTH, Undecided, with_source
from master.writes.merging.ledger import owned
from master.writes.merging.said_since import SAID, value_of
from master.writes.proposing import keep_apart
from master.writes.sourced.adding import insert_customers
from master.writes.sourced.changing import change_customers
from master.writes.sourced.newcomers import newcomer
from master.writes.sourced.records import Change
from master.writes.sourced.rows import Said, SourcedRow
from master.writes.sourced.said import parsed

customers, former, splits = table(CustomerRow), table(OtherNameRow), table(SplitRow)
records, systems, by_hand = table(SourceRecordRow), table(SourceSystemRow), table(HandValueRow)

LISTS = ("documents", "tags", "mobile", "landline", "email", "wechat", "address")
FOLLOWING = ("contacts", "leads", "policy_parties", "relations", IdentityDocumentRow.__tablename__)
KEY = ["sourceKey", "key"]


@dataclass(frozen=True)
class Split:
    """stays: whom the record was taken for; made: who it is now. undecided: rows that stay, maybe its."""

    stays: int
    made: int
    undecided: Sequence[Undecided]


def split_record(tx: Transaction, source: str, key: str, reason: str) -> Split:
    """Raises NotFound, also where the customer is out of sight; Invalid where nothing else tells of it, or
    where the record came to it by a merge."""
    why = checks.line(reason, ["reason"])
    record = _record(tx, source, key)
    stays = record.customer_id
    locked_customer(tx, stays, KEY)
    if _record(tx, source, key).customer_id != stays:
        raise Conflict("This key came to mean another customer at this very moment: try again.", KEY)
    _refuse(tx, record)
    said = parsed(record.content)
    _take_off(tx, record, said)
    values = {field: value_of(said, field) for field in SAID & said.keys()}
    row = SourcedRow(key, values, record.source_updated_at)
    made = insert_customers(tx, record.source_id, [newcomer(row, key_digest(tx.master.keys))])[key]
    its = records.c.id == record.id
    tx.execute(update(records).where(its).values(customer_id=made, entity_id=made))
    undecided = _follow(tx, record, made)
    refresh(tx, [stays, made])
    keep_apart(tx, list(records_of(tx.connection, [stays, made])), why)
    parted = {"stays_id": stays, "customer_id": made, "since": record.recorded_at, "at": tx.at}
    tx.execute(insert(splits).values(**parted, actor=tx.actor.name, reason=why))
    details = {"source": record.source_id, "undecided": len(undecided)}
    note_all(tx, "customer.split", "customer", [(stays, stays), (made, made)], details=details)
    return Split(stays, made, undecided)


def _record(tx: Transaction, source: str, key: str) -> Any:
    its = select(records).join(systems, systems.c.id == records.c.source_id)
    mine = (systems.c.code == source, records.c.kind == "customers", records.c.source_key == key)
    row = tx.execute(its.where(*mine)).one_or_none()
    if row is None:
        raise NotFound("No customer has this key.", KEY)
    return row


def _refuse(tx: Transaction, record: Any) -> None:
    if (record.customer_id, records.name, record.id) in joined(tx.connection, [record.customer_id]):
        raise Invalid("This key came to its customer by a merge: undo that one, by unmergeCustomer.", KEY)
    others = select(records.c.id).where(
        records.c.kind == "customers", records.c.customer_id == record.customer_id, records.c.id != record.id
    )
    hands = select(by_hand.c.id).where(
        by_hand.c.customer_id == record.customer_id,
        by_hand.c.ended_at.is_(None),
        by_hand.c.field.not_in(OF_THE_HUB),
    )
    if tx.execute(others).first() is None and tx.execute(hands).first() is None:
        raise Invalid("Nothing but this key tells of the customer: there is nobody to split it from.", KEY)


def _take_off(tx: Transaction, record: Any, said: Said) -> None:
    """The customer becomes what the others say of it."""
    customer = record.customer_id
    emptied = {field: () if field in LISTS else None for field in said}
    change = Change(
        SourcedRow(record.source_key, emptied), record.id, customer, said, {}, frozenset(said), None
    )
    change_customers(tx, record.source_id, [change])
    name = tx.execute(select(customers.c.name).where(customers.c.id == customer)).scalar_one()
    gone = (
        former.c.customer_id == customer,
        former.c.kind == OtherNameKind.FORMER,
        former.c.ended_at.is_(None),
    )
    not_its = former.c.name.in_([said.get("name"), name])
    tx.execute(update(former).where(*gone, not_its).values(ended_at=tx.at))


def _follow(tx: Transaction, record: Any, made: int) -> list[Undecided]:
    """What the source has brought for the customer goes along, if it has no other key of it; else nobody can
    say by which key it came, and it stays."""
    others = select(records.c.id).where(
        records.c.kind == "customers",
        records.c.customer_id == record.customer_id,
        records.c.source_id == record.source_id,
    )
    is_its = tx.execute(others).first() is None
    undecided: dict[tuple[str, int], Undecided] = {}
    for moved in (each for each in MOVED if each.name in FOLLOWING):
        for owner in moved.owners:
            rows = tx.execute(with_source(moved).where(*owned(moved, owner, record.customer_id))).all()
            its = [row for row in rows if row.source == record.source_id]
            if is_its:
                keys = [row.key for row in its]
                change = update(moved.table).where(moved.table.c[moved.key].in_(keys))
                tx.execute(change.values({owner.column: made}))
                _follow_records(tx, moved, keys, made)
            elif moved.name != IdentityDocumentRow.__tablename__:
                for row in its:
                    told = Undecided(moved.name, row.told, BY_BOTH)
                    undecided.setdefault((moved.name, row.told), told)
    return list(undecided.values())


def _follow_records(tx: Transaction, moved: Moved, keys: Sequence[int], made: int) -> None:
    """Records of documents, which name the customer too."""
    if moved.name == IdentityDocumentRow.__tablename__:
        its = (records.c.kind == "documents", records.c.entity_id.in_(keys))
        tx.execute(update(records).where(*its).values(customer_id=made))
