"""Review tasks: pairs of customers that may be one, for stewards to look at side by side."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import strawberry

from loaders.customers import customers_by_id
from loaders.reviews import match_rules_by_name, review_tasks_by_id
from master.reads.reviews import Figures
from matching.judged_again import Judged, JudgedBefore, judged_again, priority_of, probability_of
from matching.kept_rules import read_written
from matching.masks import masked_text
from matching.rules import shipped
from schema.codes import CustomerKind, ReviewAnswer, ReviewStatus
from schema.comparing import hidden_from
from schema.context import Info
from schema.customers import Customer
from schema.described import described, described_from, described_input
from schema.errors import UserError
from schema.fields import answered_by, computed_by, identified, loaded_by, masked_by
from schema.ids import MERGE, REVIEW, global_id
from schema.matches import MatchVerdict
from schema.merges import Undecided
from schema.pages import Connection, Edge, edges, nodes
from schema.reasons import MatchReason


async def _judged(root: Any, info: Info) -> Judged:
    """As the rules judged it then; for whoever does not see all that was compared, by what they see."""
    kept = await info.context.loaders.load(match_rules_by_name, root.rules)
    rules = shipped() if kept is None else read_written(kept.rules)
    pair, hidden = JudgedBefore(root.kind, root.levels, root.rarity or 0.0), hidden_from(info.context.viewer)
    judged = judged_again(pair, rules, hidden)
    if hidden:
        return judged
    its = {"odds": root.odds, "probability": probability_of(root.odds), "verdict": root.verdict}
    return replace(judged, **its)


async def _verdict(root: Any, info: Info) -> MatchVerdict:
    return MatchVerdict((await _judged(root, info)).verdict)


async def _priority(root: Any, info: Info) -> int:
    return priority_of((await _judged(root, info)).odds)


async def _odds(root: Any, info: Info) -> float:
    return (await _judged(root, info)).odds


async def _probability(root: Any, info: Info) -> float:
    return (await _judged(root, info)).probability


async def _reasons(root: Any, info: Info) -> list[MatchReason]:
    judged = await _judged(root, info)
    return [MatchReason(field=each.field, level=each.level, weight=each.weight) for each in judged.reasons]


async def _guards(root: Any, info: Info) -> list[str]:
    return list((await _judged(root, info)).guards)


async def _tasks(root: Any, info: Info) -> list[Any]:
    rows = await asyncio.gather(*(info.context.loaders.load(review_tasks_by_id, id) for id in root.task_ids))
    return [row for row in rows if row is not None]


def _share(agreed: int | None, decided: int) -> float | None:
    return round(agreed / decided, 4) if decided and agreed is not None else None


def _merge_id(merge_id: int | None) -> strawberry.ID | None:
    return None if merge_id is None else strawberry.ID(global_id(MERGE, merge_id))


@described
class ReviewTask:
    """Two customers that may be one. Told of to those alone who see both."""

    id: strawberry.ID = identified(REVIEW)
    """Opaque and globally unique."""
    one: Customer | None = loaded_by(customers_by_id, key="one_now")
    """The older one."""
    other: Customer | None = loaded_by(customers_by_id, key="other_now")
    """The other one; the same as `one`, where they were merged."""
    kind: CustomerKind
    """What both are."""
    verdict: MatchVerdict = answered_by(_verdict)
    """What the rules made of it: SAME, to be merged; REVIEW, to be looked at. Of what the viewer sees, where
    that is not all that was compared: then it may be DIFFERENT."""
    odds: float = answered_by(_odds)
    """How likely the two are one, in bits (log2 of the odds), as it was judged; by what the viewer sees,
    where that is not all that was compared."""
    probability: float = answered_by(_probability)
    """The same, 0 to 1."""
    reasons: list[MatchReason] = answered_by(_reasons)
    """What speaks for and against, field by field, as far as the viewer may know it."""
    guards: list[str] = answered_by(_guards)
    """Why rules hold it back from a verdict that its odds would have without them."""
    rules: str
    """The rules by which it was judged: their version, and a mark of all that they say."""
    priority: int = answered_by(_priority)
    """The higher, the more harm does it to leave them apart; as `odds`, by what the viewer sees."""
    status: ReviewStatus
    """Whether it waits, is decided, or need not be any more."""
    proposed_at: datetime
    """When the rules proposed it."""
    assignee: str | None
    """Who is to decide it: the name of a token."""
    claimed_by: str | None
    """Who is at it: the name of a token; others can not decide it meanwhile."""
    claimed_until: datetime | None
    """When others may decide it again."""
    answer: ReviewAnswer | None
    """What was decided."""
    reason: str | None = masked_by("notes", masked_text, "reason")
    """Why."""
    decided_by: str | None
    """Who decided it: a token's name."""
    decided_at: datetime | None
    """When it was decided."""
    merge_id: strawberry.ID | None = computed_by(_merge_id, "merge_id")
    """By which merge the decision made them one."""


@described_from(Edge)
class ReviewTaskEdge:
    """A review task in a list."""

    cursor: str
    """Its place in the list."""
    node: ReviewTask
    """The task."""


@described
class ReviewTaskConnection(Connection):
    """A page of review tasks."""

    edges: list[ReviewTaskEdge] = edges()
    nodes: list[ReviewTask] = nodes()


@described_input
class ReviewTaskFilter:
    """All that are given hold together."""

    status: list[ReviewStatus] | None = strawberry.UNSET
    """One of these."""
    assignee: str | None = strawberry.UNSET
    """The name of the token of who is to decide."""
    rules: str | None = strawberry.UNSET
    """Judged by these rules, as ReviewTask.rules names them."""
    kind: CustomerKind | None = strawberry.UNSET
    """Of persons or of organisations."""
    verdict: list[MatchVerdict] | None = strawberry.UNSET
    """What the rules made of it: one of these. For those alone who see all that was compared."""


@described_from(Figures)
class ReviewFigures:
    """How the work of stewards stands, of the tasks in sight."""

    open: int
    """How many wait."""
    claimed: int
    """How many of these somebody is at."""
    oldest_at: datetime | None
    """When the one that waits longest was proposed."""
    decided: int
    """How many were decided as the same or different."""
    unsure: int
    """Of how many nobody could tell."""
    agreement: float | None = computed_by(_share, "agreed", "decided")
    """Of the decided, the share that was decided as the odds had it, 0 to 1; null: none was, or the
    viewer does not see all that was compared."""


@described_input
class DecideReviewTasksInput:
    """What a steward says of some pairs."""

    tasks: list[strawberry.ID]
    """Their ids, at most 50; each is decided by itself, and what is refused of one is told of it alone."""
    answer: ReviewAnswer
    """SAME merges each pair at once."""
    reason: str
    """Why; it is kept with the tasks, and with the merges."""
    survivor: strawberry.ID | None = strawberry.UNSET
    """Of one task alone: the id of the customer that stays; the older one, where it is left out."""
    survivor_version: int | None = strawberry.UNSET
    """Of one task alone: its version, as the caller read it; another one by now: CONFLICT."""


@described
class ReviewPayload:
    """What came of a command on review tasks."""

    task_ids: strawberry.Private[list[int]]
    tasks: list[ReviewTask] = answered_by(_tasks)
    """Those that were named, as they are now; also where they were refused."""
    undecided: list[Undecided]
    """Of merges that were undone: what came after them and nobody can say whose it is."""
    freshness: str | None
    """Of merges: pass to searchCustomers(consistentWith:) to see them."""
    errors: list[UserError]
    """What was refused, each with its place in `tasks`; empty: all is done. TIMEOUT: after some were done the
    time ran out for this one."""
