"""Which records may be the same: those that share a key. Each key alone misses many, their union few."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.columns import Places
from matching.normalized import NormalRecord

FEWEST_DIGITS = 4  # of an address, all together

# Kinds of keys, in the order in which they are made; a record has several of most.
KINDS = (
    "document", "document digits", "tail+year", "mobile", "email", "name", "name+birth", "start+birth",
    "initials+birth", "name+address", "start+address", "birth+address", "start+place", "birth+place",
)  # fmt: skip

# Kinds that say enough only where few share the key: a rare name, the digits of a number in whatever order.
RARE = frozenset({"name", "document digits"})


def keys(record: NormalRecord) -> Iterator[tuple[str, str]]:
    """Kind and text of each key under which the record is looked for; the text is personal."""
    for document in record.documents:
        yield "document", document.number
        yield "document digits", "".join(sorted(document.number))
        if record.birth and len(document.number) >= 6:
            yield "tail+year", f"{document.number[-6:]}:{record.birth[:4]}"
    yield from (("mobile", mobile) for mobile in record.mobiles)
    yield from (("email", email) for email in record.emails)
    yield from (("name", name.sound.replace(" ", "")) for name in record.names if name.sound)
    if record.kind == "ORGANIZATION":
        return
    yield from _with(record.birth, "birth", record)
    if record.birth:
        yield from (("initials+birth", f"{name.initials}:{record.birth}") for name in record.names)
    for address in record.addresses:
        yield from _with(address, "address", record)
        if record.birth:
            yield "birth+address", f"{record.birth}:{address}"
        if place := numbers_of(address):
            yield from _starts(place, "place", record)
            if record.birth:
                yield "birth+place", f"{record.birth}:{place}"


def _with(text: str, kind: str, record: NormalRecord) -> Iterator[tuple[str, str]]:
    """The text beside the name, and beside the start of each of its words."""
    if text:
        yield from ((f"name+{kind}", f"{name.sound}:{text}") for name in record.names if name.sound)
        yield from _starts(text, kind, record)


def _starts(text: str, kind: str, record: NormalRecord) -> Iterator[tuple[str, str]]:
    return ((f"start+{kind}", f"{start}:{text}") for name in record.names for start in name.starts)


def numbers_of(address: str) -> str:
    """The digits of an address in order, where they say enough: two may have been exchanged."""
    found = sorted(filter(str.isdecimal, address))
    return "".join(found) if len(found) >= FEWEST_DIGITS else ""


@dataclass(frozen=True)
class Pairs:
    """Places of records that share a key: one[k] < other[k], each pair once.

    cut: how many keys of each kind were shared by too many to be followed.
    """

    one: Places
    other: Places
    cut: Mapping[str, int]


def pairs(
    records: Sequence[NormalRecord], kinds: Collection[str] = KINDS, most: int = 200, most_rare: int = 10
) -> Pairs:
    """most, most_rare: a key that more records share is not followed; the latter for the kinds in RARE."""
    by_kind: dict[str, tuple[list[int], list[int]]] = {kind: ([], []) for kind in kinds}
    for place, record in enumerate(records):
        for kind, text in keys(record):
            if kind in by_kind:
                hashes, places = by_kind[kind]
                hashes.append(hash(text))
                places.append(place)
    found = [np.empty(0, dtype=np.int64)]
    cut = {}
    for kind, (hashes, places) in by_kind.items():
        size = most_rare if kind in RARE else most
        joined, too_many = _joined(np.array(hashes, dtype=np.int64), np.array(places, dtype=np.int64), size)
        cut[kind] = too_many
        found.append(joined)
    together = np.unique(np.concatenate(found))
    return Pairs(together >> 32, together & 0xFFFFFFFF, {kind: many for kind, many in cut.items() if many})


def _joined(hashes: Places, places: Places, most: int) -> tuple[Places, int]:
    """Every two places of each hash, as one number: the lower in the upper half."""
    order = np.argsort(hashes, kind="stable")
    hashes, places = hashes[order], places[order]
    starts = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1])))
    sizes = np.diff(np.append(starts, len(hashes)))
    found = [np.empty(0, dtype=np.int64)]
    for size in np.unique(sizes[(sizes > 1) & (sizes <= most)]).tolist():
        blocks = places[starts[sizes == size][:, None] + np.arange(size)]
        first, second = np.triu_indices(size, 1)
        low, high = blocks[:, first].ravel(), blocks[:, second].ravel()
        low, high = np.minimum(low, high), np.maximum(low, high)
        found.append(((low << 32) | high)[low != high])
    return np.concatenate(found), int((sizes > most).sum())
