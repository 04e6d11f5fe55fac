"""What a source says of a customer by another of its keys than the one that changes."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import select

from master.session import Transaction
from master.tables.base import table
from master.tables.sources import SourceRecordRow
from master.writes.sourced.rows import Said
from master.writes.sourced.said import parsed
from master.writes.sourced.statements import rows_in

records = table(SourceRecordRow)


def said_beside(tx: Transaction, source_id: int, changing: Mapping[int, int]) -> Mapping[int, list[Said]]:
    """By customer; changing: by customer the record that is left out. Nearly always there is no other: so
    what is sealed is opened only where there is one."""
    whose = select(records.c.id, records.c.customer_id).where(
        records.c.source_id == source_id, records.c.kind == "customers"
    )
    others = {
        row.id: row.customer_id
        for row in rows_in(tx, whose, records.c.customer_id, changing)
        if row.id != changing[row.customer_id]
    }
    found: defaultdict[int, list[Said]] = defaultdict(list)
    for row in rows_in(tx, select(records.c.id, records.c.content), records.c.id, others):
        found[others[row.id]].append(parsed(row.content))
    return found
