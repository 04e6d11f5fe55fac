"""Which fields of a customer matched, how, and where in their text: the same for every engine; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol

from rapidfuzz.distance import OSA

from indexing import tokens as terms
from indexing.align import Fit, Match, Span, fitted, merged
from indexing.near import near_resident_ids
from indexing.permitted import EVERYTHING, By, Permitted
from indexing.queries import asked
from indexing.said import Meaning, Place
from indexing.spelled import spoken
from indexing.words import Kind, Token, read_words
from matching.normal import plain
from matching.numbers import read_document, read_mobile


@dataclass(frozen=True, slots=True)
class Highlight:
    """match is a MatchKind; spans are [start, end) in code points of the text."""

    field: str
    match: str
    text: str
    spans: tuple[Span, ...]


class Values(Protocol):
    """What of one customer words may lie on; the present name first."""

    @property
    def number(self) -> str: ...
    @property
    def birth_date(self) -> date | None: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def phones(self) -> tuple[str, ...]: ...
    @property
    def emails(self) -> tuple[str, ...]: ...
    @property
    def documents(self) -> tuple[str, ...]: ...
    @property
    def policies(self) -> tuple[str, ...]: ...
    @property
    def former_numbers(self) -> tuple[str, ...]: ...


def highlights(words: str, values: Values, permitted: Permitted = EVERYTHING) -> list[Highlight]:
    """The fields that the words matched and that may be looked for, the name first; nothing when no way to
    read them fits throughout."""
    best: list[Highlight] = []
    best_rank: tuple[int, int] | None = None
    for way in _ways(words, permitted):
        found = _by_way(way, values, permitted)
        if found is None:
            continue
        rank = (min(Match[one.match] for one in found), sum(Match[one.match] for one in found))
        if best_rank is None or rank < best_rank:
            best, best_rank = found, rank
    return best


@lru_cache(maxsize=16)  # the hits of one page ask the same
def _ways(words: str, permitted: Permitted) -> tuple[tuple[Token, ...], ...]:
    return asked(read_words(words), permitted).variants


def asks_numbers(words: str, permitted: Permitted = EVERYTHING) -> bool:
    """Whether highlights() looks for any part of the words in more than names."""
    return any(
        token.is_number or token.kind is Kind.EMAIL for way in _ways(words, permitted) for token in way
    )


def _by_way(way: tuple[Token, ...], values: Values, permitted: Permitted) -> list[Highlight] | None:
    """The highlights when every part is found somewhere, else None."""
    numbers = {
        token: [one for one in _number_highlights(token, values) if _may_show(one, permitted)]
        for token in way
        if not token.is_name
    }
    in_name = tuple(token for token in way if not numbers.get(token))
    found: list[Highlight] = []
    if in_name:
        name = _name_highlight(in_name, values.names)
        if name is None or not _may_show(name, permitted):
            return None
        found.append(name)
    for ones in numbers.values():
        found.extend(ones)
    return list(_one_a_text(found))


def _may_show(one: Highlight, permitted: Permitted) -> bool:
    by = permitted.of_field(one.field)
    return by is By.PARTS or (by is By.WHOLE and one.match == Match.EXACT.name)


def _one_a_text(found: list[Highlight]) -> Iterator[Highlight]:
    """Several parts found in the same value make one highlight."""
    by_text: dict[tuple[str, str], list[Highlight]] = {}
    for one in found:
        by_text.setdefault((one.field, one.text), []).append(one)
    for (field, text), same in by_text.items():
        match = max(same, key=lambda one: Match[one.match]).match
        yield Highlight(field, match, text, merged(span for one in same for span in one.spans))


def _name_highlight(way: tuple[Token, ...], names: tuple[str, ...]) -> Highlight | None:
    """The best of the names on which all parts lie."""
    best: tuple[float, Highlight] | None = None
    for name in names:
        whole = spoken(name)
        fits = fitted(way, whole)
        found = [fit for fit in fits if fit is not None]
        if len(found) < len(fits):
            continue
        quality = sum(fit.quality for fit in found)
        if best is None or quality > best[0]:
            spans = merged(span for fit in found for span in fit.spans)
            best = quality, Highlight("name", _match(found, len(whole.cells)).name, name, spans)
    return best[1] if best else None


def _match(found: list[Fit], size: int) -> Match:
    """The farthest of the parts' matches; exact when the parts together are the whole name."""
    farthest = max(fit.match for fit in found)
    covered = {at for fit in found for at in fit.cells}
    whole = farthest <= Match.INSIDE and len(covered) == size and all(fit.quality == 1.0 for fit in found)
    return Match.EXACT if whole else farthest


