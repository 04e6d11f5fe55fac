"""What a customer says of itself: what the survivor leaves open is taken from those merged into it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select, update

from master.session import Transaction
from master.tables.base import table
from master.tables.customers import CustomerRow, IdentityDocumentRow
from master.tables.merges import MergedCustomerRow
from master.writes import checks
from master.writes.merging.ledger import Value, note_values
from matching.numbers import read_document

customers, merged, documents = table(CustomerRow), table(MergedCustomerRow), table(IdentityDocumentRow)

# By their names in the API.
FILLED = {"gender": "gender", "birthDate": "birth_date", "branch": "branch_id", "status": "status_by_hand"}
ALL = tuple(FILLED.values())
COMPARED = {"name": "name", **FILLED}


def fill_gaps(tx: Transaction, survivor: int, columns: Collection[str] = ALL) -> list[str]:
    """The API names of values that were open and are known now. The latest merge is asked first: what it
    brought may be made of the earlier ones."""
    if not columns:
        return []
    row = tx.execute(select(*(customers.c[name] for name in columns)).where(customers.c.id == survivor)).one()
    givers = tx.execute(
        select(merged.c.merge_id, *(merged.c[name] for name in columns))
        .where(merged.c.survivor_id == survivor)
        .order_by(merged.c.merge_id.desc())
    ).all()
    filled: dict[str, Any] = {}
    for giver in givers:
        given = {
            name: getattr(giver, name)
            for name in columns
            if getattr(row, name) is None and name not in filled and getattr(giver, name) is not None
        }
        filled |= given
        values = [Value(customers.name, survivor, name, None, value) for name, value in given.items()]
        note_values(tx, giver.merge_id, values)
    if filled:
        tx.execute(update(customers).where(customers.c.id == survivor).values(filled))
    return [name for name, column in FILLED.items() if column in filled]


def doubt_documents(tx: Transaction, merge: int, survivor: int) -> None:
    """Mark the documents that do not fit what is said of the survivor: at most one of both is right."""
    person = tx.execute(
        select(customers.c.birth_date, customers.c.gender).where(customers.c.id == survivor)
    ).one()
    trusted = select(documents.c.id, documents.c.type, documents.c.number).where(
        documents.c.customer_id == survivor, documents.c.ended_at.is_(None), documents.c.doubt.is_(None)
    )
    doubted = []
    for row in tx.execute(trusted.order_by(documents.c.id)).all():
        if said := checks.disagreement(read_document(row.type, row.number), person.birth_date, person.gender):
            doubted.append(Value(documents.name, row.id, "doubt", None, said))
            tx.execute(update(documents).where(documents.c.id == row.id).values(doubt=said))
    note_values(tx, merge, doubted)


def differing(one: Any, other: Any) -> list[str]:
    """Of which values both say something, and not the same: API names."""
    pairs = {name: (getattr(one, column), getattr(other, column)) for name, column in COMPARED.items()}
    return [name for name, (mine, its) in pairs.items() if None not in (mine, its) and mine != its]
