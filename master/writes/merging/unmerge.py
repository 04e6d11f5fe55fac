"""One merge is undone, at any time and in any order: each customer gets its own rows and values back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update

from master.audit import note_all
from master.errors import Conflict, NotFound
from master.session import Transaction
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.tables.merges import MergedCustomerRow, MergeRow
from master.writes import checks
from master.writes.customers import is_in_sight, locked_customer
from master.writes.derived import refresh
from master.writes.merging.choosing import choose_of_each, keep_unknown_words, names_of
from master.writes.merging.giving_back import GivenBack, give_back
from master.writes.merging.later import Undecided, place_later
from master.writes.merging.said_since import said_by_both
from master.writes.merging.sayers import keep_own_sayers
from master.writes.merging.saying_again import say_again_of_restored, say_again_of_survivor
from master.writes.merging.settling import left, settle
from master.writes.merging.standing_things import say_what_stood, standing_things
from master.writes.merging.trees import tree_of
from master.writes.merging.withdrawing import withdraw
from master.writes.reviews import tell_apart
from master.writes.sourced.doubtful_documents import mend_doubts

customers, merged, merges = table(CustomerRow), table(MergedCustomerRow), table(MergeRow)


@dataclass(frozen=True)
class Undone:
    """survivor: who was both until now. undecided: rows that came since, and stay with the survivor."""

    survivor: int
    restored: int
    undecided: Sequence[Undecided]


def unmerge_customer(tx: Transaction, merge: int, reason: str) -> Undone:
    """Raises NotFound, also where the survivor is out of sight, and Conflict for what was undone already."""
    told = checks.line(reason, ["reason"])
    row = _merged(tx, merge)
    survivor, restored = row.survivor_id, row.id
    locked_customer(tx, survivor, ["mergeId"])
    tree, things = tree_of(tx, merge, survivor), standing_things(tx, survivor)
    keep_unknown_words(tx, [survivor])
    names = names_of(tx, survivor)
    _restore(tx, restored)
    back = give_back(tx, tree, restored)
    said = said_by_both(tx, tree, restored)
    undecided = place_later(tx, tree, back, said)
    gone = left(tx, tree, back)
    withdraw(tx, tree, back)
    settle(tx, tree, gone)
    tx.execute(delete(merged).where(merged.c.id == restored))
    undone = {"undone_at": tx.at, "undone_by": tx.actor.name, "undone_reason": told}
    tx.execute(update(merges).where(merges.c.id == merge).values(undone))
    tell_apart(tx, (tree.way[0].survivor, restored), told)
    say_again_of_survivor(tx, said.own, gone)
    say_again_of_restored(tx, said.its)
    keep_own_sayers(tx, tree, said)
    say_what_stood(tx, [*said.own, *said.its], things)
    choose_of_each(tx, tree, restored, names)
    mend_doubts(tx, [survivor, restored])
    refresh(tx, [survivor, restored])
    _note(tx, merge, (survivor, restored), back, undecided)
    return Undone(survivor, restored, undecided)


def _merged(tx: Transaction, merge: int) -> Any:
    """The customer that went by this merge, held until the transaction ends."""
    row = tx.execute(select(merged).where(merged.c.merge_id == merge).with_for_update()).one_or_none()
    if row is not None and is_in_sight(tx, row.survivor_id):
        return row
    both = select(merges.c.survivor_id, merges.c.customer_id).where(merges.c.id == merge)
    undone = tx.execute(both.where(merges.c.undone_at.is_not(None))).one_or_none()
    if undone is not None and any(is_in_sight(tx, id) for id in undone):
        raise Conflict("This merge was undone already.", ["mergeId"])
    raise NotFound("There is no merge with this id.", ["mergeId"])


def _restore(tx: Transaction, customer: int) -> None:
    """Its row comes back, as it went: with the revision after the one that ended it."""
    names = customers.columns.keys()
    values = [merged.c.revision + 1 if name == "revision" else merged.c[name] for name in names]
    tx.execute(insert(customers).from_select(names, select(*values).where(merged.c.id == customer)))


def _note(
    tx: Transaction, merge: int, both: tuple[int, int], back: GivenBack, undecided: Sequence[Undecided]
) -> None:
    counts = {name: len(keys) for name, keys in back.rows.items() if keys}
    details = {"merge": merge, "moved": counts, "undecided": len(undecided)}
    note_all(tx, "customer.unmerge", "customer", [(id, id) for id in both], details=details)
