"""Where a customer's values come from, as far as the viewer may know them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import strawberry
from strawberry.dataloader import DataLoader

from master.access import Viewer
from master.reads.provenance import Reason, SaidValue, ValueField, provenance
from master.roles import BIRTH, CONTACT, DOCUMENT, NAME, OPEN, PERSON
from matching.masks import masked_contact, masked_name, masked_number, masked_text
from schema.context import Context, Info
from schema.described import described_from, described_input
from schema.fields import masked_by

# Of all that is told of a field; fields that are not here are clear to all.
CLASSES = {
    ValueField.NAME: NAME,
    ValueField.GENDER: PERSON,
    ValueField.BIRTH_DATE: BIRTH,
    ValueField.DOCUMENT: DOCUMENT,
    ValueField.MOBILE: CONTACT,
    ValueField.LANDLINE: CONTACT,
    ValueField.EMAIL: CONTACT,
    ValueField.WECHAT: CONTACT,
    ValueField.ADDRESS: CONTACT,
}

strawberry.enum(
    ValueField,
    description=(
        "What is told of a customer: of NAME to BRANCH one value stands at a time, of the others any number."
        " STATUS: one that was given, not derived."
    ),
)
strawberry.enum(
    Reason,
    name="ValueReason",
    description=(
        "By what a value stands before the others, or another one before it, the weightiest first. PINNED: a"
        " steward holds it; CORRECTED: somebody said it by hand who could know the others; VERIFIED: a"
        " document says the same; TRUSTED: its source has a higher rank; OWN: it was said of this customer"
        " itself, and not of one merged into it; NEWEST; FULLEST: it says more; FIRST: it was known earlier."
        " ALONE: nobody says anything else. SAME: it says what stands. LISTED: of such values any number"
        " stands. WITHDRAWN: it is said no longer."
    ),
)


@described_from(SaidValue)
class ProvenanceValue:
    """A value that somebody says of a customer, or has said."""

    field: ValueField
    """Of what."""
    value: str | None
    """As text, masked as the field is; a branch by its code. Null: somebody said that there is none."""
    stands: bool
    """Whether it is what the customer tells."""
    reason: Reason
    """By what it stands, or does not."""
    source: str | None
    """The source system that says it; null: somebody by hand, or another client of the database."""
    source_key: str | None
    """The source system's own key of the record."""
    by: str | None
    """Who said it by hand, where that is known."""
    why: str | None = masked_by("notes", masked_text, "why")
    """Why, where that was said."""
    known_at: datetime
    """When the hub learned it."""
    true_at: datetime | None
    """Since when it is so, as the source says."""
    until: datetime | None
    """When it was said no longer; null: it is said."""
    trust: int | None
    """The rank of the source in such values; null where it was said by hand, or ranks do not choose."""
    verified: bool
    """Whether the customer's resident ID says the same."""
    pinned: bool
    """Whether a steward holds it."""
    key: strawberry.ID | None
    """What pinValue takes; null: it can not be pinned."""


@described_input
class PinValueInput:
    """A value that is to stand whatever is said from now on."""

    customer: strawberry.ID
    """Whose it is."""
    version: int
    """The customer's version as it was read."""
    field: ValueField
    """One of NAME to BRANCH."""
    value: strawberry.ID | None = strawberry.UNSET
    """The `key` of the value; left out: what stands now."""
    reason: str
    """Why: kept, and told with the value."""


@described_input
class UnpinValueInput:
    """A value that the rules are to choose again."""

    customer: strawberry.ID
    """Whose it is."""
    version: int
    """The customer's version as it was read."""
    field: ValueField
    """Of what."""
    reason: str
    """Why: kept in the audit."""


async def provenance_of(root: Any, info: Info) -> list[SaidValue]:
    """Read for all customers of the request at once."""
    context = info.context
    loader = await context.once("provenance", lambda: _loader(context))
    return await loader.load(root.id)


async def _loader(context: Context) -> DataLoader[int, list[SaidValue]]:
    async def load(ids: list[int]) -> Sequence[list[SaidValue]]:
        found: Mapping[int, list[SaidValue]] = await context.read(
            lambda connection: provenance(connection, ids)
        )
        return [_seen(found.get(id, []), context.viewer) for id in ids]

    return DataLoader(load)


def _seen(values: Sequence[SaidValue], viewer: Viewer) -> list[SaidValue]:
    """Without fields that the role may not ask for."""
    return [
        replace(each, value=_masked(each)) if viewer.masks(CLASSES.get(each.field, OPEN)) else each
        for each in values
        if not viewer.refuses(CLASSES.get(each.field, OPEN))
    ]


def _masked(said: SaidValue) -> str | None:
    if said.value is None:
        return None
    if said.field is ValueField.NAME:
        return masked_name(said.value)
    if said.field is ValueField.DOCUMENT:
        return masked_number(said.value)
    return masked_contact(said.value, said.field)
