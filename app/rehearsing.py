"""What rules would make of pairs that were judged before: nothing is compared anew, only weighed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from master.reads.match_rules import rules_named
from master.reads.reviews import decided, every_task, merged_pairs
from master.tables.codes import ReviewAnswer
from matching.evaluate import Evaluation, Pair, evaluated
from matching.judged_again import JudgedBefore, judged_again
from matching.rules import BadRules, Rules


@dataclass(frozen=True)
class Rehearsal:
    """merged: pairs that were proposed and are one customer now, of which `split` would not be by these
    rules. judged: how these rules agree with what stewards have decided."""

    merged: int
    split: int
    judged: Evaluation


@dataclass(frozen=True)
class Replay:
    """By the rules of then: pairs that come to the same odds and verdict, and to others; unknown: judged by
    rules that were not kept, or that know other fields."""

    same: int
    other: tuple[int, ...]
    unknown: int


def rehearsed(connection: Connection, rules: Rules) -> Rehearsal:
    one = [row for row in merged_pairs(connection) if row.rarity is not None]
    labelled = [row for row in decided(connection) if row.rarity is not None]
    labels: Mapping[Pair, bool] = {_pair(row): row.answer is ReviewAnswer.SAME for row in labelled}
    verdicts = {_pair(row): judged_again(_before(row), rules).verdict for row in (*one, *labelled)}
    return Rehearsal(
        merged=len(one),
        split=sum(verdicts[_pair(row)] != "SAME" for row in one),
        judged=evaluated(verdicts, labels),
    )


def replayed(connection: Connection) -> Replay:
    known: dict[str, Rules | None] = {}
    same, unknown, other = 0, 0, []
    for row in every_task(connection):
        if row.rules not in known:
            known[row.rules] = _kept(connection, row.rules)
        rules = known[row.rules]
        if rules is None or row.rarity is None:
            unknown += 1
            continue
        judged = judged_again(_before(row), rules)
        if (judged.odds, judged.verdict) == (row.odds, row.verdict):
            same += 1
        else:
            other.append(row.id)
    return Replay(same, tuple(other), unknown)


def _kept(connection: Connection, name: str) -> Rules | None:
    try:
        return rules_named(connection, name)
    except BadRules:
        return None


def _before(row: Row[Any]) -> JudgedBefore:
    return JudgedBefore(row.kind, row.levels, row.rarity)


def _pair(row: Row[Any]) -> Pair:
    return frozenset((row.one_id, row.other_id))
