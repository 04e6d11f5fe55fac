"""New rows of a source are matched: each means a customer who is there, may mean one, or is a new one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from master import spelling
from master.reads.blocking_keys import key_digest
from master.reads.candidates import Candidates, Keyed, Looking, candidates
from master.sealing import seal_for
from master.session import Transaction
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.writes.customers import MATCHED
from master.writes.derived import refresh
from master.writes.proposing import Alike, propose_alike
from master.writes.reviews import held_apart
from master.writes.sourced.adding import add_customers
from master.writes.sourced.linking import link
from master.writes.sourced.newcomers import Newcomer
from master.writes.sourced.records import Ledger
from master.writes.sourced.rows import Batch, Outcome
from master.writes.sourced.statements import rows_in
from matching.placing import Beside, Likely, agree, likely, likely_pairs
from matching.rules import VERDICTS, Rules
from matching.seeing import EVERYTHING, Seeing

customers = table(CustomerRow)

SAME = VERDICTS[-1]
MOST_ASKED = 5  # pairs of one row that stewards are asked of; kehu match run finds the others


@dataclass(frozen=True)
class Matching:
    """By what rules, and as far as who brings the rows may know of customers; among those in sight. home: the
    branch of those who are new and whose row does not say one. is_trial: nothing of it stays, so nobody has
    to wait for it."""

    rules: Rules
    seeing: Seeing = EVERYTHING
    home: int | None = None
    is_trial: bool = False


def take_turn(tx: Transaction, new: Sequence[Newcomer]) -> None:
    """Who brings the same person at this moment waits, and then finds who was made of it.

    One alone waits for batches, and for those who have a key in common with it.
    """
    if len(new) == 1:
        spelling.share_turn(tx.connection, MATCHED)
        spelling.take_turns(tx.connection, [b"match " + digest for _, digest in new[0].keys])
    elif new:
        spelling.take_turns(tx.connection, [MATCHED])


def place_new(ledger: Ledger, new: Sequence[Newcomer], matching: Matching, batch: Batch) -> None:
    """As if each row had come by itself, in order: of rows that mean one customer the later ones wait."""
    tx = ledger.tx
    looking = Looking(
        matching.rules,
        key_digest(tx.master.keys),
        tx.actor.sight,
        matching.seeing,
        seal_for(tx.master.keys, "documents").digest,
    )
    placing = _Placing(ledger, looking, new)
    while placing.waiting:
        linked, added = placing.next_turn()
        link(ledger, linked, batch)
        made = add_customers(ledger, [_at_home(each, matching) for each, _ in added], batch)
        if placing.waiting:
            refresh(tx, batch.touched)
            batch.touched.clear()
        placing.became |= made | {each.row.key: customer for each, customer in linked}
        placing.alike += [Alike(made[each.row.key], other) for each, maybe in added for other in maybe]
    alike = placing.all_alike()
    asked = {each.customer for each in alike}
    for key, applied in batch.applied.items():
        if applied.outcome is Outcome.ADDED and applied.entity_id in asked:
            batch.applied[key] = replace(applied, outcome=Outcome.REVIEW)
    propose_alike(tx, alike, matching.rules)


def _at_home(each: Newcomer, matching: Matching) -> Newcomer:
    row = each.row
    if matching.home is None or "branch" in row.values:
        return each
    return replace(each, row=replace(row, values={**row.values, "branch": matching.home}))


class _Placing:
    """What has become of new rows so far, by their keys; and those that wait, in order."""

    def __init__(self, ledger: Ledger, looking: Looking, new: Sequence[Newcomer]) -> None:
        self.tx, self.looking = ledger.tx, looking
        self.waiting = list(new)
        self.became: dict[str, int] = {}
        self.alike: list[Alike] = []
        self._found = self._candidates(self.waiting)
        keys = [looking.keys(each.keys) for each in new]
        records = [self._found[each.row.key].record for each in new]
        pairs = likely_pairs(records, keys, looking.rules) if len(new) > 1 else []
        named = [(new[later].row.key, new[earlier].row.key, likeness) for later, earlier, likeness in pairs]
        self._same: defaultdict[str, set[str]] = defaultdict(set)
        last: dict[str, str] = {}
        for later, earlier, likeness in named:
            if likeness.verdict == SAME:
                # One at a time means a customer: each waits for the one before it, and is looked for once.
                self._same[later] |= {earlier, last.get(earlier, earlier)}
                last[earlier] = later
        self._together = [each for each in named if each[2].verdict != SAME]

    def next_turn(
        self,
    ) -> tuple[list[tuple[Newcomer, int]], list[tuple[Newcomer, Sequence[Likely]]]]:
        """Rows that mean customers, and new ones with whom they may be. The first of those that wait always
        has its turn, if nobody changes its customer at this moment."""
        ready = self._ready()
        found = [self._found[each.row.key] for each in ready]
        beside = [Beside(each.record, each.others) for each in found]
        judged = likely(beside, self.looking.rules, self.looking.seeing.hidden)
        chosen = list(_chosen(self.tx, found, judged))
        held = _held(self.tx, found, chosen)
        linked, added, busy = [], [], set[object]()
        for each, its, (customer, maybe) in zip(ready, found, chosen, strict=True):
            ids = {other.id for other in its.others}
            if not busy.isdisjoint(ids):
                busy |= ids
            elif customer is None:
                added.append((each, maybe))
            elif customer in held:
                linked.append((each, customer))
                busy.add(customer)
        done = {each.row.key for each, _ in (*linked, *added)}
        self.waiting = [each for each in self.waiting if each.row.key not in done]
        self._found = {}
        return linked, added

    def _ready(self) -> list[Newcomer]:
        """Those who wait for none of the others that wait."""
        others = {each.row.key for each in self.waiting}
        ready = [each for each in self.waiting if others.isdisjoint(self._same[each.row.key])]
        unknown = [each for each in ready if each.row.key not in self._found]
        self._found |= self._candidates(unknown)
        return ready

    def _candidates(self, wanted: Sequence[Newcomer]) -> dict[str, Candidates]:
        keyed = [Keyed(each.record, each.keys) for each in wanted]
        found = candidates(self.tx.connection, keyed, self.looking)
        return {each.row.key: its for each, its in zip(wanted, found, strict=True)}

    def all_alike(self) -> list[Alike]:
        """Customers of these rows, and the likeliest of those that they may be: also of those that came
        together."""
        found: defaultdict[int, list[Alike]] = defaultdict(list)
        for each in self.alike:
            found[each.customer].append(each)
        for later, earlier, likeness in self._together:
            one, other = self.became[later], self.became[earlier]
            if one != other:
                found[one].append(Alike(one, replace(likeness, customer=other)))
        return [
            each
            for its in found.values()
            for each in sorted(its, key=lambda alike: (-alike.other.odds, alike.other.customer))[:MOST_ASKED]
        ]


def _chosen(
    tx: Transaction, found: Sequence[Candidates], judged: Sequence[Sequence[Likely]]
) -> Iterator[tuple[int | None, Sequence[Likely]]]:
    """The customer that each row means; or None, and those that it may mean. Where rules take it for several
    who can not be one, a steward decides."""
    same_ones = [[each for each in its if each.verdict == SAME] for its in judged]
    several = {each.customer for same in same_ones for each in same if len(same) > 1}
    told = held_apart(tx, sorted(several)) if several else None
    apart = {*told.told, *told.taken} if told is not None else set()
    for its, likely_ones, same in zip(found, judged, same_ones, strict=True):
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
