"""What is never merged: somebody else, out of sight, or one who was merged already."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from sqlalchemy import select

from master.access import customers_in_sight
from master.errors import Conflict, Invalid, NotFound
from master.reads.merges import survivor_of
from master.session import Transaction
from master.sight import bound, reach_of
from master.tables.base import table
from master.tables.customers import CustomerRow, IdentityDocumentRow
from matching.normalized import CHECKED
from matching.numbers import read_document

customers, documents = table(CustomerRow), table(IdentityDocumentRow)

Path = Sequence[str]


def locked_customers(tx: Transaction, paths: Mapping[int, Path]) -> dict[int, Any]:
    """The rows of these customers (ids, with the input fields that name them), held until the end.

    Raises NotFound for one out of sight, and Conflict for one that is another customer by now. All who merge
    lock in the order of ids, so that none waits for one who waits for it.
    """
    seen = customers_in_sight(customers.c.id, reach_of(tx.actor.sight))
    wanted = select(customers).where(customers.c.id.in_(paths), seen).order_by(customers.c.id)
    rows = tx.execute(wanted.with_for_update(of=customers).params(bound(tx.actor.sight)))
    found = {row.id: row for row in rows}
    for id, path in paths.items():
        if id in found:
            continue
        if (survivor := survivor_of(tx.connection, id, tx.actor.sight)) is not None:
            raise Conflict(
                f"This customer was merged: it is {survivor.number} now. Read that one, and merge again if it"
                " has to be.",
                path,
            )
        raise NotFound("There is no customer with this id.", path)
    return found


def refuse_others(tx: Transaction, rows: Mapping[int, Any], paths: Mapping[int, Path]) -> None:
    """Raises Invalid where two of them can not be one: a person and an organisation, or two whose documents
    prove themselves and differ."""
    (first, *others) = paths
    for id in others:
        if rows[id].kind != rows[first].kind:
            raise Invalid("A person and an organisation are never one customer.", paths[id])
    proven = _proven(tx, list(paths))
    for one, other in combinations(paths, 2):
        for type in proven[one].keys() & proven[other].keys():
            if not proven[one][type] & proven[other][type]:
                raise Invalid(
                    f"{rows[one].number} and {rows[other].number} have valid {type} numbers that differ, and"
                    " nobody has two. If one is wrong, remove it first, by updateCustomer(removeDocuments:).",
                    paths[other],
                )


def _proven(tx: Transaction, ids: Sequence[int]) -> defaultdict[int, defaultdict[str, set[str]]]:
    """By customer and type the numbers that prove themselves by a check digit."""
    found: defaultdict[int, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    wanted = select(documents.c.customer_id, documents.c.type, documents.c.number).where(
        documents.c.customer_id.in_(ids),
        documents.c.type.in_(sorted(CHECKED)),
        documents.c.ended_at.is_(None),
    )
    for row in tx.execute(wanted):
        reading = read_document(row.type, row.number)
        if reading.doubt is None:
            found[row.customer_id][row.type].add(reading.normal)
    return found
