"""Documents and contact points of two who were one: each keeps what sources say of it, not of the other."""

from collections.abc import Sequence, Set
from typing import Any

from sqlalchemy import select, update

from master.session import Transaction
from master.tables.base import table
from master.tables.sources import SourceRecordRow
from master.writes.merging.said_since import SaidByBoth, Thing, things_said
from master.writes.sourced.items import DOCUMENTS, POINTS, Shape

records = table(SourceRecordRow)


def keep_own_sayers(tx: Transaction, survivor: int, said: SaidByBoth) -> None:
    """While they were one, a row that its source said no longer may have become one of the other's source."""
    own, its = things_said(tx, said.own), things_said(tx, said.its)
    for shape in (DOCUMENTS, POINTS):
        _keep(tx, shape, survivor, own, its)
        _keep(tx, shape, said.restored, its, own)


def _keep(tx: Transaction, shape: Shape, customer: int, own: Set[Thing], others: Set[Thing]) -> None:
    target, name = shape.target, shape.target.name
    as_rows = select(records.c.entity_id).where(records.c.kind == shape.purpose)
    rows: Sequence[Any] = tx.execute(
        select(*(target.c[column] for column in ("id", "source_id", shape.kind, shape.index))).where(
            target.c.customer_id == customer,
            target.c.ended_at.is_(None),
            target.c.source_id.is_not(None),
            target.c.id.not_in(as_rows.where(records.c.customer_id == customer)),
        )
    ).all()
    for id, source, kind, index in rows:
        thing = (kind, bytes(index))
        if (name, source, *thing) in own or (name, source, *thing) not in others:
            continue
        sayers = sorted(each[1] for each in own if (each[0], *each[2:]) == (name, *thing))
        values = {"source_id": sayers[0]} if sayers else {"ended_at": tx.at}
        tx.execute(update(target).where(target.c.id == id).values(values))
