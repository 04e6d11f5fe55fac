"""Doubts of the documents that a customer has, seen again when birth date or gender change."""

from collections.abc import Iterable

from sqlalchemy import select

from master.session import Transaction
from master.tables.base import table
from master.tables.customers import CustomerRow, IdentityDocumentRow
from master.writes.checks import disagreement
from master.writes.sourced.statements import rows_in, update_each
from matching.numbers import read_document

customers, documents = table(CustomerRow), table(IdentityDocumentRow)


def mend_doubts(tx: Transaction, customer_ids: Iterable[int]) -> None:
    """Say of every open document whether it fits what is now known of its holder."""
    statement = (
        select(
            documents.c.id,
            documents.c.type,
            documents.c.number,
            documents.c.doubt,
            customers.c.birth_date,
            customers.c.gender,
        )
        .join(customers, customers.c.id == documents.c.customer_id)
        .where(documents.c.ended_at.is_(None))
    )
    stale = {}
    for row in rows_in(tx, statement, documents.c.customer_id, customer_ids):
        reading = read_document(row.type, row.number)
        doubt = reading.doubt or disagreement(reading, row.birth_date, row.gender)
        if doubt != row.doubt:
            stale[row.id] = {"doubt": doubt}
    update_each(tx, documents, stale)
