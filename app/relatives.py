"""Of all customers that were compared, who may be relatives: found, and kept as suggestions for stewards."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from app.sweeping import AT_ONCE, Sweep, write
from master.audit import note
from master.onlookers import Onlooker
from master.reads.relatives import belonging_together
from master.session import Transaction
from master.writes.proposals import withdraw_others
from master.writes.relatives.suggesting import Suggestion, suggest_relatives, suggestions
from matching.block import Pairs
from matching.columns import Places
from matching.compare import FIELDS
from matching.relatives import Relatives, relatives
from matching.rules import VERDICTS

_BIRTH = list(FIELDS).index("birth")
_OTHER_YEAR = FIELDS["birth"].index("different")


@dataclass(frozen=True)
class FoundRelatives:
    """Pairs that may be relatives, of whom nobody knows it yet."""

    sweep: Sweep
    found: Relatives

    @classmethod
    def of(cls, sweep: Sweep) -> "FoundRelatives":
        master = sweep.master
        found = relatives(sweep.compared, master.clock.today())
        with master.reading() as connection:
            known = belonging_together(connection)
        left_out = np.concatenate([_packed(*_placed(sweep, known)), _may_be_one(sweep)])
        return cls(sweep, found.of(~np.isin(_packed(found.one, found.other), left_out)))

    def keep(self, told: Onlooker) -> Counter[str]:
        """Make suggestions of them; how many are new, opened again, known, withdrawn."""
        wanted, done = list(self._suggestions()), Counter[str]()
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            done += write(self.sweep.master, partial(suggest_relatives, found=some))
            told(min(start + AT_ONCE, len(wanted)), len(wanted))

        def end(tx: Transaction) -> int:
            kept, before = [each.pair for each in wanted], self.sweep.before[suggestions.name]
            withdrawn = withdraw_others(tx, suggestions, kept, before)
            note(tx, "relatives.run", "hub", details={**done, "withdrawn": withdrawn})
            return withdrawn

        done["withdrawn"] = write(self.sweep.master, end)
        return done

    def _suggestions(self) -> Iterator[Suggestion]:
        found, sweep = self.found, self.sweep
        places = zip(found.one.tolist(), found.other.tolist(), strict=True)
        for at, (one, other) in enumerate(places):
            yield Suggestion(
                sweep.pair(one, other),
                ",".join(map(str, found.levels[at].tolist())),
                int(found.older[at]),
                round(float(found.odds[at]), 2),
                sweep.identity(one, other),
            )


def _placed(sweep: Sweep, known: NDArray[np.int64]) -> tuple[Places, Places]:
    """The places of customers that are given by their ids."""
    ids = np.array(sweep.records.ids, dtype=np.int64)
    pairs = Pairs(known[:, 0], known[:, 1], {}).placed(ids)
    return pairs.one, pairs.other


def _may_be_one(sweep: Sweep) -> Places:
    """Pairs that are for review first: those that may be one customer, unless their years of birth differ, or
    somebody has told them apart."""
    found = sweep.found
    is_one = found.verdicts == VERDICTS.index("SAME")
    is_open = (found.verdicts == VERDICTS.index("REVIEW")) & (found.levels[:, _BIRTH] != _OTHER_YEAR)
    kept = is_one | is_open
    apart = np.array(sorted(sweep.apart), dtype=np.int64).reshape(-1, 2)
    apart.sort(axis=1)
    pairs = _packed(found.one[kept], found.other[kept])
    return pairs[~np.isin(pairs, _packed(apart[:, 0], apart[:, 1]))]


def _packed(one: Places, other: Places) -> Places:
    """Each pair as one number."""
    packed: Places = (one << 32) | other
    return packed
