"""What a source has said again since a batch, and changed nothing by it: the batch is not the only one to say
it."""

from collections.abc import Sequence

from sqlalchemy import select

from master.session import Transaction
from master.tables.base import table
from master.tables.codes import IncomingOutcome
from master.tables.sources import ImportRunRow, IncomingRecordRow
from master.writes.sourced.statements import rows_in
from master.writes.taking_back.deeds import TakingIn
from master.writes.taking_back.groups import Line

batches, incoming = table(ImportRunRow), table(IncomingRecordRow)


def said_again(tx: Transaction, taking_in: TakingIn, kind: str, lines: Sequence[Line]) -> set[int]:
    """The lines whose keys a later batch repeated that was not taken back. What that one changed, the records
    tell themselves."""
    last = {line.key: line.id for line in lines}
    later = (
        select(incoming.c.source_key, incoming.c.id)
        .join(batches, batches.c.id == incoming.c.batch_id)
        .where(
            incoming.c.outcome == IncomingOutcome.UNCHANGED,
            incoming.c.taken_back.is_(None),
            batches.c.id != taking_in.batch_id,
            batches.c.kind == kind,
            batches.c.source_id.is_not_distinct_from(taking_in.source_id),
        )
    )
    again = {
        row.source_key
        for row in rows_in(tx, later, incoming.c.source_key, last)
        if row.id > last[row.source_key]
    }
    return {line.id for line in lines if line.key in again}
