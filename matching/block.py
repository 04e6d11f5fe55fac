"""Which records may be the same: those that share a key. Each key alone misses many, their union few."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.columns import Places
from matching.normalized import NormalRecord

FEWEST_DIGITS = 4  # of an address, all together

# Kinds of keys, in the order in which they are made; a record has several of most. Each with its number in
# hubs' masters, which is never given to another kind.
KINDS = {
    "document": 1, "document digits": 2, "tail+year": 3, "mobile": 4, "email": 5, "name": 6, "name+birth": 7,
    "start+birth": 8, "initials+birth": 9, "name+address": 10, "start+address": 11, "birth+address": 12,
    "start+place": 13, "birth+place": 14,
}  # fmt: skip
FORM = 1  # of all keys' texts: raised with each change to them, so that hubs make theirs anew

# The fields that each kind is made of, by their names in compare.FIELDS.
MADE_OF = {
    "document": ("document",), "document digits": ("document",), "tail+year": ("document", "birth"),
    "mobile": ("mobile",), "email": ("email",), "name": ("name",), "name+birth": ("name", "birth"),
    "start+birth": ("name", "birth"), "initials+birth": ("name", "birth"),
    "name+address": ("name", "address"), "start+address": ("name", "address"),
    "birth+address": ("birth", "address"), "start+place": ("name", "address"),
    "birth+place": ("birth", "address"),
}  # fmt: skip

# Kinds that say enough only where few share the key: a rare name, the digits of a number in whatever order.
RARE = frozenset({"name", "document digits"})


def keys(record: NormalRecord) -> Iterator[tuple[str, str]]:
    """Kind and text of each key under which the record is looked for; the text is personal.

    One document that two sources call by two types is found by its digits.
    """
    for document in record.documents:
        yield "document", f"{document.type} {document.number}"
        yield "document digits", "".join(sorted(document.number))
        if len(document.number) >= 6:
            yield from (("tail+year", f"{document.number[-6:]}:{birth[:4]}") for birth in record.births)
    yield from (("mobile", mobile) for mobile in record.mobiles)
    yield from (("email", email) for email in record.emails)
    yield from (("name", name.sound.replace(" ", "")) for name in record.names if name.sound)
    if record.kind == "ORGANIZATION":
        return
    for birth in record.births:
        yield from _with_birth(birth, record)
    for address in record.addresses:
        yield from _at(address, record)


def _at(address: str, record: NormalRecord) -> Iterator[tuple[str, str]]:
    """By the digits of an address where there are enough: who has the whole of it has them too."""
    place = numbers_of(address)
    text, kind = (place, "place") if place else (address, "address")
    yield from (("name+address", f"{name.sound}:{address}") for name in record.names if name.sound)
    yield from _starts(text, kind, record)
    yield from ((f"birth+{kind}", f"{birth}:{text}") for birth in record.births)


def _with_birth(birth: str, record: NormalRecord) -> Iterator[tuple[str, str]]:
    """The birth date beside the name, the start of each of its words, and their initials."""
    yield from (("name+birth", f"{name.sound}:{birth}") for name in record.names if name.sound)
    yield from _starts(birth, "birth", record)
    yield from (("initials+birth", f"{n.initials}:{birth}") for n in record.names if n.initials)


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

    def placed(self, ids: Places) -> "Pairs":
        """By the places in `ids`, which are in order, of pairs that are named by their ids; without those of
        whom one is not there."""
        kept = np.isin(self.one, ids) & np.isin(self.other, ids)
        one, other = np.searchsorted(ids, self.one[kept]), np.searchsorted(ids, self.other[kept])
        return Pairs(one, other, self.cut)


def pairs(
    records: Sequence[NormalRecord],
    kinds: Collection[str] = tuple(KINDS),
    most: int = 200,
    most_rare: int = 10,
) -> Pairs:
    """most, most_rare: a key that more records share is not followed; the latter for the kinds in RARE."""
    by_kind: dict[str, tuple[list[int], list[int]]] = {kind: ([], []) for kind in kinds}
    for place, record in enumerate(records):
        for kind, text in keys(record):
            if kind in by_kind:
                hashes, places = by_kind[kind]
                hashes.append(hash(text))
                places.append(place)
    blocks = {
        kind: Blocks.of(np.array(hashes, dtype=np.int64), np.array(places, dtype=np.int64))
        for kind, (hashes, places) in by_kind.items()
    }
    return pairs_in(blocks, most, most_rare)


@dataclass(frozen=True)
class Blocks:
    """Places (or ids) of records by key: those of the k-th key are the sizes[k] from starts[k] on."""

    places: Places
    starts: Places
    sizes: Places

    @classmethod
    def of(cls, hashes: Places, places: Places) -> "Blocks":
        """Equal hashes are one key."""
        order = np.argsort(hashes, kind="stable")
        hashes = hashes[order]
        starts = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1])))
        return cls(places[order], starts, np.diff(np.append(starts, len(hashes))))

    def every_two(self, most: int) -> Places:
        """Two places of each key that no more than `most` share, as one number: the lower in the upper
        half."""
        found = [np.empty(0, dtype=np.int64)]
        for size in np.unique(self.sizes[(self.sizes > 1) & (self.sizes <= most)]).tolist():
            blocks = self.places[self.starts[self.sizes == size][:, None] + np.arange(size)]
            first, second = np.triu_indices(size, 1)
            low, high = blocks[:, first].ravel(), blocks[:, second].ravel()
            low, high = np.minimum(low, high), np.maximum(low, high)
            found.append(((low << 32) | high)[low != high])
        return np.concatenate(found)

    def in_turn(self, most: int) -> tuple[Places, Places]:
        """Of keys that more than `most` share, as if their records had come one after another: every two of
        those who came behind no more than that, and the first one with each of the others; as every_two."""
        early, late = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        one, other = np.triu_indices(most + 1, 1)
        for block in np.flatnonzero(self.sizes > most).tolist():
            start = self.starts[block]
            places = np.unique(self.places[start : start + self.sizes[block]])
            early.append((places[one] << 32) | places[other])
            late.append((places[0] << 32) | places[most + 1 :])
        return np.concatenate(early), np.concatenate(late)


def pairs_in(blocks: Mapping[str, Blocks], most: int = 200, most_rare: int = 10) -> Pairs:
    """most, most_rare: as in `pairs`."""
    found, cut = [np.empty(0, dtype=np.int64)], {}
    for kind, its in blocks.items():
        size = most_rare if kind in RARE else most
        found.append(its.every_two(size))
        cut[kind] = int((its.sizes > size).sum())
    together = np.unique(np.concatenate(found))
    return Pairs(together >> 32, together & 0xFFFFFFFF, {kind: many for kind, many in cut.items() if many})
