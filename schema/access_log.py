"""Who saw a customer, and values revealed."""

from datetime import datetime

from schema.codes import Occasion
from schema.described import described, described_from
from schema.errors import UserError
from schema.pages import Connection, Edge, edges, nodes


@described
class AccessEntry:
    """An answer that showed the customer to somebody."""

    at: datetime
    """When."""
    occasion: Occasion
    """Looked at, found in a list of hits, part of a page above 100 rows, or a masked value revealed."""
    viewer: str
    """To whom: the token's name."""
    role: str
    """The token's role at the time."""
    field: str | None
    """The field that was revealed, as IdentityDocument.number."""
    reason: str | None
    """Why it was revealed."""


@described_from(Edge)
class AccessEntryEdge:
    """An entry in a list."""

    cursor: str
    """Its place in the list."""
    node: AccessEntry
    """The entry."""


@described
class AccessEntryConnection(Connection):
    """A page of entries."""

    edges: list[AccessEntryEdge] = edges()
    nodes: list[AccessEntry] = nodes()


@described
class RevealPayload:
    """What came of a reveal."""

    value: str | None
    """The value in the clear: told this once, and noted."""
    errors: list[UserError]
    """Why it was refused."""
