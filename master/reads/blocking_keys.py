"""Keys by which customers are found beside a record: in which form they are kept."""

from collections.abc import Callable, Collection, Iterable, Mapping

import numpy as np
from sqlalchemy import Connection, String, cast, func, select

from master.keys import Keys
from master.reads.own_phones import is_own_phone
from master.sealing import seal_for
from master.tables.base import table
from master.tables.matching import BlockingFillRow, BlockingKeyRow
from matching.block import FORM, KINDS, Blocks, keys
from matching.normalized import NormalRecord

fills, keys_kept = table(BlockingFillRow), table(BlockingKeyRow)

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


def blocks(connection: Connection, kinds: Collection[str]) -> Mapping[str, Blocks]:
    """By kind, the customers (ids) that share a key, two and more.

    The keys stand in their order already: a hub of 200,000 has 2,400,000, and they are grouped in 1.7 s
    (measured 2026-11).
    """
    shared = (
        select(
            keys_kept.c.kind, func.count(), func.aggregate_strings(cast(keys_kept.c.customer_id, String), ",")
        )
        .where(
            keys_kept.c.kind.in_([KINDS[kind] for kind in kinds]),
            ~is_own_phone(keys_kept.c.kind, keys_kept.c.digest),
        )
        .group_by(keys_kept.c.kind, keys_kept.c.digest)
        .having(func.count() > 1)
    )
    found: dict[int, tuple[list[int], list[str]]] = {KINDS[kind]: ([], []) for kind in kinds}
    for kind, many, customers in connection.execute(shared):
        sizes, listed = found[kind]
        sizes.append(many)
        listed.append(customers)
    return {kind: _blocks(*found[KINDS[kind]]) for kind in kinds}


def _blocks(sizes: list[int], listed: list[str]) -> Blocks:
    customers = np.fromiter(map(int, ",".join(listed).split(",") if listed else ()), np.int64)
    many = np.array(sizes, dtype=np.int64)
    return Blocks(customers, np.cumsum(many) - many, many)


def document_keys(documents: Iterable[tuple[str, str]], digest: Digest) -> list[bytes]:
    """The digests of whole documents, by type and number in its normal form."""
    return [digest(f"{type} {number}") for type, number in documents]