# The fields of the meanings that a marker can give to a number.
_FIELD_OF = {
    Meaning.PHONE: "contactPoints.value",
    Meaning.DOCUMENT: "documents.number",
    Meaning.POLICY: "policies.number",
    Meaning.CUSTOMER_NUMBER: "number",
    Meaning.BIRTH_DATE: "birthDate",
}


def _number_highlights(token: Token, values: Values) -> Iterator[Highlight]:
    """Where it lies, as what it was said to be."""
    wanted = _FIELD_OF.get(token.only) if token.only else None
    for one in _lying_anywhere(token, values):
        if wanted in (None, one.field) and _lies_at(token.place, one):
            yield one


def _lies_at(place: Place, one: Highlight) -> bool:
    ((start, end),) = one.spans
    if place is Place.END:
        return end == len(one.text)
    return place is Place.ANYWHERE or start == 0


def _lying_anywhere(token: Token, values: Values) -> Iterator[Highlight]:
    if token.kind is Kind.EMAIL:
        yield from _in_values("contactPoints.value", [token.text], values.emails)
        return
    if token.kind is Kind.GLUED:  # its parts are found by the way that keeps them apart
        return
    text = token.text
    phones = [text, terms.phone_form(read_mobile(text).normal)] if text.isdecimal() else []
    ids = [text, read_document("RESIDENT_ID", text).normal.lower()]
    yield from _in_values("documents.number", ids, values.documents)
    yield from _in_values("contactPoints.value", phones, values.phones)
    yield from _in_values("policies.number", [text], values.policies)
    for number in (values.number, *values.former_numbers):
        if _customer_number(text) == number.lower():
            yield Highlight("number", Match.EXACT.name, number, ((0, len(number)),))
    if values.birth_date is not None and text == values.birth_date.strftime("%Y%m%d"):
        shown = values.birth_date.isoformat()
        yield Highlight("birthDate", Match.EXACT.name, shown, ((0, len(shown)),))
    near = set(near_resident_ids(text))
    for value in values.documents:
        if value.lower() in near and OSA.distance(text, value.lower()) > 0:
            yield Highlight("documents.number", Match.TYPO.name, value, ((0, len(value)),))


def _customer_number(text: str) -> str:
    rest = text.removeprefix("c")
    return f"c{int(rest):09d}" if rest.isdecimal() and (rest != text or len(rest) == 9) else text


def _in_values(field: str, wanted: Iterable[str], values: Iterable[str]) -> Iterator[Highlight]:
    looked_for = dict.fromkeys(text for text in wanted if len(text) >= 2)
    for value in values:
        for text in looked_for:
            found = number_span(text, value)
            if found is not None:
                yield Highlight(field, found[0].name, value, (found[1],))
                break


def number_span(wanted: str, value: str) -> tuple[Match, Span] | None:
    """Where the digits and letters lie in a number, whatever signs stand between them; its end goes first."""
    places = [(at, piece) for at, c in enumerate(value) for piece in plain(c) if piece.isalnum()]
    form = "".join(piece for _, piece in places)
    bare = "".join(c for c in wanted if c.isalnum())
    start = form.rfind(bare) if bare and form.endswith(bare) else form.find(bare)
    if start < 0 or not bare:
        return None
    span = places[start][0], places[start + len(bare) - 1][0] + 1
    if len(bare) == len(form):
        return Match.EXACT, span
    return (Match.PREFIX if start == 0 else Match.INSIDE), span
