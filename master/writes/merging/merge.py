"""Several customers become one: everything that hangs on the duplicates goes to the survivor, in one
transaction, and is noted."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, func, insert, literal, select, update

from master.audit import note_all
from master.errors import Invalid
from master.session import Transaction
from master.tables.base import table
from master.tables.children import MOVED, derived_tables
from master.tables.customers import CustomerRow
from master.tables.history import HISTORY
from master.tables.merges import MergedCustomerRow, MergeRow
from master.tables.sources import SourceRecordRow
from master.writes import checks
from master.writes.customers import refuse_lost_update
from master.writes.derived import refresh
from master.writes.merging.choosing import choose_of_both, differing, keep_unknown_words
from master.writes.merging.guards import locked_customers, refuse_others
from master.writes.merging.moving import move
from master.writes.sourced.doubtful_documents import mend_doubts

customers, merged, merges = table(CustomerRow), table(MergedCustomerRow), table(MergeRow)

# Of old states, so that what a source has said since can be told from what it said before.
SAID = HISTORY[SourceRecordRow.__tablename__].c.history_id

MOST_AT_ONCE = 20


@dataclass(frozen=True)
class Merging:
    """survivor, duplicates: ids; version: what the caller read of the survivor, None: whatever it is."""

    survivor: int
    duplicates: tuple[int, ...]
    reason: str
    version: int | None = None


@dataclass
class Outcome:
    """What came of it. moved, folded: rows by table; filled: what the survivor has got, by API names: it left
    it open, or the rules put the other one's value first.

    differing: (API name, duplicate) of values on both sides, of which the survivor's stays.
    """

    survivor: int
    merges: list[int] = field(default_factory=list)
    moved: Counter[str] = field(default_factory=Counter)
    folded: Counter[str] = field(default_factory=Counter)
    filled: list[str] = field(default_factory=list)
    differing: list[tuple[str, int]] = field(default_factory=list)


def merge_customers(tx: Transaction, wanted: Merging) -> Outcome:
    """Raises NotFound, Conflict for a lost update or one merged already, Invalid for who can not be one."""
    paths: dict[int, tuple[str, ...]] = {wanted.survivor: ("survivor",)}
    for place, id in enumerate(wanted.duplicates):
        if id in paths:
            raise Invalid(
                "Name each customer once: nobody is merged with itself.", ["duplicates", str(place)]
            )
        paths[id] = ("duplicates", str(place))
    if not 1 <= len(wanted.duplicates) <= MOST_AT_ONCE:
        raise Invalid(f"Name 1 to {MOST_AT_ONCE} duplicates.", ["duplicates"])
    reason = checks.line(wanted.reason, ["reason"])
    rows = locked_customers(tx, paths)
    if wanted.version is not None:
        refuse_lost_update(wanted.version, rows[wanted.survivor], "survivorVersion")
    refuse_others(tx, rows, paths)
    done = Outcome(wanted.survivor)
    for id in wanted.duplicates:
        done.differing += [(name, id) for name in differing(rows[wanted.survivor], rows[id])]
        _merge(tx, id, reason, done)
    mend_doubts(tx, [wanted.survivor])
    refresh(tx, [wanted.survivor])
    counts = {"merges": done.merges, "moved": dict(done.moved), "folded": dict(done.folded)}
    note_all(tx, "customer.merge", "customer", [(id, id) for id in paths], details=counts)
    return done


def _merge(tx: Transaction, gone: int, reason: str, done: Outcome) -> None:
    """One duplicate goes into the survivor."""
    survivor = done.survivor
    keep_unknown_words(tx, [survivor, gone])
    merge = _begin(tx, gone, survivor, reason)
    done.merges.append(merge)
    # Its last revision is the one with which it leaves: what moves away before is not counted one by one.
    counted = {"revised_in": tx.id, "versioned_in": tx.id}
    tx.execute(update(customers).where(customers.c.id == gone).values(counted))
    for moved in MOVED:
        count = move(tx, merge, moved, gone, survivor)
        done.moved[moved.name] += count.moved
        done.folded[moved.name] += count.folded
    for derived in derived_tables():
        tx.execute(delete(derived).where(derived.c.customer_id == gone))
    _let_go(tx, gone, survivor, merge)
    taken = choose_of_both(tx, merge, survivor)
    done.filled += [name for name in taken if name not in done.filled]
    done.differing = [(name, id) for name, id in done.differing if id != gone or name not in taken]


def _begin(tx: Transaction, gone: int, survivor: int, reason: str) -> int:
    """The id of the merge."""
    last = {
        column.table.name: tx.connection.scalar(select(func.max(column))) or 0
        for column in (*(moved.table.c[moved.key] for moved in MOVED), SAID)
    }
    row = {
        "survivor_id": survivor,
        "customer_id": gone,
        "at": tx.at,
        "actor": tx.actor.name,
        "reason": reason,
        "last_ids": json.dumps(last),
    }
    key = tx.execute(insert(merges).values(row)).inserted_primary_key
    if key is None:
        raise RuntimeError("a row was inserted without a key")
    id: int = key[0]
    return id


def _let_go(tx: Transaction, gone: int, survivor: int, merge: int) -> None:
    """Its row leaves `customers`. The database refuses that while anything hangs on it."""
    extra: dict[str, Any] = {"survivor_id": survivor, "merge_id": merge}
    row = select(customers, *(literal(value, merged.c[name].type) for name, value in extra.items()))
    names = [*customers.columns.keys(), *extra]
    tx.execute(insert(merged).from_select(names, row.where(customers.c.id == gone)))
    tx.execute(delete(customers).where(customers.c.id == gone))
