"""Documents, contact points and tags of two who were one: each keeps what its own sources say of it."""

from collections.abc import Iterator, Set
from typing import Any

from sqlalchemy import select, update

from master.session import Transaction
from master.tables.base import table
from master.tables.children import MOVED, Moved
from master.tables.customers import IdentityDocumentRow
from master.tables.sources import SourceRecordRow
from master.writes.merging.later import SAID_BY_RECORDS, thing_of, with_source
from master.writes.merging.said_since import SaidByBoth, Thing, said_meanwhile, things_said
from master.writes.merging.trees import Tree

records = table(SourceRecordRow)


def keep_own_sayers(tx: Transaction, tree: Tree, said: SaidByBoth) -> None:
    """End the rows that no record says of their customer, or give them to another source that says the same
    of it: while they were one, such a row was kept for somebody else, or was ended beside his. A row of which
    no record has spoken since the merge did not come by records, and is let be."""
    own = {tree.survivor: things_said(tx, said.own), said.restored: things_said(tx, said.its)}
    doubtful = [
        (moved, row, customer)
        for customer in own
        for moved in MOVED
        if moved.name in SAID_BY_RECORDS
        for row in _rows(tx, moved, customer)
        if thing_of(moved, row) not in own[customer]
    ]
    meanwhile = said_meanwhile(tx, tree, said) if doubtful else set()
    for moved, row, customer in doubtful:
        thing = thing_of(moved, row)
        if thing in meanwhile:
            sayer = _other_sayer(moved, thing, own[customer])
            values = {"ended_at": tx.at} if sayer is None else {"source_id": sayer}
            tx.execute(update(moved.table).where(moved.table.c[moved.key] == row.key).values(values))


def _rows(tx: Transaction, moved: Moved, customer: int) -> Iterator[Any]:
    """Those that are open and come from sources, without documents that these say by rows of their own."""
    target = moved.table
    its = [target.c.customer_id == customer, target.c.ended_at.is_(None), target.c.source_id.is_not(None)]
    if moved.row is IdentityDocumentRow:
        as_rows = select(records.c.entity_id).where(records.c.kind == "documents")
        its.append(target.c.id.not_in(as_rows.where(records.c.customer_id == customer)))
    yield from tx.execute(with_source(moved).where(*its).order_by(target.c[moved.key])).all()


def _other_sayer(moved: Moved, thing: Thing, own: Set[Thing]) -> int | None:
    """The source that says it of the customer too; where each has a row of its own, none."""
    if "source_id" in moved.alike:
        return None
    return min((each[1] for each in own if (each[0], *each[2:]) == (thing[0], *thing[2:])), default=None)
