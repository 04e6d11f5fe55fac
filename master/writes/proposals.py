"""Pairs of customers that are proposed to stewards: each once for ever, and withdrawn in its time."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, select, update

from master.access import customers_in_sight
from master.session import Transaction
from master.sight import bound, reach_of
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.writes.sourced.statements import insert_many, rows_in, update_each

customers = table(CustomerRow)

AT_ONCE = 1_000  # pairs named in one statement

OPEN, WITHDRAWN = "OPEN", "WITHDRAWN"  # of ReviewStatus and of SuggestionStatus

Pair = tuple[int, int]


def pair_in_sight(tx: Transaction, told: Select[Any]) -> Row[Any] | None:
    """The proposal that is told, where both are in sight: one_now, other_now."""
    reach, found = reach_of(tx.actor.sight), told.subquery()
    both = (customers_in_sight(found.c.one_now, reach), customers_in_sight(found.c.other_now, reach))
    return tx.execute(select(found).where(*both).params(bound(tx.actor.sight))).one_or_none()


def propose_pairs(
    tx: Transaction,
    target: Table,
    proposals: Mapping[Pair, Mapping[str, Any]],
    open_again: Mapping[str, Any],
    judged: Sequence[str],
) -> Counter[str]:
    """How many are new, opened again for somebody has changed, and known.

    proposals: the columns of each; judged: those of which another value has an open one judged anew: it has
    waited as long as before.
    open_again: the columns of one that nobody has decided. What a steward said of a pair holds until its
    `identity` is another one. Left out are pairs of which one is no customer any more.
    """
    there = _held(tx, {id for pair in proposals for id in pair})
    wanted = {pair: columns for pair, columns in proposals.items() if there.issuperset(pair)}
    known = _known(tx, target, wanted)
    new, done = [], Counter[str]()
    changes: dict[int, Mapping[str, Any]] = {}
    for pair, columns in wanted.items():
        row = known.get(pair)
        if row is None:
            done["new"] += 1
            new.append({"one_id": pair[0], "other_id": pair[1], **columns})
        elif bytes(row.identity) != columns["identity"] or row.status == WITHDRAWN:
            done["opened again"] += 1
            changes[row.id] = {**columns, **open_again}
        else:
            done["known"] += 1
            if row.status == OPEN and any(getattr(row, name) != columns[name] for name in judged):
                changes[row.id] = {name: columns[name] for name in columns if name != "proposed_at"}
    insert_many(tx, target, new)
    update_each(tx, target, changes)
    return done


def open_ones(connection: Connection, target: Table) -> dict[int, bytes]:
    """Those that nobody has decided: their identities, by their ids."""
    waiting = select(target.c.id, target.c.identity).where(target.c.status == OPEN)
    return {row.id: bytes(row.identity) for row in connection.execute(waiting)}


def withdraw_others(
    tx: Transaction, target: Table, proposed: Iterable[Pair], before: Mapping[int, bytes]
) -> int:
    """Take back what is open as it was before and not among these; how many. before: what was open when
    customers were read, as open_ones tells: what somebody proposes meanwhile is of newer ones."""
    kept = set(proposed)
    columns = (target.c.id, target.c.one_id, target.c.other_id, target.c.identity)
    waiting = tx.execute(select(*columns).where(target.c.status == OPEN))
    left = [row.id for row in waiting if (row.one_id, row.other_id) not in kept and _is_as(row, before)]
    withdrawn = 0
    for start in range(0, len(left), AT_ONCE):
        # Still open: a steward may have decided one since it was read.
        its = (target.c.id.in_(left[start : start + AT_ONCE]), target.c.status == OPEN)
        withdrawn += tx.execute(update(target).where(*its).values(status=WITHDRAWN)).rowcount
    return withdrawn


def _is_as(row: Any, before: Mapping[int, bytes]) -> bool:
    return before.get(row.id) == bytes(row.identity)


def _held(tx: Transaction, ids: Collection[int]) -> set[int]:
    """Those of these that are customers, and are until the transaction ends."""
    wanted = select(customers.c.id).order_by(customers.c.id).with_for_update(read=True, key_share=True)
    return {row.id for row in rows_in(tx, wanted, customers.c.id, sorted(ids))}


def _known(tx: Transaction, target: Table, pairs: Iterable[Pair]) -> Mapping[Pair, Any]:
    rows = rows_in(tx, select(target).with_for_update(), target.c.one_id, [one for one, _ in pairs])
    return {(row.one_id, row.other_id): row for row in rows}
