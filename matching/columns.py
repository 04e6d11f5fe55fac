"""Many records side by side: each value once, as a number that is equal where the value is."""

from collections.abc import Hashable, Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.normalized import NormalRecord

T = TypeVar("T", bound=Hashable)

Numbers: TypeAlias = NDArray[np.int32]
Places: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Values(Generic[T]):
    """What all records have in one field; of record i: `distinct[codes[starts[i]:starts[i + 1]]]`."""

    distinct: Sequence[T]
    codes: Numbers
    starts: Places

    @property
    def counts(self) -> Places:
        return np.diff(self.starts)

    def at(self, place: int) -> list[T]:
        """The values of one record."""
        return [
            self.distinct[code] for code in self.codes[self.starts[place] : self.starts[place + 1]].tolist()
        ]

    def of(self, kept: NDArray[np.bool_]) -> "Values[T]":
        """Those of some records."""
        starts = np.concatenate(([0], np.cumsum(self.counts[kept]))).astype(np.int64)
        return Values(self.distinct, self.codes[np.repeat(kept, self.counts)], starts)

    def frequencies(self) -> Numbers:
        """How often each distinct value stands."""
        return np.bincount(self.codes, minlength=len(self.distinct)).astype(np.int32)


def shared_by_few(of: Values[T], most: int) -> Values[T]:
    """Without values that more have than that."""
    return _kept(of, of.frequencies()[of.codes] <= most)


def without(of: Values[T], left_out: Set[T]) -> Values[T]:
    """Without these values."""
    is_kept = np.array([value not in left_out for value in of.distinct], dtype=np.bool_)
    return _kept(of, is_kept[of.codes])


def _kept(of: Values[T], kept: NDArray[np.bool_]) -> Values[T]:
    """kept: by code, in their order."""
    starts = np.concatenate(([0], np.cumsum(kept)))[of.starts].astype(np.int64)
    return Values(of.distinct, of.codes[kept], starts)


def values(lists: Iterable[Sequence[T]]) -> Values[T]:
    known: dict[T, int] = {}
    codes: list[int] = []
    starts = [0]
    for each in lists:
        codes.extend(known.setdefault(value, len(known)) for value in each)
        starts.append(len(codes))
    return Values(list(known), np.array(codes, dtype=np.int32), np.array(starts, dtype=np.int64))


def values_together(parts: Sequence[Values[T]]) -> Values[T]:
    """Those of the records of each, one after another."""
    known: dict[T, int] = {}
    codes, starts, many = [np.empty(0, dtype=np.int32)], [np.zeros(1, dtype=np.int64)], 0
    for part in parts:
        own = np.array([known.setdefault(value, len(known)) for value in part.distinct], dtype=np.int32)
        codes.append(own[part.codes] if len(own) else part.codes)
        starts.append(part.starts[1:] + many)
        many += len(part.codes)
    return Values(list(known), np.concatenate(codes), np.concatenate(starts))


@dataclass(frozen=True)
class Columns:
    """Records by field, in their order."""

    ids: Sequence[Hashable]
    names: Values[tuple[str, str, str, str]]
    documents: Values[tuple[str, str, bool]]
    mobiles: Values[str]
    emails: Values[str]
    births: Values[str]
    addresses: Values[str]
    genders: Values[str]
    is_organization: NDArray[np.bool_] = field(repr=False)

    def identity(self, place: int) -> str:
        """All that is compared of a record, as text: another one, and it has to be judged anew."""
        names = [exact for exact, *_ in self.names.at(place)] or [""]
        gender = "".join(self.genders.at(place))
        births, documents = tuple(self.births.at(place)), [each[:2] for each in self.documents.at(place)]
        reached = (tuple(of.at(place)) for of in (self.mobiles, self.emails, self.addresses))
        return repr((self.kind(place), names, gender, births, documents, *reached))

    def kind(self, place: int) -> str:
        return "ORGANIZATION" if self.is_organization[place] else "PERSON"

    def persons(self) -> "Columns":
        """Those of persons alone."""
        kept = ~self.is_organization
        ids = [id for id, is_kept in zip(self.ids, kept.tolist(), strict=True) if is_kept]
        its = {name: getattr(self, name).of(kept) for name in VALUES}
        return Columns(ids=ids, **its, is_organization=self.is_organization[kept])


VALUES = ("names", "documents", "mobiles", "emails", "births", "addresses", "genders")


def together(parts: Sequence[Columns]) -> Columns:
    """The records of each, one after another."""
    its: dict[str, Any] = {name: values_together([getattr(part, name) for part in parts]) for name in VALUES}
    return Columns(
        ids=[id for part in parts for id in part.ids],
        **its,
        is_organization=np.concatenate([np.empty(0, dtype=np.bool_), *(p.is_organization for p in parts)]),
    )


def of_few(table: Columns, most: int) -> Columns:
    """Without mobiles and e-mail addresses that more have."""
    mobiles, emails = shared_by_few(table.mobiles, most), shared_by_few(table.emails, most)
    return replace(table, mobiles=mobiles, emails=emails)


def columns(records: Sequence[NormalRecord]) -> Columns:
    return Columns(
        ids=[record.id for record in records],
        names=values(
            [(n.exact, n.sound, n.surname, n.given) for n in record.names if n.exact] for record in records
        ),
        documents=values([(d.type, d.number, d.is_proven) for d in record.documents] for record in records),
        mobiles=values(record.mobiles for record in records),
        emails=values(record.emails for record in records),
        births=values(record.births for record in records),
        addresses=values(record.addresses for record in records),
        genders=values([record.gender] if record.gender else [] for record in records),
        is_organization=np.array([record.kind == "ORGANIZATION" for record in records], dtype=np.bool_),
    )
