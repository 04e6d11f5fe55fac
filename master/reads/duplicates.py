"""Who is there already: customers with an equal document or mobile."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from master.errors import Candidate
from master.tables.base import table
from master.tables.codes import MatchKeyKind
from master.tables.customers import MatchKeyRow

keys = table(MatchKeyRow)

MOST = 20  # candidates shown: a number that more people share identifies nobody


def same_keys(
    connection: Connection, documents: Sequence[bytes], mobiles: Sequence[bytes]
) -> list[Candidate]:
    """Those with an equal document first, then those with an equal mobile; each customer once."""
    found: dict[int, str] = {}
    for kind, field, digests in (
        (MatchKeyKind.DOCUMENT, "document", documents),
        (MatchKeyKind.MOBILE, "mobile", mobiles),
    ):
        wanted = select(keys.c.customer_id).where(keys.c.kind == kind, keys.c.digest.in_(digests))
        for customer_id in connection.scalars(wanted.order_by(keys.c.customer_id).distinct().limit(MOST)):
            found.setdefault(customer_id, field)
    return [Candidate(customer_id, field) for customer_id, field in found.items()][:MOST]
