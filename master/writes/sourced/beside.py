"""What is said of a customer by other records than the one that changes."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import select

from master.session import Transaction
from master.spelling import checked
from master.tables.base import table
from master.tables.sources import SourceRecordRow
from master.writes.sourced.rows import Said
from master.writes.sourced.said import parsed
from master.writes.sourced.statements import rows_in

records = table(SourceRecordRow)


def said_beside(tx: Transaction, changing: Mapping[int, int]) -> Mapping[int, list[tuple[int, Said]]]:
    """By customer, what each other record says, with its source; changing: by customer the record that is
    left out. Nearly always there is no other: so what is sealed is opened only where there is one."""
    whose = select(records.c.id, records.c.customer_id, records.c.source_id).where(
        checked(records.c.kind) == "customers"
    )
    others = {
        row.id: row
        for row in rows_in(tx, whose, records.c.customer_id, changing)
        if row.id != changing[row.customer_id]
    }
    found: defaultdict[int, list[tuple[int, Said]]] = defaultdict(list)
    for row in rows_in(tx, select(records.c.id, records.c.content), records.c.id, sorted(others)):
        its = others[row.id]
        found[its.customer_id].append((its.source_id, parsed(row.content)))
    return found
