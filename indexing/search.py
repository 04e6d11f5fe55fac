"""Customer search: words and filters into a question, the engine's candidates re-ranked, page by page."""

from dataclasses import dataclass, field
from datetime import date, datetime

from indexing import tokens as terms
from indexing.align import FORMER_NAME, alignment
from indexing.documents.customers import day_number, milliseconds
from indexing.engines.port import Candidate, Extent, Facets, Place, SearchEngine
from indexing.notices import Notice
from indexing.permitted import EVERYTHING, Permitted
from indexing.queries import Asked, asked
from indexing.questions import AnyTerm, Between, Leaf, Question, Term
from indexing.words import Token, read_words
from master.tracing import traced
from matching.numbers import read_mobile

# The engine's first so many are re-ranked; those behind keep the engine's order.
WINDOW = 60
ALIGNMENT_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """All given conditions hold at once; branch: as home branch, it and all below; numbers in any form."""

    kind: str | None = None
    statuses: tuple[str, ...] = ()
    branch: str | None = None
    tags_all: tuple[str, ...] = ()
    tags_any: tuple[str, ...] = ()
    tags_none: tuple[str, ...] = ()
    product_line: str | None = None
    born_from: date | None = None
    born_to: date | None = None
    document: str | None = None  # type and normal form, as in CustomerDocument.typed_documents
    mobile: str | None = None
    updated_since: datetime | None = None
    # Only customers that belong to one of these branches or below them (NO_BRANCH: to none); None: all.
    within: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a hit stands: among the re-ranked first ones by its score here, behind them by the engine's."""

    score: float
    sort_key: int
    reranked: bool


@dataclass(frozen=True, slots=True)
class SearchRequest:
    words: str = ""
    filter: SearchFilter = field(default_factory=SearchFilter)
    first: int = 10
    after: Position | None = None
    wants_total: bool = False
    wants_facets: bool = False
    permitted: Permitted = EVERYTHING


@dataclass(frozen=True, slots=True)
class Hit:
    customer_id: int
    score: float
    sort_key: int
    position: Position


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """Best first; total and facets only when asked for."""

    hits: list[Hit]
    has_next: bool
    total: int | None
    facets: Facets | None
    notices: list[Notice]


@traced("search")
async def search_customers(engine: SearchEngine, request: SearchRequest) -> SearchAnswer:
    """A page of the customers that fit; raises SearchUnavailable."""
    words = read_words(request.words)
    understood = asked(words, request.permitted)
    must, none = conditions(request.filter)
    question = Question(understood.units, must, none)
    if not words.is_blank and not understood.units:
        return SearchAnswer([], False, *_nothing(request), list(understood.notices))
    wanted = request.first + 1
    after = request.after
    if words.is_blank or (after is not None and not after.reranked):
        place = None if after is None else Place(round(after.score), after.sort_key)
        extent = Extent(wanted, place, request.wants_total, request.wants_facets)
        answer = await engine.search(question, extent)
        hits, total, facets = [_hit(one) for one in answer.found], answer.total, answer.facets
    else:
        extent = Extent(WINDOW, None, request.wants_total, request.wants_facets)
        answer = await engine.search(question, extent)
        total, facets = answer.total, answer.facets
        hits = [hit for hit in reranked(answer.found, understood) if _is_behind(hit, after)]
        if len(hits) < wanted and len(answer.found) == WINDOW:
            # The place behind the window in the engine's order, from which no page ever goes back into it.
            rest = Extent(wanted - len(hits), answer.found[-1].place)
            hits += [_hit(one) for one in (await engine.search(question, rest)).found]
    return SearchAnswer(
        hits[: request.first], len(hits) > request.first, total, facets, list(understood.notices)
    )


async def count_customers(engine: SearchEngine, wanted: SearchFilter) -> int:
    """How many fit; raises SearchUnavailable."""
    counted = await engine.search(Question((), *conditions(wanted)), Extent(0, wants_total=True))
    return counted.total or 0


def _nothing(request: SearchRequest) -> tuple[int | None, Facets | None]:
    return 0 if request.wants_total else None, Facets((), (), ()) if request.wants_facets else None


def reranked(found: tuple[Candidate, ...], understood: Asked) -> list[Hit]:
    """The window by score and alignment of the words with the names; equal ones by sort key."""
    hits = []
    aligned: dict[tuple[str, ...], float] = {}  # those that sound alike are often called alike
    for one in found:
        if one.names not in aligned:
            aligned[one.names] = _alignment(understood.variants, one.names)
        score = round(one.score + ALIGNMENT_WEIGHT * aligned[one.names], 3)
        hits.append(Hit(one.id, score, one.sort_key, Position(score, one.sort_key, True)))
    return sorted(hits, key=lambda hit: (-hit.score, -hit.sort_key))


def _alignment(ways: tuple[tuple[Token, ...], ...], names: tuple[str, ...]) -> float:
    return max(
        (
            alignment(way, name) * (1 if rank == 0 else FORMER_NAME)
            for way in ways
            for rank, name in enumerate(names)
        ),
        default=0.0,
    )


def _hit(one: Candidate) -> Hit:
    return Hit(one.id, float(one.score), one.sort_key, Position(float(one.score), one.sort_key, False))


def _is_behind(hit: Hit, after: Position | None) -> bool:
    return after is None or (hit.score, hit.sort_key) < (after.score, after.sort_key)


def conditions(wanted: SearchFilter) -> tuple[tuple[Leaf, ...], tuple[Leaf, ...]]:
    """What must and what must not hold."""
    must: list[Leaf] = [Term("tags", code) for code in wanted.tags_all]
    for name, text in (
        ("kind", wanted.kind),
        ("branch_path", wanted.branch),
        ("product_lines", wanted.product_line),
    ):
        if text is not None:
            must.append(Term(name, text))
    if wanted.statuses:
        must.append(AnyTerm("status", wanted.statuses))
    if wanted.tags_any:
        must.append(AnyTerm("tags", wanted.tags_any))
    if wanted.within is not None:
        must.append(AnyTerm("belongs", wanted.within))
    must += _number_conditions(wanted)
    return tuple(must), tuple(Term("tags", code) for code in wanted.tags_none)


def _number_conditions(wanted: SearchFilter) -> list[Leaf]:
    must: list[Leaf] = []
    if wanted.born_from is not None or wanted.born_to is not None:
        low = None if wanted.born_from is None else day_number(wanted.born_from)
        high = None if wanted.born_to is None else day_number(wanted.born_to)
        must.append(Between("born", low, high))
    if wanted.updated_since is not None:
        must.append(Between("updated", milliseconds(wanted.updated_since), None))
    if wanted.document is not None:
        must.append(
            Term("whole", terms.whole_term(terms.TYPED_DOCUMENT, terms.document_form(wanted.document)))
        )
    if wanted.mobile is not None:
        must.append(Term("whole", terms.whole_term(terms.MOBILE, read_mobile(wanted.mobile).normal)))
    return must
