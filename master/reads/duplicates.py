"""Who is there already: customers with an equal document, or an equal mobile not of the insurer's own."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from master.access import customers_in_sight
from master.errors import Candidate
from master.reads.own_phones import is_own_phone
from master.sight import Sight, bound, reach_of
from master.tables.base import table
from master.tables.matching import BlockingKeyRow
from matching.block import KINDS

keys = table(BlockingKeyRow)

MOST = 20  # candidates shown: a number that more people share identifies nobody


def same_keys(
    connection: Connection, documents: Sequence[bytes], mobiles: Sequence[bytes], sight: Sight | None
) -> list[Candidate]:
    """Those in sight with an equal document first, then those with an equal mobile; each customer once."""
    seen = customers_in_sight(keys.c.customer_id, reach_of(sight))
    found: dict[int, str] = {}
    for field, digests in (("document", documents), ("mobile", mobiles)):
        same = (
            keys.c.kind == KINDS[field],
            keys.c.digest.in_(digests),
            ~is_own_phone(keys.c.kind, keys.c.digest),
        )
        wanted = select(keys.c.customer_id).where(*same, seen)
        first = wanted.order_by(keys.c.customer_id).distinct().limit(MOST).params(bound(sight))
        for customer_id in connection.scalars(first):
            found.setdefault(customer_id, field)
    return [Candidate(customer_id, field) for customer_id, field in found.items()][:MOST]
