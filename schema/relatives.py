"""Who is what to whom: relations between customers, and households."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from loaders.customers import customers_by_id
from loaders.relatives import households_by_id, members_by_household
from matching.masks import masked_name
from schema.codes import RelationKind
from schema.described import described
from schema.fields import identified, loaded_by, masked_by, named
from schema.ids import HOUSEHOLD, RELATION
from schema.nodes import Node

if TYPE_CHECKING:
    from schema.customers import Customer


@described
class CustomerRelation:
    """What somebody is to this customer.

    name is masked, and customer null, where the viewer may not see the other person, or it is not a customer
    of the hub.
    """

    id: strawberry.ID = identified(RELATION)
    """Opaque and globally unique."""
    kind: RelationKind
    """What the other one is to this customer."""
    name: str = masked_by("name", masked_name, "name", whose="other_id")
    """The other one's name."""
    customer: Annotated["Customer", strawberry.lazy("schema.customers")] | None = loaded_by(
        customers_by_id, key="other_id"
    )
    """The other one."""
    since: date | None = named("from")
    """The first day; null: not known."""
    until: date | None = named("to")
    """The last day; null: not known, or still so."""
    source: str | None
    """The code of the source system that says so; null: people do."""
    recorded_by: str | None
    """Who said so, by hand or by accepting a suggestion: a token's name; null: a source system."""


@described
class HouseholdMember:
    """Somebody in a household."""

    role: str
    """head, spouse, child, parent, dependant or other."""
    name: str = masked_by("name", masked_name, "name", whose="customer_id")
    """The person's name; masked where the viewer may not see this person."""
    customer: Annotated["Customer", strawberry.lazy("schema.customers")] | None = loaded_by(
        customers_by_id, key="customer_id"
    )
    """null for one who is not a customer of the hub, or not in the viewer's sight."""
    since: date | None = named("from")
    """The first day; null: not known."""
    until: date | None = named("to")
    """The last day; null: not known, or still so."""
    recorded_by: str | None
    """Who said so, by hand or by accepting a suggestion: a token's name; null: a source system."""


@described
class Household(Node):
    """People who live together."""

    id: strawberry.ID = identified(HOUSEHOLD)
    """Opaque and globally unique."""
    name: str = masked_by("name", masked_name, "name", whose="id")
    """The household's name; masked where the viewer may not see all who belong or ever belonged to it."""
    members: list[HouseholdMember] = loaded_by(members_by_household)
    """Who belongs to it."""


@described
class HouseholdMembership:
    """A household that a customer belongs to; a person may sit in several."""

    household: Household = loaded_by(households_by_id, key="household_id")
    """Which one."""
    role: str
    """head, spouse, child, parent, dependant or other."""
    since: date | None = named("from")
    """The first day; null: not known."""
    until: date | None = named("to")
    """The last day; null: not known, or still so."""
    recorded_by: str | None
    """Who said so, by hand or by accepting a suggestion: a token's name; null: a source system."""
