"""What the hub asks of any search engine; two engines answer it alike."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from indexing.documents.customers import CustomerDocument
from indexing.questions import Question


@dataclass(frozen=True, slots=True)
class Place:
    """A point in the engine's order, which is by score and then by sort key, both falling."""

    score: int
    sort_key: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One customer that fits, with what re-ranking needs."""

    id: int
    score: int
    sort_key: int
    names: tuple[str, ...]

    @property
    def place(self) -> Place:
        return Place(self.score, self.sort_key)


@dataclass(frozen=True, slots=True)
class FacetCount:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Exact counts over all that fits, most first, equal ones by code."""

    tags: tuple[FacetCount, ...]
    branches: tuple[FacetCount, ...]
    statuses: tuple[FacetCount, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """In the engine's exact order; total and facets only where they were asked for."""

    found: tuple[Candidate, ...]
    total: int | None
    facets: Facets | None


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of the answer is wanted: so many from behind a place on, and which counts."""

    limit: int
    after: Place | None = None
    wants_total: bool = False
    wants_facets: bool = False


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What the index holds of one customer, for checks and dumps."""

    id: int
    number: str
    revision: int
    name: str


class Mark(NamedTuple):
    """What a check compares of one customer; content: content_mark() of the document that was put in."""

    id: int
    revision: int
    content: int


@dataclass(frozen=True, slots=True)
class Health:
    """needs_rebuild: the index is new, or was made by another version of the code or with other keys."""

    is_ready: bool
    needs_rebuild: bool
    customers: int
    detail: str


class SearchEngine(Protocol):
    """Every method but close raises SearchUnavailable when the index can not be read or written.

    has_one_writer: claim_writing() lets one process write at a time.
    gather_seconds: from one batch that nobody waits for to the next, so that many small ones become one.
    """

    has_one_writer: bool
    gather_seconds: float

    async def search(self, question: Question, extent: Extent) -> Candidates: ...

    async def apply(
        self,
        documents: Sequence[CustomerDocument],
        gone: Mapping[int, int],
        *,
        generation: str | None = None,
        visible: bool = True,
    ) -> None:
        """Put the documents in and take the gone customers out; raises DocumentsRefused, with the others in.

        gone: ids with the revisions at which the customers were deleted. An older revision never replaces a
        newer one, nor brings back what is gone; an equal one is put in again.
        visible: searches see it when this returns, else within about a second (embedded: always at once).
        generation: into an index that does not serve yet; visible to count() and entries() only.
        """
        ...

    async def tidy(self) -> None:
        """Upkeep for now and then: forget the deletes that no late write can follow any more."""
        ...

    async def count(self, *, generation: str | None = None) -> int: ...

    def entries(self, *, generation: str | None = None) -> AsyncIterator[IndexEntry]:
        """Everything in the index, by id, a page in memory at a time."""
        ...

    async def marks(self, low: int, most: int, *, generation: str | None = None) -> list[Mark]:
        """The first so many customers from this id on, by id, as they are in the index at this moment."""
        ...

    async def buried(self, ids: Sequence[int], *, generation: str | None = None) -> dict[int, int]:
        """Of these customers those that it remembers as deleted: older revisions of them are not put in."""
        ...

    async def make_visible(self) -> None:
        """Let searches see all that was put in before, whatever apply() was told."""
        ...

    async def new_generation(self) -> str:
        """Make an empty index beside the serving one; its name, which sorts behind all earlier ones.

        What a rebuild that was killed has left behind goes, where no process is filling it.
        """
        ...

    async def fill(self, documents: Sequence[CustomerDocument], *, generation: str, part: int) -> None:
        """Put customers into a part of a new generation, each once; raises DocumentsRefused, the others in.

        Every part is filled by one process, all at the same time.
        """
        ...

    async def close_part(self, *, generation: str, part: int) -> None:
        """Called by the process that filled it, at its end: what was put into the part is safe now."""
        ...

    async def join_parts(self, *, generation: str) -> None:
        """Once all parts are closed: the generation holds what they hold, for count(), marks(), apply()."""
        ...

    async def drop_generation(self, generation: str) -> None:
        """Delete one that does not serve."""
        ...

    async def generations(self) -> list[str]:
        """The serving one first, then the others that could serve here, newest first."""
        ...

    async def serve_generation(self, generation: str) -> None:
        """From now on answer from this index; the one before stays until it is dropped."""
        ...

    async def drop_old_generations(self) -> list[str]:
        """Delete all indexes but the serving one; their names."""
        ...

    async def claim_writing(self) -> bool:
        """Become a process that writes; False while another is, where there can be but one."""
        ...

    async def health(self) -> Health: ...

    async def close(self) -> None: ...
