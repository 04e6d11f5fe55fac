"""Which values stand of customers when a batch has been undone: of all that is said of them now, the rules
choose."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from master.reads.sayings import Saying, said_of
from master.session import Transaction
from master.spelling import checked
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.tables.history import HISTORY
from master.tables.sources import HandValueRow, SourceRecordRow
from master.writes.sourced.golden import COLUMNS, LASTING, differing_columns, keep_former_names
from master.writes.sourced.said import parsed, plain
from master.writes.sourced.statements import rows_in, update_each
from master.writes.taking_back.deeds import State, TakingIn
from master.writes.taking_back.groups import Group

customers, records, by_hand = table(CustomerRow), table(SourceRecordRow), table(HandValueRow)
old_customers, old_records = HISTORY[customers.name], HISTORY[records.name]

Value = tuple[str, Any]  # a field, and what it holds as JSON


def let_stand(
    tx: Transaction, taking_in: TakingIn, groups: Iterable[Group], put_back: Mapping[int, State]
) -> None:
    """Of customers who are there; put_back: by customer, the columns that became what they were."""
    owners = {group.owner: group for group in groups}
    columns = [customers.c.id, *(customers.c[name] for name in COLUMNS.values())]
    rows = {row.id: row for row in rows_in(tx, select(*columns), customers.c.id, sorted(owners))}
    said = said_of(tx.connection, list(rows))
    unsaid = {id: values for id in said if (values := _unsaid(rows[id], said[id]))}
    ever = _ever_said(tx, taking_in.at, unsaid)
    then = _as_they_were(tx, taking_in.at, [owners[id] for id in unsaid])
    changes: dict[int, dict[str, Any]] = {}
    for id, its in said.items():
        unknown = _of_unknown_hands(owners[id])
        forgotten = {each for each in unsaid.get(id, ()) if each[0] not in unknown}
        if forgotten:
            back = {field for field, column in COLUMNS.items() if column in put_back.get(id, ())}
            by_hand_then = _values(then[id]) - ever[id]
            forgotten = {each for each in forgotten if each[0] in back or each not in by_hand_then}
        changes[id] = _emptied(its, forgotten & ever[id])
        changes[id] |= differing_columns(tx, rows[id], its, {field for field, _ in forgotten})
    update_each(tx, customers, changes)
    keep_former_names(tx, _former_names(changes, rows, said))


def _unsaid(row: Any, said: Sequence[Saying]) -> set[Value]:
    """The values that nobody says: those who said them do so no longer, or they were put there by hand."""
    claimed = {(each.field, each.claim.value) for each in said if each.until is None}
    return {(field, value) for field, value in _values(row._mapping) - claimed if value is not None}


def _values(columns: State) -> set[Value]:
    return {(field, plain(columns[column])) for field, column in COLUMNS.items()}


def _ever_said(tx: Transaction, at: datetime, ids: Collection[int]) -> Mapping[int, set[Value]]:
    """By customer, all that records who speak of it have said before and after this instant."""
    found: defaultdict[int, set[Value]] = defaultdict(set)
    whose = select(records.c.id, records.c.customer_id).where(checked(records.c.kind) == "customers")
    now = {row.id: row.customer_id for row in rows_in(tx, whose, records.c.customer_id, ids)}
    states = select(old_records.c.id, old_records.c.content).where(old_records.c.received_at != at)
    for row in rows_in(tx, states, old_records.c.id, now):
        content = parsed(row.content)
        found[now[row.id]] |= {(field, content[field]) for field in COLUMNS if field in content}
    return found


def _as_they_were(tx: Transaction, at: datetime, groups: Iterable[Group]) -> Mapping[int, State]:
    """The columns of customers before the batch came."""
    found = {group.owner: _columns(group) for group in groups}
    ids = [id for id, state in found.items() if state is None]
    names = ("id", *COLUMNS.values())
    later = select(*(old_customers.c[name] for name in names)).where(old_customers.c.changed_at > at)
    for row in rows_in(tx, later.order_by(old_customers.c.history_id), old_customers.c.id, ids):
        found[row.id] = found[row.id] or row._asdict()
    columns = select(*(customers.c[name] for name in names))
    left = [id for id, state in found.items() if state is None]
    return found | {row.id: row._asdict() for row in rows_in(tx, columns, customers.c.id, left)}


def _columns(group: Group) -> State | None:
    return None if group.entity is None else group.entity.before


def _of_unknown_hands(group: Group) -> set[str]:
    """The fields in which the batch found what nobody was known to have said."""
    return {deed.after["field"] for deed in group.parts[by_hand.name] if deed.is_made}


def _emptied(said: Sequence[Saying], values: Iterable[Value]) -> dict[str, Any]:
    """What a source has said, and nobody says any more, is not known."""
    claimed = {each.field for each in said if each.until is None}
    return {COLUMNS[field]: None for field, _ in values if field not in LASTING | claimed}


def _former_names(
    changes: Mapping[int, State], rows: Mapping[int, Any], said: Mapping[int, Sequence[Saying]]
) -> dict[int, str]:
    """Not those that were said by mistake alone."""
    renamed = {id: rows[id].name for id, values in changes.items() if "name" in values}
    return {
        id: name
        for id, name in renamed.items()
        if any((each.field, each.claim.value) == ("name", name) for each in said[id])
    }
