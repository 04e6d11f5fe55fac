"""Who incoming records may be: customers in sight who share a key with them, by what may be compared."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import Connection

from master.errors import Unavailable
from master.reads.blocking_keys import Digest, Key, keys_of
from master.reads.sharing import Sharing, sharing
from master.sight import Sight
from matching.block import KINDS
from matching.normalized import NormalRecord
from matching.rules import Rules
from matching.seeing import EVERYTHING, Seeing

MOST_KEYS = 200  # by which a record is looked for: names of many words beside many addresses make thousands

NAMES = {number: kind for kind, number in KINDS.items()}


@dataclass(frozen=True)
class Looking:
    """By what rules is looked, among whom, and as far as who looks may know of them. number_digest: of
    documents' numbers, where who is somebody else by them need not be told."""

    rules: Rules
    digest: Digest
    sight: Sight | None = None
    seeing: Seeing = EVERYTHING
    number_digest: Digest | None = None

    def keys(self, keys: Set[Key]) -> list[Key]:
        """In the order of matching/block.py, numbers first: where there are many the last are left out."""
        return [key for key in sorted(keys) if key[0] in self._kinds][:MOST_KEYS]

    @cached_property
    def _kinds(self) -> frozenset[int]:
        return frozenset(number for number, kind in NAMES.items() if self.seeing.looks_for(kind))

    def resident_id(self, record: NormalRecord) -> bytes:
        """The digest of one by which others are somebody else, by these rules and for who looks; or none."""
        parts = self.rules.of(record.kind).parts_by_documents and "document" not in self.seeing.hidden
        if self.number_digest is None or not parts:
            return b""
        its = (each for each in record.documents if each.type == "RESIDENT_ID" and each.is_proven)
        return next((self.number_digest(each.number) for each in its), b"")


@dataclass(frozen=True)
class Keyed:
    """A record, and all keys that it has."""

    record: NormalRecord
    keys: Set[Key]


@dataclass(frozen=True)
class Candidates:
    """record: without numbers that so many have that they say nothing. revisions: of the others, in their
    order."""

    record: NormalRecord
    others: Sequence[NormalRecord]
    revisions: Sequence[int]


def candidates(connection: Connection, wanted: Sequence[Keyed], looking: Looking) -> Iterator[Candidates]:
    """Of each record, in order. Raises Unavailable while some customers have no keys."""
    most = {number: looking.rules.most(kind) for number, kind in NAMES.items()}
    asked = [{key: most[key[0]] for key in looking.keys(each.keys)} for each in wanted]
    resident_ids = [looking.resident_id(each.record) for each in wanted]
    found = sharing(connection, asked, looking.sight, resident_ids)
    if not found.is_whole:
        raise Unavailable("Some customers have no match keys yet: run `kehu init`; all else answers.")
    customers = {id: looking.seeing.normalized(each) for id, each in found.customers.items()}
    # A key may come of what who looks does not see: a birth date that a masked ID tells.
    own = (
        {id: keys_of(each, looking.digest) for id, each in customers.items()} if looking.seeing.hidden else {}
    )
    for each, keys, ids in zip(wanted, asked, found.found, strict=True):
        kept = [id for id in ids if customers[id].kind == each.record.kind]
        if own:
            followed = {key for key, limit in keys.items() if found.counts.get(key, 0) <= limit}
            kept = [id for id in kept if not followed.isdisjoint(own[id])]
        is_crowded = not keys.keys().isdisjoint(found.counts)
        yield Candidates(
            _told_of_few(each.record, found, looking) if is_crowded else each.record,
            [customers[id] for id in kept],
            [found.revisions[id] for id in kept],
        )


def _told_of_few(record: NormalRecord, found: Sharing, looking: Looking) -> NormalRecord:
    """The record without mobiles and e-mail addresses that too many have: they say nothing."""

    def kept(kind: str, values: tuple[str, ...]) -> tuple[str, ...]:
        most = looking.rules.most_sharing
        return tuple(
            each for each in values if found.counts.get((KINDS[kind], looking.digest(each)), 0) <= most
        )

    mobiles, emails = kept("mobile", record.mobiles), kept("email", record.emails)
    return replace(record, mobiles=mobiles, emails=emails)
