"""What a customer says of itself: what the survivor leaves open is taken from those merged into it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, Table, select, update

from master.session import Transaction
from master.tables.base import table
from master.tables.customers import CustomerRow, IdentityDocumentRow
from master.tables.merges import MergedCustomerRow, MergeRow
from master.writes import checks
from master.writes.merging.ledger import Value, note_values
from matching.numbers import read_document

customers, documents = table(CustomerRow), table(IdentityDocumentRow)
merged, merges = table(MergedCustomerRow), table(MergeRow)

# By their names in the API.
FILLED = {"gender": "gender", "birthDate": "birth_date", "branch": "branch_id", "status": "status_by_hand"}
ALL = tuple(FILLED.values())
COMPARED = {"name": "name", **FILLED}


def fill_gaps(tx: Transaction, survivor: int, columns: Collection[str] = ALL) -> list[str]:
    """The API names of values that were open and are known now. The latest merge is asked first: what it
    brought may be made of the earlier ones."""
    if not columns:
        return []
    its = select(merged.c.merge_id, *(merged.c[name] for name in columns))
    givers = its.where(merged.c.survivor_id == survivor)
    filled = _fill(tx, customers, survivor, columns, givers)
    return [name for name, column in FILLED.items() if column in filled]


def fill_gaps_of_merged(tx: Transaction, customer: int, columns: Collection[str], leaving: int) -> None:
    """The same of somebody who is another one by now, from those merged into it but one who is leaving: when
    it is itself again, it says what they say."""
    its = select(merged.c.merge_id, *(merged.c[name] for name in columns))
    went = (merges.c.survivor_id == customer, merged.c.id != leaving)
    _fill(tx, merged, customer, columns, its.join(merges, merges.c.id == merged.c.merge_id).where(*went))


def _fill(
    tx: Transaction, target: Table, customer: int, columns: Collection[str], givers: Select[Any]
) -> dict[str, Any]:
    row = tx.execute(select(*(target.c[name] for name in columns)).where(target.c.id == customer)).one()
    filled: dict[str, Any] = {}
    for giver in tx.execute(givers.order_by(merged.c.merge_id.desc())).all():
        given = {
            name: getattr(giver, name)
            for name in columns
            if getattr(row, name) is None and name not in filled and getattr(giver, name) is not None
        }
        filled |= given
        values = [Value(customers.name, customer, name, None, value) for name, value in given.items()]
        note_values(tx, giver.merge_id, values)
    if filled:
        tx.execute(update(target).where(target.c.id == customer).values(filled))
    return filled


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
