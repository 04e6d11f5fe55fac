"""Why a search finds what it finds, in that order: what was asked for, and what each hit scores; pure but for
the search itself. Numbers are masked; names are not, for it is a command of who has the key file."""

from collections.abc import Iterator
from dataclasses import dataclass

from indexing.engines.port import Extent, SearchEngine
from indexing.meanings import SearchReading, search_readings
from indexing.queries import asked
from indexing.questions import AllOf, AnyTerm, Between, Leaf, Phrase, Question, Tier, Unit
from indexing.search import WINDOW, reranked
from indexing.words import Token, read_words
from matching.masks import masked_number

_IDS, _MONTHS = (1 << 48) - 1, (1 << 12) - 1


@dataclass(frozen=True)
class Asking:
    """One typed part in one way to understand the words, and what it was asked for by, best first."""

    part: str
    tiers: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class ExplainedHit:
    """by_index: constant scores; by_alignment: how the words lie on the name; then what parts equal ones."""

    customer_id: int
    names: tuple[str, ...]
    by_index: int
    by_alignment: float
    in_force: int
    last_contact: str

    @property
    def score(self) -> float:
        return round(self.by_index + self.by_alignment, 3)


@dataclass(frozen=True)
class Explanation:
    readings: tuple[SearchReading, ...]
    ways: tuple[tuple[Asking, ...], ...]
    hits: tuple[ExplainedHit, ...]
    total: int


async def explained(engine: SearchEngine, words: str, most: int) -> Explanation:
    """The first hits of a search without filter, of the whole hub; raises SearchUnavailable."""
    typed = read_words(words)
    understood = asked(typed)
    ways = tuple(
        tuple(_asking(token, unit) for token, unit in zip(way, units, strict=True))
        for way, units in zip(understood.variants, understood.units, strict=True)
    )
    if not understood.units:
        return Explanation(search_readings(typed), ways, (), 0)
    answer = await engine.search(Question(understood.units), Extent(WINDOW, wants_total=True))
    by_id = {each.id: each for each in answer.found}
    hits = tuple(
        ExplainedHit(
            hit.customer_id,
            by_id[hit.customer_id].names,
            by_id[hit.customer_id].score,
            round(hit.score - by_id[hit.customer_id].score, 3),
            hit.sort_key >> 60,
            _month(hit.sort_key >> 48 & _MONTHS),
        )
        for hit in reranked(answer.found, understood)[:most]
    )
    return Explanation(search_readings(typed), ways, hits, answer.total or 0)


def _month(number: int) -> str:
    """As sort_key() counts them: 12 a year from 2000 on, January as 1."""
    return f"{2000 + (number - 1) // 12}-{(number - 1) % 12 + 1:02d}" if number else "never"


def _asking(token: Token, unit: Unit) -> Asking:
    part = masked_number(token.text) if token.is_number else token.text
    return Asking(part, tuple((tier.score, " | ".join(_leaves(tier))) for tier in unit.tiers))


def _leaves(tier: Tier) -> Iterator[str]:
    for leaf in tier.any:
        yield _told(leaf)


def _told(leaf: Leaf) -> str:
    """As field:term; a prefix ends in an ellipsis, a near spelling in a tilde."""
    if isinstance(leaf, AllOf):
        return " & ".join(_told(part) for part in leaf.parts)
    if isinstance(leaf, Between):
        return f"{leaf.field}:{leaf.low}..{leaf.high}"
    if isinstance(leaf, AnyTerm):
        return f"{leaf.field}: one of {len(leaf.texts)}"
    text = _joined(leaf.texts) if isinstance(leaf, Phrase) else leaf.text
    shown = masked_number(text) if any(c.isdecimal() for c in text) else text
    return f"{leaf.field}:{shown}{_ENDS.get(type(leaf).__name__, '')}"


_ENDS = {"Prefix": "…", "Fuzzy": "~"}


def _joined(grams: tuple[str, ...]) -> str:
    """Trigrams that follow one another, as the text that they are of."""
    return grams[0] + "".join(gram[-1] for gram in grams[1:])
