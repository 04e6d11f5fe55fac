"""A source's new keys that mean customers who are there: what their rows say joins what was said of them."""

from collections.abc import Sequence

from master import spelling
from master.writes.sourced.changing import change_customers
from master.writes.sourced.directory import fed_branch
from master.writes.sourced.doubts import doubts_of
from master.writes.sourced.newcomers import Newcomer
from master.writes.sourced.records import Change, Ledger
from master.writes.sourced.rows import Applied, Batch, Outcome
from master.writes.sourced.said import plain


def link(ledger: Ledger, linked: Sequence[tuple[Newcomer, int]], batch: Batch) -> None:
    """Rows with the customers (ids, which differ) that they mean."""
    if not linked:
        return
    tx = ledger.tx
    ids = spelling.next_ids(tx.connection, "source_records", len(linked))
    changes = [_first(each, id, customer) for id, (each, customer) in zip(ids, linked, strict=True)]
    changed = change_customers(tx, ledger.source_id, changes)
    ledger.keep_new([(each.row, customer, customer) for each, customer in linked], ids)
    for change in changes:
        now = changed.known[change.entity_id]
        doubts = doubts_of(change.row.values, now["birth_date"], now["gender"])
        fields = tuple(sorted(change.fields))
        batch.applied[change.row.key] = Applied(Outcome.LINKED, change.entity_id, doubts, fields)
    # Most rows say nothing new of who is there; but the branch that a source feeds is news by itself.
    feeds = fed_branch(tx, ledger.source_id) is not None
    batch.touched |= changed.known.keys() if feeds else changed.touched


def _first(each: Newcomer, record: int, customer: int) -> Change:
    now = plain(each.row.values)
    fields = frozenset(field for field, value in now.items() if value not in (None, []))
    return Change(each.row, record, customer, {}, now, fields, None)
