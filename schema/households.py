"""Households made and changed by people: what is given and what is told."""

from datetime import date

import strawberry

from loaders.relatives import households_by_id
from schema.described import described, described_input
from schema.errors import UserError
from schema.fields import loaded_by
from schema.relatives import Household


@described_input
class NewMemberInput:
    """Somebody who comes into a household."""

    customer: strawberry.ID
    """Who; a person may sit in several."""
    role: str
    """head, spouse, child, parent, dependant or other."""
    since: date | None = strawberry.UNSET
    """The first day; null: not known."""


@described_input
class CreateHouseholdInput:
    """People who live together."""

    name: str
    """What the household is called."""
    members: list[NewMemberInput]
    """Who belongs to it: one at least, at most 20."""
    idempotency_key: str | None = strawberry.UNSET
    """A key of the caller's own: the same call twice has one effect."""


@described_input
class AddHouseholdMemberInput:
    """Somebody who comes into a household that is there."""

    household: strawberry.ID
    """Which one."""
    customer: strawberry.ID
    """Who; a person may sit in several."""
    role: str
    """head, spouse, child, parent, dependant or other."""
    since: date | None = strawberry.UNSET
    """The first day; null: not known."""


@described_input
class EndHouseholdMembershipInput:
    """Somebody who leaves a household."""

    household: strawberry.ID
    """Which one."""
    customer: strawberry.ID
    """Who."""
    until: date | None = strawberry.UNSET
    """The last day; today, where it is left out."""
    mistaken: bool = False
    """Whether the customer never belonged to it: then nobody is told of it any more."""


@described
class HouseholdPayload:
    """What came of changing a household."""

    household_id: strawberry.Private[int | None]
    household: Household | None = loaded_by(households_by_id, key="household_id")
    """The household as it is now; null where it was refused, or nobody in sight belongs to it any more."""
    errors: list[UserError]
    """What the caller can mend; empty: it is done."""
