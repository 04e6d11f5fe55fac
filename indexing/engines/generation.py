"""One tantivy index in one folder: reads, and writes of one commit each."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import tantivy
from tantivy import Order, Searcher

from indexing.documents.customers import CustomerDocument
from indexing.engines.embedded_documents import embedded_document, embedded_schema
from indexing.engines.folders import file_stamp
from indexing.engines.merging import merging_gives_way
from indexing.engines.port import Candidate, Candidates, Extent, FacetCount, Facets, IndexEntry, Mark
from indexing.engines.ranked import ranked
from indexing.engines.tantivy_queries import QueryMaker
from indexing.errors import DocumentsRefused
from indexing.keyed import KeyedTerms
from indexing.questions import Question

WRITER_HEAP = 64_000_000  # bytes; tantivy flushes a segment when it is full
IDS_A_QUERY = 1_000
ENTRIES_A_PAGE = 2_000
MOST_FACETS = 10_000  # codes counted at most; above the number of tags, branches and statuses: so exact

_FACETS = {"tags": "tags", "branches": "branch", "statuses": "status"}


class Generation:
    """Reading is safe in many threads; only one thread at a time may write."""

    def __init__(self, path: Path, keyed: KeyedTerms) -> None:
        self.path = path
        self._keyed = keyed
        if tantivy.Index.exists(str(path)):
            self._index = tantivy.Index.open(str(path))
        else:
            self._index = tantivy.Index(embedded_schema(), path=str(path))
        # By hand: tantivy's own watcher looks twice a second, and a search must see the commit before it.
        self._index.config_reader("manual")
        self._maker = QueryMaker(self._index.schema)
        self._writer: tantivy.IndexWriter | None = None
        self._reloading = threading.Lock()
        self._seen = (0, 0)

    def search(self, question: Question, extent: Extent) -> Candidates:
        question = self._keyed.asked(question)
        searcher = self.searcher()
        hits = ranked(searcher, self._maker, question, extent.limit, extent.after)
        ids = searcher.fast_field_values("key", [hit.address for hit in hits])
        found = tuple(
            Candidate(int(id or 0), hit.score, hit.sort_key, _names(searcher.doc(hit.address)))
            for id, hit in zip(ids, hits, strict=True)
        )
        facets = self._facets(searcher, question) if extent.wants_facets else None
        return Candidates(
            found, self._total(searcher, question, facets) if extent.wants_total else None, facets
        )

    def searcher(self) -> Searcher:
        """A searcher that sees the newest commit of any process."""
        stamp = file_stamp(self.path / "meta.json")
        with self._reloading:
            if stamp != self._seen:
                self._index.reload()
                self._seen = stamp
            return self._index.searcher()

    def count(self) -> int:
        return self.searcher().num_docs

    def apply(self, documents: Iterable[CustomerDocument], gone: Mapping[int, int]) -> None:
        """Raises DocumentsRefused, with the others in."""
        newest: dict[int, CustomerDocument] = {}
        for document in documents:
            known = newest[document.id].revision if document.id in newest else gone.get(document.id, -1)
            if known <= document.revision:
                newest[document.id] = document
        held = self._revisions([*newest, *gone])
        fresh = (one for id, one in newest.items() if held.get(id, -1) <= one.revision)
        made, refused = made_of(fresh, self._keyed)
        left = {id for id, revision in gone.items() if id not in newest and held.get(id, -1) <= revision}
        self._write(left | made.keys(), made.values())
        if refused:
            raise DocumentsRefused(refused)

    def _write(self, ids: Iterable[int], made: Iterable[tantivy.Document]) -> None:
        """The documents in the place of all that is there under these ids."""
        writer = self._writing()
        try:
            # By query: tantivy's delete by term takes the id for a signed integer, and deletes nothing.
            for part in _parts(sorted(ids)):
                writer.delete_documents_by_query(self._maker.ids(part))
            for one in made:
                writer.add_document(one)
            writer.commit()
            merging_gives_way()
        except BaseException:
            self._writer = None  # what was added and not committed goes with it
            raise
        self.searcher()

    def entries(self, low: int) -> list[IndexEntry]:
        """A page of entries by id, from the lowest id on."""
        searcher = self.searcher()
        found = self._by_key(searcher, low, ENTRIES_A_PAGE)
        addresses = [address for _, address in found]
        revisions = searcher.fast_field_values("revision", addresses)
        entries = []
        for (id, address), revision in zip(found, revisions, strict=True):
            stored = searcher.doc(address)
            names = _names(stored)
            number = str(stored.get_first("number"))
            entries.append(IndexEntry(id, number, int(revision or 0), names[0] if names else ""))
        return entries

    def marks(self, low: int, most: int) -> list[Mark]:
        searcher = self.searcher()
        found = self._by_key(searcher, low, most)
        addresses = [address for _, address in found]
        revisions = searcher.fast_field_values("revision", addresses)
        contents = searcher.fast_field_values("content", addresses)
        return [
            Mark(id, int(revision or 0), int(content or 0))
            for (id, _), revision, content in zip(found, revisions, contents, strict=True)
        ]

    def _by_key(self, searcher: Searcher, low: int, most: int) -> list[tuple[int, tantivy.DocAddress]]:
        query = self._maker.key_from(low)
        found = searcher.search(query, limit=most, count=False, order_by_field="key", order=Order.Asc).hits
        return [(int(id), address) for id, address in found]

    def close(self) -> None:
        self._writer = None

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(WRITER_HEAP, 1)
        return self._writer

    def _revisions(self, ids: Sequence[int]) -> dict[int, int]:
        searcher = self.searcher()
        held: dict[int, int] = {}
        for part in _parts(ids):
            found = searcher.search(self._maker.ids(part), limit=len(part), count=False).hits
            addresses = [address for _, address in found]
            keys = searcher.fast_field_values("key", addresses)
            revisions = searcher.fast_field_values("revision", addresses)
            held.update(
                (int(key or 0), int(revision or 0)) for key, revision in zip(keys, revisions, strict=True)
            )
        return held

    def _total(self, searcher: Searcher, question: Question, facets: Facets | None) -> int:
        if facets is not None:  # each customer has one status
            return sum(status.count for status in facets.statuses)
        found = searcher.search(self._fitting(question), limit=1, count=True)
        return int(found.count or 0)  # type: ignore[attr-defined]  # left out of the library's stubs

    def _facets(self, searcher: Searcher, question: Question) -> Facets:
        asked = {
            name: {"terms": {"field": field, "size": MOST_FACETS, "segment_size": MOST_FACETS}}
            for name, field in _FACETS.items()
        }
        counted = searcher.aggregate(self._fitting(question), asked)
        return Facets(**{name: _facet(counted[name]["buckets"]) for name in _FACETS})

    def _fitting(self, question: Question) -> tantivy.Query:
        if question.alternatives:
            return self._maker.whole(question)
        return self._maker.listed(question, None)


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + IDS_A_QUERY] for start in range(0, len(ids), IDS_A_QUERY))


def made_of(
    documents: Iterable[CustomerDocument], keyed: KeyedTerms
) -> tuple[dict[int, tantivy.Document], dict[int, str]]:
    """By id, and why the others can not be made."""
    made: dict[int, tantivy.Document] = {}
    refused: dict[int, str] = {}
    for document in documents:
        try:
            made[document.id] = embedded_document(document, keyed)
        except (ValueError, TypeError, OverflowError) as error:
            refused[document.id] = type(error).__name__
    return made, refused


def _facet(buckets: list[dict[str, object]]) -> tuple[FacetCount, ...]:
    counts = [FacetCount(str(bucket["key"]), int(str(bucket["doc_count"]))) for bucket in buckets]
    return tuple(sorted(counts, key=lambda facet: (-facet.count, facet.value)))


def _names(stored: tantivy.Document) -> tuple[str, ...]:
    return tuple(str(name) for name in stored.get_all("name"))
