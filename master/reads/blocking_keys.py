"""Keys by which customers are found beside a record: in which form they are kept."""

from collections.abc import Callable, Iterable

from sqlalchemy import Connection, select

from master.keys import Keys
from master.sealing import seal_for
from master.tables.base import table
from master.tables.matching import BlockingFillRow
from matching.block import FORM, KINDS, keys
from matching.normalized import NormalRecord

fills = table(BlockingFillRow)

ARE_FILLED = (fills.c.form == FORM) & fills.c.ended_at.is_not(None)

DIGEST_BYTES = 8  # who shares a key is compared: that two texts in 2^64 meet does no harm

Digest = Callable[[str], bytes]
Key = tuple[int, bytes]  # kind and digest


def key_digest(of: Keys) -> Digest:
    """The digest that keys are kept by: of the text that matching/block.py gives them."""
    digest = seal_for(of, "match_keys").digest
    return lambda text: digest(text)[:DIGEST_BYTES]


def keys_of(record: NormalRecord, digest: Digest) -> set[Key]:
    """All keys of a record, as they are kept."""
    return {(KINDS[kind], digest(text)) for kind, text in keys(record)}


def are_filled(connection: Connection) -> bool:
    """Whether all customers have keys of the present form: until `kehu init` was run with a new version some
    may have none, and nobody finds them by any."""
    return connection.execute(select(fills.c.form).where(ARE_FILLED)).first() is not None


def document_keys(documents: Iterable[tuple[str, str]], digest: Digest) -> list[bytes]:
    """The digests of whole documents, by type and number in its normal form."""
    return [digest(f"{type} {number}") for type, number in documents]
