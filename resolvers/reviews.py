"""Questions about review tasks, and what stewards do with them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import strawberry

from loaders.reviews import all_review_tasks, review_tasks_by_id
from master.errors import Invalid, Refusal
from master.reads.freshness import MOST_TOLD, freshness_of
from master.reads.reviews import Figures, figures
from master.roles import MERGE
from master.session import Transaction
from master.tables.codes import ReviewAnswer
from master.writes import checks
from master.writes.merging.later import Undecided as UndecidedRow
from master.writes.review_decisions import Decision, assign, claim, decide, release, undo
from resolvers.bulk import Bulk, each_of
from resolvers.commands import found, given
from resolvers.merges import told_undecided
from schema.comparing import hidden_from
from schema.context import Info
from schema.described import described
from schema.errors import told
from schema.fields import answered_by, commanded_by, identity, loaded_by
from schema.ids import CUSTOMER, REVIEW, row_id
from schema.reviews import (
    DecideReviewTasksInput,
    ReviewFigures,
    ReviewPayload,
    ReviewTask,
    ReviewTaskConnection,
    ReviewTaskFilter,
)

Act = Callable[[Transaction, int], Sequence[UndecidedRow] | None]


async def _figures(info: Info) -> Figures:
    viewer = info.context.viewer
    viewer.require(MERGE)
    at = info.context.now
    told = await info.context.read(lambda connection: figures(connection, viewer.sight, at))
    # Of one task it would tell the sign of odds that the viewer is not shown.
    return replace(told, agreed=None) if hidden_from(viewer) else told


async def claim_tasks(info: Info, tasks: list[strawberry.ID]) -> ReviewPayload:
    return await _each(info, tasks, claim)


async def release_tasks(info: Info, tasks: list[strawberry.ID]) -> ReviewPayload:
    return await _each(info, tasks, release)


async def assign_tasks(
    info: Info, tasks: list[strawberry.ID], to: str | None = strawberry.UNSET
) -> ReviewPayload:
    return await _each(info, tasks, lambda tx, task: assign(tx, task, given(to)))


async def decide_tasks(info: Info, input: DecideReviewTasksInput) -> ReviewPayload:
    survivor, version = given(input.survivor), given(input.survivor_version)
    if (survivor, version) != (None, None) and len(input.tasks) != 1:
        return _refused(Invalid("survivor and survivorVersion are for one task alone.", ["survivor"]))

    def act(tx: Transaction, task: int) -> None:
        stays = None if survivor is None else found(CUSTOMER, survivor, ["survivor"], "customer")
        decide(tx, Decision(task, ReviewAnswer(input.answer), input.reason, stays, version))

    return await _each(info, input.tasks, act, input.reason)


async def undo_tasks(info: Info, tasks: list[strawberry.ID], reason: str) -> ReviewPayload:
    return await _each(info, tasks, lambda tx, task: undo(tx, task, reason), reason)


async def _each(info: Info, tasks: Sequence[str], act: Act, reason: str | None = None) -> ReviewPayload:
    """reason: of what may merge and unmerge."""
    try:
        info.context.viewer.require(MERGE)
        if reason is not None:
            checks.line(reason, ["reason"])
    except Refusal as refusal:
        return _refused(refusal)

    def acted(tx: Transaction, id: str) -> Sequence[UndecidedRow]:
        return act(tx, found(REVIEW, id, ["tasks"], "review task")) or ()

    done = await each_of(info, Bulk("tasks", tasks, MERGE, reason), acted)
    known = [number for number in (row_id(REVIEW, id) for id in tasks) if number is not None]
    freshness = None if reason is None else await _freshness(info, known)
    undecided = [told_undecided(row) for rows in done.results for row in rows]
    return ReviewPayload(task_ids=known, undecided=undecided, freshness=freshness, errors=done.errors)


def _refused(refusal: Refusal) -> ReviewPayload:
    return ReviewPayload(task_ids=[], undecided=[], freshness=None, errors=[told(refusal)])


async def _freshness(info: Info, tasks: Sequence[int]) -> str | None:
    """Of all customers of these tasks that the caller sees."""
    rows: list[Any] = [await info.context.loaders.load(review_tasks_by_id, task) for task in tasks]
    ids = list(dict.fromkeys(id for row in rows if row is not None for id in (row.one_id, row.other_id)))
    ids = ids[-MOST_TOLD:]  # the last ones, which are indexed last
    return await info.context.read(lambda connection: freshness_of(connection, *ids)) if ids else None


@described
class ReviewQuery:
    """Questions about pairs of customers that may be one."""

    review_tasks: ReviewTaskConnection | None = loaded_by(all_review_tasks, key=None, filter=ReviewTaskFilter)
    """Pairs that may be one, of which the viewer sees both: the likeliest first; for roles that may not sort
    by all that was compared the oldest first."""
    review_task: ReviewTask | None = loaded_by(review_tasks_by_id, key=identity("id", REVIEW))
    """The review task with this id; null where there is none of which the viewer sees both."""
    review_figures: ReviewFigures | None = answered_by(_figures)
    """How the work of stewards stands, of the tasks in sight."""


@described
class ReviewMutation:
    """What stewards do. Of the tasks that a command names each is done, or refused, by itself; at most 50."""

    claim_review_tasks: ReviewPayload | None = commanded_by(claim_tasks)
    """Take tasks for 15 minutes, in which nobody else can decide them; refused as CONFLICT where somebody
    else is at one. Taken again, they are kept for longer."""
    release_review_tasks: ReviewPayload | None = commanded_by(release_tasks)
    """Leave tasks to others before their time is over."""
    assign_review_tasks: ReviewPayload | None = commanded_by(assign_tasks)
    """Say who is to decide these: by the name of a token; nobody, where `to` is left out. Who is at one, or
    takes it from the list, may decide it all the same."""
    decide_review_tasks: ReviewPayload | None = commanded_by(decide_tasks)
    """Say whether the two of each task are one. SAME merges them; CONFLICT: somebody else has decided it, or
    is at it."""
    undo_review_decisions: ReviewPayload | None = commanded_by(undo_tasks)
    """Open tasks again that were decided in the last 30 days; who was merged by that is unmerged."""
