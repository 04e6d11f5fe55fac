"""Many records side by side: each value once, as a number that is equal where the value is."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

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

    def frequencies(self) -> Numbers:
        """How often each distinct value stands."""
        return np.bincount(self.codes, minlength=len(self.distinct)).astype(np.int32)


def shared_by_few(of: Values[T], most: int) -> Values[T]:
    """Without values that more have than that."""
    kept = of.frequencies()[of.codes] <= most
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


def columns(records: Sequence[NormalRecord], most_sharing: int | None = None) -> Columns:
    """most_sharing: how many may have a mobile or an e-mail address for it to stand there; None: all may."""
    most = len(records) if most_sharing is None else most_sharing
    return Columns(
        ids=[record.id for record in records],
        names=values(
            [(n.exact, n.sound, n.surname, n.given) for n in record.names if n.exact] for record in records
        ),
        documents=values([(d.type, d.number, d.is_proven) for d in record.documents] for record in records),
        mobiles=shared_by_few(values(record.mobiles for record in records), most),
        emails=shared_by_few(values(record.emails for record in records), most),
        births=values(record.births for record in records),
        addresses=values(record.addresses for record in records),
        genders=values([record.gender] if record.gender else [] for record in records),
        is_organization=np.array([record.kind == "ORGANIZATION" for record in records], dtype=np.bool_),
    )
