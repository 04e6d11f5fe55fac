"""Weights learned from unlabelled records: expectation-maximization, held by anchors.

A pair is one customer, two strangers, or two relatives, who share surname, address and mobile. What
strangers look like is known from how often each value stands, and how many pairs there are at all. EM finds
the rest: how one customer and how relatives look (m, u), and how many pairs there are of each. It starts
from pairs that are known to be either: without them, and without a class of their own, EM takes households
and twins for matches.
W. E. Winkler, "Using the EM algorithm for weight computation in the Fellegi-Sunter model" (1988).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.columns import Columns, Values
from matching.compare import FIELDS, MISSING, Levels
from matching.rules import RELATIVE, STRANGER, Alternative, Weights

FEWEST_ANCHORS = 1_000  # fewer tell too little: the shipped weights are better (measured 2026-11)
FEWEST_RELATIVES = 100
ROUNDS = 100
SETTLED = 1e-4  # of the matches, between two rounds

Row = NDArray[np.float64]
Table = list[Row]

MATCH = "match"
_PLACES = {field: place for place, field in enumerate(FIELDS)}


@dataclass(frozen=True)
class Learned:
    """anchors: how many pairs m rests on; matches: how many EM finds among those that share a key."""

    weights: Weights
    anchors: int
    matches: float


def learned(records: Columns, levels: Levels, drawn: Levels, start: Weights) -> Learned:
    """Weights for pairs of these records; `start` as it is where there are too few anchors.

    levels: of all pairs that share a key; drawn: of pairs drawn at random.
    """
    anchors = _shares_document(levels)
    how_many = int(anchors.sum())
    if how_many < FEWEST_ANCHORS:
        return Learned(start, how_many, 0.0)
    patterns, often = np.unique(levels, axis=0, return_counts=True)
    classes = _Classes(_matched(levels, anchors), _relatives(levels), _Strangers(records, drawn))
    matches = classes.settle(patterns, often.astype(np.float64))
    return Learned(replace(start, alternatives=classes.alternatives()), how_many, matches)


class _Classes:
    """One customer, and what else a pair may be: how a pair of each class looks, and how many there are."""

    def __init__(self, matched: Table, relatives: Table | None, strangers: "_Strangers") -> None:
        self._drawn = strangers
        self._tables = {MATCH: matched, STRANGER: strangers.table()}
        self._sizes = {MATCH: 1.0, STRANGER: strangers.pairs}
        if relatives is not None:
            self._tables[RELATIVE], self._sizes[RELATIVE] = relatives, 1.0

    def settle(self, patterns: Levels, often: Row) -> float:
        """How many of the pairs are one customer, when nothing changes any more."""
        learned = [name for name in self._tables if name != STRANGER]
        self._sizes |= {name: float(often.sum()) / 3.0 for name in learned}
        for _ in range(ROUNDS):
            belongs = self._belongs(patterns, often)
            before = self._sizes[MATCH]
            for name in learned:
                self._sizes[name] = max(float(belongs[name].sum()), 1.0)
                self._tables[name] = _table(patterns, belongs[name])
            self._tables[STRANGER] = self._drawn.table(patterns, often - belongs[STRANGER])
            if abs(self._sizes[MATCH] - before) < SETTLED * before:
                break
        return self._sizes[MATCH]

    def _belongs(self, patterns: Levels, often: Row) -> dict[str, Row]:
        """How many pairs of each pattern are of each class."""
        likely = np.column_stack([
            np.log(self._sizes[name]) + _likelihood(patterns, table) for name, table in self._tables.items()
        ])  # fmt: skip
        shares = np.exp(likely - np.logaddexp.reduce(likely, axis=1)[:, None]) * often[:, None]
        return dict(zip(self._tables, shares.T, strict=True))

    def alternatives(self) -> Mapping[str, Alternative]:
        matches, matched = self._sizes[MATCH], self._tables[MATCH]
        return {
            name: _alternative(matches / self._sizes[name], matched, table)
            for name, table in self._tables.items()
            if name != MATCH
        }


class _Strangers:
    """How two strangers look: from pairs drawn at random, and from how often each value stands."""

    def __init__(self, records: Columns, drawn: Levels) -> None:
        fields: dict[str, Values[Any]] = {
            "name": records.names, "document": records.documents, "mobile": records.mobiles,
            "email": records.emails, "birth": records.births, "address": records.addresses,
        }  # fmt: skip
        self.pairs = max(len(records.ids) * (len(records.ids) - 1) / 2.0, 1.0)
        self._drawn = _table(drawn, np.ones(len(drawn)))
        self._shared = {_PLACES[field]: _shared(values) for field, values in fields.items()}

    def table(self, patterns: Levels | None = None, known: Row | None = None) -> Table:
        """known: how many pairs of each pattern are no strangers, though they share values."""
        found = list(self._drawn)
        for place, (pairs, shared) in self._shared.items():
            others = 0.0
            if patterns is not None and known is not None:
                others = float(known[patterns[:, place] == len(self._drawn[place]) - 1].sum())
            rest, same = self._drawn[place][:-1], max(shared - others, 1.0) / pairs
            found[place] = np.append(rest / rest.sum() * (1.0 - same), same)
        return found


def _shared(values: Values[Any]) -> tuple[float, float]:
    """How many pairs have a value each, and how many of these the same one."""
    often = values.frequencies().astype(np.float64)
    have = float(often.sum())
    return max(have * (have - 1.0) / 2.0, 2.0), float((often * (often - 1.0)).sum()) / 2.0


def _alternative(odds: float, matched: Table, others: Table) -> Alternative:
    bits = {
        field: tuple(np.log2(m / u).round(2).tolist())
        for field, m, u in zip(FIELDS, matched, others, strict=True)
    }
    return Alternative(round(float(np.log2(odds)), 2), bits)


def _shares_document(levels: Levels) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = levels[:, _PLACES["document"]] == len(FIELDS["document"]) - 1
    return found


def _shares_all_else(levels: Levels) -> NDArray[np.bool_]:
    """Anchors for the document itself: a mobile or address, a birth date and how the name sounds."""
    mobile, address, birth, name = (
        levels[:, _PLACES[field]] for field in ("mobile", "address", "birth", "name")
    )
    is_reached_alike = (mobile == len(FIELDS["mobile"]) - 1) | (address == len(FIELDS["address"]) - 1)
    sounds_alike = name >= FIELDS["name"].index("same sound")
    found: NDArray[np.bool_] = is_reached_alike & (birth == len(FIELDS["birth"]) - 1) & sounds_alike
    return found


def _matched(levels: Levels, anchors: NDArray[np.bool_]) -> Table:
    """m: how often a pair that is one customer has each level, by field."""
    table = []
    for place, field in enumerate(FIELDS):
        rows = levels[_shares_all_else(levels) if field == "document" else anchors, place]
        table.append(_shares(rows, np.ones(len(rows)), len(FIELDS[field])))
    return table


def _relatives(levels: Levels) -> Table | None:
    """What EM starts from: those who share an address or a mobile, and whose documents prove them two; None
    where so few are known that EM would make relatives of whoever is hard to match."""
    is_reached_alike = (levels[:, _PLACES["mobile"]] == len(FIELDS["mobile"]) - 1) | (
        levels[:, _PLACES["address"]] == len(FIELDS["address"]) - 1
    )
    rows = levels[is_reached_alike & (levels[:, _PLACES["document"]] == 0)]
    if len(rows) < FEWEST_RELATIVES:
        return None
    return _table(rows, np.ones(len(rows)))


def _table(rows: Levels, weights: Row) -> Table:
    return [_shares(rows[:, place], weights, len(names)) for place, names in enumerate(FIELDS.values())]


def _shares(rows: Levels, weights: Row, levels: int) -> Row:
    """The share of each level among those that have one; with half a pair more each, none is impossible."""
    has = rows != MISSING
    counts = np.bincount(rows[has], weights=weights[has], minlength=levels) + 0.5
    found: Row = counts / counts.sum()
    return found


def _likelihood(patterns: Levels, table: Table) -> Row:
    """Log of the probability of each pattern; what is missing counts one."""
    logs = [np.append(np.log(row), 0.0)[patterns[:, place]] for place, row in enumerate(table)]
    found: Row = np.sum(logs, axis=0)
    return found
