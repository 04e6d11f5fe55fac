"""New rows of a source are matched: each means a customer who is there, may mean one, or is a new one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from master import spelling
from master.reads.blocking_keys import Key, key_digest
from master.reads.candidates import Candidates, Keyed, Looking, candidates
from master.session import Transaction
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.writes.derived import refresh
from master.writes.proposing import Alike, propose_alike
from master.writes.reviews import held_apart
from master.writes.sourced.adding import add_customers
from master.writes.sourced.incoming import Incoming
from master.writes.sourced.linking import link
from master.writes.sourced.records import Ledger
from master.writes.sourced.rows import Batch, Outcome
from master.writes.sourced.statements import rows_in
from matching.placing import Beside, Likely, agree, likely
from matching.rules import VERDICTS, Rules
from matching.seeing import EVERYTHING, Seeing

customers = table(CustomerRow)

SAME = VERDICTS[-1]
MATCHED = b"matched on intake"  # what batches say to take turns


@dataclass(frozen=True)
class Matching:
    """By what rules, and as far as who brings the rows may know of customers; among those in sight. home: the
    branch of those who are new and whose row does not say one."""

    rules: Rules
    seeing: Seeing = EVERYTHING
    home: int | None = None


@dataclass
class _Turn:
    """What became of some rows: those that mean customers, those that are new with whom they may be, and
    those that wait for what the others change."""

    linked: list[tuple[Incoming, int]] = field(default_factory=list)
    new: list[tuple[Incoming, Sequence[Likely]]] = field(default_factory=list)
    waiting: list[Incoming] = field(default_factory=list)


def take_turn(tx: Transaction, new: Sequence[Incoming]) -> None:
    """Who brings the same person at this moment waits, and then finds who was made of it.

    One alone waits for batches, and for those who have a key in common with it.
    """
    if len(new) == 1:
        spelling.share_turn(tx.connection, MATCHED)
        spelling.take_turns(tx.connection, [b"match " + digest for _, digest in new[0].keys])
    elif new:
        spelling.take_turns(tx.connection, [MATCHED])


def place_new(ledger: Ledger, new: Sequence[Incoming], matching: Matching, batch: Batch) -> None:
    """As if each row had come by itself, in order: rows that have something in common take turns."""
    tx = ledger.tx
    looking = Looking(matching.rules, key_digest(tx.master.keys), tx.actor.sight, matching.seeing)
    alike: list[Alike] = []
    while new:
        turn = _next_turn(tx, new, looking)
        link(ledger, turn.linked, batch)
        rows = [_at_home(each, matching) for each, _ in turn.new]
        made = add_customers(ledger, rows, batch)
        for each, maybe in turn.new:
            alike += [Alike(made[each.row.key], other) for other in maybe]
            if maybe:
                done = batch.applied[each.row.key]
                batch.applied[each.row.key] = replace(done, outcome=Outcome.REVIEW)
        new = turn.waiting
        if new:
            refresh(tx, {customer for _, customer in turn.linked})
    propose_alike(tx, alike, matching.rules)


def _at_home(each: Incoming, matching: Matching) -> Incoming:
    row = each.row
    if matching.home is None or "branch" in row.values:
        return each
    return replace(each, row=replace(row, values={**row.values, "branch": matching.home}))


def _next_turn(tx: Transaction, new: Sequence[Incoming], looking: Looking) -> _Turn:
    """The first row always has its turn, if nobody changes its customer at this moment."""
    found = list(candidates(tx.connection, [Keyed(each.record, each.keys) for each in new], looking))
    beside = [Beside(each.record, each.others) for each in found]
    judged = likely(beside, looking.rules, looking.seeing.hidden)
    chosen = list(_chosen(tx, found, judged))
    held = _held(tx, found, chosen)
    turn = _Turn()
    keys: set[Key] = set()
    busy: set[object] = set()
    for each, its, (customer, maybe) in zip(new, found, chosen, strict=True):
        ids = {other.id for other in its.others}
        if not (keys.isdisjoint(its.followed) and busy.isdisjoint(ids)):
            turn.waiting.append(each)
            busy |= ids
        elif customer is None:
            turn.new.append((each, maybe))
        elif customer in held:
            turn.linked.append((each, customer))
            busy.add(customer)
        else:
            turn.waiting.append(each)
        keys |= its.followed
    return turn


def _chosen(
    tx: Transaction, found: Sequence[Candidates], judged: Sequence[Sequence[Likely]]
) -> Iterator[tuple[int | None, Sequence[Likely]]]:
    """The customer that each row means; or None, and those that it may mean. Where rules take it for several
    who can not be one, a steward decides."""
    several = {each.customer for its in judged for each in its if sum(e.verdict == SAME for e in its) > 1}
    told = held_apart(tx, sorted(several)) if several else None
    apart = {*told.told, *told.taken} if told is not None else set()
    for its, likely_ones in zip(found, judged, strict=True):
        same = [each for each in likely_ones if each.verdict == SAME]
        others = {other.id: other for other in its.others}
        if not same:
            yield None, likely_ones
        elif agree(its.record, [others[each.customer] for each in same], apart):
            yield same[0].customer, ()
        else:
            yield None, likely_ones if len(same) > 1 else likely_ones[1:]


def _held(
    tx: Transaction, found: Sequence[Candidates], chosen: Sequence[tuple[int | None, Sequence[Likely]]]
) -> set[int]:
    """Those of the chosen customers that are what was read of them, and will be until the transaction
    ends."""
    revisions = {
        other.id: revision for its in found for other, revision in zip(its.others, its.revisions, strict=True)
    }
    wanted = sorted({customer for customer, _ in chosen if customer is not None})
    statement = select(customers.c.id, customers.c.revision).order_by(customers.c.id).with_for_update()
    held = rows_in(tx, statement, customers.c.id, wanted) if wanted else iter(())
    return {row.id for row in held if row.revision == revisions[row.id]}
