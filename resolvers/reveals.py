"""Masked values told in the clear."""

import strawberry

from master.errors import Refusal
from master.roles import REVEAL
from master.session import Transaction
from master.writes.reveals import Wanted, reveal
from resolvers.commands import found, given, tried
from schema.access_log import RevealPayload
from schema.context import Info
from schema.described import described
from schema.errors import told
from schema.fields import commanded_by
from schema.ids import CONTACT_POINT, CUSTOMER, DOCUMENT, row_id


async def reveal_field(
    info: Info,
    customer: strawberry.ID,
    field: str,
    reason: str,
    id: strawberry.ID | None = strawberry.UNSET,
) -> RevealPayload:
    def act(tx: Transaction) -> str:
        number = found(CUSTOMER, customer, ["customer"], "customer")
        return reveal(tx, info.context.viewer, Wanted(number, field, _row(given(id), field), reason))

    done = await tried(info.context.write(REVEAL, act, reason))
    if isinstance(done, Refusal):
        return RevealPayload(value=None, errors=[told(done)])
    return RevealPayload(value=done, errors=[])


def _row(id: str | None, field: str) -> int | None:
    """The number in the id of what the field belongs to; 0, which no row has, for an id of another kind."""
    if id is None:
        return None
    prefix = {"IdentityDocument.number": DOCUMENT, "ContactPoint.value": CONTACT_POINT}.get(field, CUSTOMER)
    return row_id(prefix, id) or 0


@described
class RevealMutation:
    """Masked values told in the clear."""

    reveal_field: RevealPayload | None = commanded_by(reveal_field)
    """One masked value in the clear, for roles that may: field as in `viewer { masked }`, id: of the document
    or contact point, which may be left out where the customer has but one. Noted, with the reason."""
