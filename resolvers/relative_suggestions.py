"""Questions about pairs that may be relatives, and what stewards do with them."""

from collections.abc import Callable, Sequence

import strawberry

from loaders.relative_suggestions import all_suggestions, suggestions_by_id
from master.errors import Refusal
from master.reads.relatives import Figures, figures
from master.roles import MERGE
from master.session import Transaction
from master.writes.kept import KEEP
from master.writes.relatives.deciding import Acceptance, accept, refuse, undo
from resolvers.bulk import Bulk, each_of
from resolvers.commands import found, given
from schema.context import Info
from schema.described import described
from schema.errors import told
from schema.fields import answered_by, commanded_by, identity, loaded_by
from schema.ids import HOUSEHOLD, SUGGESTION, row_id
from schema.relative_suggestions import (
    AcceptRelativesInput,
    RefuseRelativesInput,
    RelativeFigures,
    RelativesPayload,
    RelativeSuggestion,
    RelativeSuggestionConnection,
    RelativeSuggestionFilter,
    kin_hidden_from,
)

Act = Callable[[Transaction, int], None]


async def _figures(info: Info) -> Figures:
    viewer = info.context.viewer
    viewer.require(MERGE)
    return await info.context.read(lambda connection: figures(connection, viewer.sight))


async def accept_relatives(info: Info, input: AcceptRelativesInput) -> RelativesPayload:
    hidden, named = kin_hidden_from(info.context.viewer), given(input.household)

    def act(tx: Transaction, suggestion: int) -> None:
        household = None if named is None else found(HOUSEHOLD, named, ["household"], "household")
        wanted = Acceptance(
            suggestion,
            relation=KEEP if input.relation is strawberry.UNSET else input.relation,
            with_household=input.with_household,
            household=household,
            since=given(input.since),
            hidden=hidden,
        )
        accept(tx, wanted)

    return await _each(info, input.suggestions, act)


async def refuse_relatives(info: Info, input: RefuseRelativesInput) -> RelativesPayload:
    reason = input.reason
    return await _each(info, input.suggestions, lambda tx, each: refuse(tx, each, reason), reason)


async def undo_relatives(info: Info, suggestions: list[strawberry.ID]) -> RelativesPayload:
    return await _each(info, suggestions, undo)


async def _each(info: Info, ids: Sequence[str], act: Act, reason: str | None = None) -> RelativesPayload:
    try:
        info.context.viewer.require(MERGE)
    except Refusal as refusal:
        return RelativesPayload(suggestion_ids=[], errors=[told(refusal)])

    def acted(tx: Transaction, id: str) -> None:
        act(tx, found(SUGGESTION, id, ["suggestions"], "suggestion"))

    done = await each_of(info, Bulk("suggestions", ids, MERGE, reason), acted)
    known = [number for number in (row_id(SUGGESTION, id) for id in ids) if number is not None]
    return RelativesPayload(suggestion_ids=known, errors=done.errors)


@described
class RelativeQuery:
    """Questions about pairs that may be relatives."""

    relative_suggestions: RelativeSuggestionConnection | None = loaded_by(
        all_suggestions, key=None, filter=RelativeSuggestionFilter
    )
    """Pairs that may be of one household, of which the viewer sees both: the likeliest first; for roles that
    may not sort by all that was compared the oldest first."""
    relative_suggestion: RelativeSuggestion | None = loaded_by(
        suggestions_by_id, key=identity("id", SUGGESTION)
    )
    """The suggestion with this id; null where there is none of which the viewer sees both."""
    relative_figures: RelativeFigures | None = answered_by(_figures)
    """How many of them there are in sight."""


@described
class RelativeMutation:
    """What stewards do with them. Of the suggestions that a command names each is done, or refused, by
    itself; at most 50."""

    accept_relatives: RelativesPayload | None = commanded_by(accept_relatives)
    """Make the two of each relatives, on both sides, and of one household. INVALID where they belong to
    several: then `household` has to say which it is."""
    refuse_relatives: RelativesPayload | None = commanded_by(refuse_relatives)
    """Say that they are none; not suggested again until one of the two changes."""
    undo_relatives: RelativesPayload | None = commanded_by(undo_relatives)
    """Open suggestions again that were decided: relations and memberships that came of them end."""
