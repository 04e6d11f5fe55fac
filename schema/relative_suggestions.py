"""Pairs of customers that may be relatives, for stewards to accept or refuse."""

import asyncio
from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from loaders.customers import customers_by_id
from loaders.relative_suggestions import suggestions_by_id
from master.access import Viewer
from master.reads.relatives import Figures
from master.roles import BIRTH, CONTACT, NAME, PERSON
from matching.masks import masked_text
from matching.relatives import Kinship, kinship
from schema.codes import RelationKind, SuggestionStatus
from schema.context import Info
from schema.described import described, described_from, described_input
from schema.errors import UserError
from schema.fields import answered_by, identified, loaded_by, masked_by
from schema.ids import SUGGESTION
from schema.pages import Connection, Edge, edges, nodes
from schema.reasons import MatchReason

if TYPE_CHECKING:
    from schema.customers import Customer

# The class of each field that is compared. Nobody who sees it masked is told of what follows of it.
COMPARED = {"address": CONTACT, "mobile": CONTACT, "surname": NAME, "gender": PERSON, "ages": BIRTH}


def kin_hidden_from(viewer: Viewer) -> Collection[str]:
    """Fields of which nothing is told."""
    return frozenset(field for field, of in COMPARED.items() if not viewer.sees_clear(of))


def _kinship(root: Any, info: Info) -> Kinship:
    levels = [int(level) for level in root.levels.split(",")]
    return kinship(levels, root.older, kin_hidden_from(info.context.viewer))


def _relation(root: Any, info: Info) -> RelationKind | None:
    kind = _kinship(root, info).kind
    return None if kind is None else RelationKind(kind)


def _relation_probability(root: Any, info: Info) -> float | None:
    return _kinship(root, info).likelihood


def _probability(root: Any, info: Info) -> float | None:
    return _kinship(root, info).probability


def _reasons(root: Any, info: Info) -> list[MatchReason]:
    told = _kinship(root, info).reasons
    return [MatchReason(field=each.field, level=each.level, weight=each.weight) for each in told]


async def _suggestions(root: Any, info: Info) -> list[Any]:
    loads = (info.context.loaders.load(suggestions_by_id, id) for id in root.suggestion_ids)
    return [row for row in await asyncio.gather(*loads) if row is not None]


@described
class RelativeSuggestion:
    """Two customers that may be of one household: they share an address or a mobile. Told of to those alone
    who see both; of what they see masked nothing is told."""

    id: strawberry.ID = identified(SUGGESTION)
    """Opaque and globally unique."""
    one: Annotated["Customer", strawberry.lazy("schema.customers")] | None = loaded_by(
        customers_by_id, key="one_now"
    )
    """In lists of a customer this one; else the older customer of the hub."""
    other: Annotated["Customer", strawberry.lazy("schema.customers")] | None = loaded_by(
        customers_by_id, key="other_now"
    )
    """The other one; the same as `one`, where they were merged."""
    relation: RelationKind | None = answered_by(_relation)
    """What the other one may be to the one; null: nothing is likely enough."""
    relation_probability: float | None = answered_by(_relation_probability)
    """How likely that is, if they are of one household, 0 to 1."""
    probability: float | None = answered_by(_probability)
    """How likely they are of one household, 0 to 1; null where the viewer does not see all that was
    compared."""
    reasons: list[MatchReason] = answered_by(_reasons)
    """What speaks for and against one household, as far as the viewer may know it: address, mobile, surname,
    gender, ages."""
    status: SuggestionStatus
    """Whether it waits, is decided, or need not be any more."""
    proposed_at: datetime
    """When it was suggested."""
    reason: str | None = masked_by("notes", masked_text, "reason")
    """Why it was refused."""
    decided_by: str | None
    """Who decided it: a token's name."""
    decided_at: datetime | None
    """When it was decided."""


@described_from(Edge)
class RelativeSuggestionEdge:
    """A suggestion in a list."""

    cursor: str
    """Its place in the list."""
    node: RelativeSuggestion
    """The suggestion."""


@described
class RelativeSuggestionConnection(Connection):
    """A page of suggestions."""

    edges: list[RelativeSuggestionEdge] = edges()
    nodes: list[RelativeSuggestion] = nodes()


@described_input
class RelativeSuggestionFilter:
    """All that are given hold together."""

    status: list[SuggestionStatus] | None = strawberry.UNSET
    """One of these."""


@described_from(Figures)
class RelativeFigures:
    """How many pairs that may be relatives there are in sight."""

    open: int
    """How many wait."""
    oldest_at: datetime | None
    """When the one that waits longest was suggested."""
    accepted: int
    """How many were accepted."""
    refused: int
    """How many were refused."""


@described_input
class AcceptRelativesInput:
    """Pairs that are relatives, or live together."""

    suggestions: list[strawberry.ID]
    """Their ids, at most 50; each is accepted by itself, and what is refused of one is told of it alone."""
    relation: RelationKind | None = strawberry.UNSET
    """What the other one is to the one, of each; as suggested, where it is left out; null: nothing that has a
    name."""
    with_household: bool = True
    """Whether they are of one household; else they are related only."""
    household: strawberry.ID | None = strawberry.UNSET
    """Into which one they come; that of one of them, or a new one, where it is left out."""
    since: date | None = strawberry.UNSET
    """The first day of the relation and in the household; null: not known."""


@described_input
class RefuseRelativesInput:
    """Pairs that are none."""

    suggestions: list[strawberry.ID]
    """Their ids, at most 50."""
    reason: str
    """Why; it is kept with them. They are not suggested again until one of the two changes."""


@described
class RelativesPayload:
    """What came of deciding suggestions, or of undoing that."""

    suggestion_ids: strawberry.Private[list[int]]
    suggestions: list[RelativeSuggestion] = answered_by(_suggestions)
    """Those that were named, as they are now; where the caller sees both customers."""
    errors: list[UserError]
    """What the caller can mend, each with the place of what it is about; empty: all is done."""
