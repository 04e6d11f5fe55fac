"""How well typed parts lie on a name, character by character: what re-ranking and highlights go by; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz.distance import OSA

from indexing.boosts import SHORTEST_LEFT_OUT
from indexing.spelled import (
    BEGUN,
    FULL,
    INITIAL,
    LESSER,
    Path,
    Spoken,
    Step,
    best_path,
    is_aliased,
    spoken,
    spoken_abroad,
)
from indexing.words import Kind, Token
from matching.aliases import organization_called
from matching.normal import Cell, readings
from matching.pinyin import LONGEST_PERSONAL

Span = tuple[int, int]

SAME_SOUND = 0.5
LEFT_OUT = 0.45
ONE_EDIT = 0.35
FORMER_NAME = 0.8
# Letters typed up to a Han character (xu涛) are complete, and the character is the next one of the name.
NOT_COMPLETE, NOT_NEXT = 0.5, 0.4

SHORTEST_TYPO = 4
MOST_READINGS = 16  # of one run of characters; those that most people know come first


class Match(IntEnum):
    """The contract's MatchKind, nearest first."""

    EXACT = 0
    PREFIX = 1
    INSIDE = 2
    PINYIN = 3
    INITIALS = 4
    TYPO = 5


@dataclass(frozen=True, slots=True)
class Fit:
    """Where one part lies: cells of the name in order, spans of its text, and how well (0 to 1).

    cover counts the cells that are explained: those known by their first letters only hardly count.
    """

    cells: tuple[int, ...]
    spans: tuple[Span, ...]
    match: Match
    quality: float
    cover: float
    is_begun: bool = False


def alignment(way: tuple[Token, ...], name: str) -> float:
    """0 to 100: how much of the name the parts explain, how well, and whether in order from its start."""
    parts = [token for token in way if token.is_name]
    if not parts:
        return 0.0
    whole = spoken(name)
    if not whole.cells:
        return 0.0
    fits = fitted(tuple(parts), whole)
    found = [fit for fit in fits if fit is not None]
    if not found:
        return 0.0
    covered = [at for fit in found for at in fit.cells]
    coverage = sum(fit.cover for fit in found) / len(whole.cells)
    explained = sum(fit.quality for fit in found) / len(parts) * _glue(parts, fits)
    in_order = covered == list(range(covered[0], covered[0] + len(covered)))
    return 45 * coverage + 35 * explained + 10 * (0 in covered) + 10 * in_order


def _glue(parts: list[Token], fits: list[Fit | None]) -> float:
    """1, or less where parts typed without a blank between them do not lie so on the name."""
    worth = 1.0
    for part, fit, following in zip(parts, fits, fits[1:], strict=False):
        if not part.is_glued or fit is None or following is None:
            continue
        if fit.is_begun:
            worth *= NOT_COMPLETE
        if fit.cells[-1] + 1 != following.cells[0]:
            worth *= NOT_NEXT
    return worth


def fitted(way: tuple[Token, ...], whole: Spoken) -> list[Fit | None]:
    """For each part where it lies on the name; no cell is used twice."""
    free = set(range(len(whole.cells)))
    found: list[Fit | None] = []
    for token in way:
        fit = _fit(token, whole, free)
        if fit is not None:
            free.difference_update(fit.cells)
        found.append(fit)
    return found


def _fit(token: Token, whole: Spoken, free: set[int]) -> Fit | None:
    if token.kind is Kind.HAN:
        return _fit_han(token.text, whole, free)
    if token.kind in (Kind.EMAIL, Kind.GLUED):
        return None
    typed = dict.fromkeys((token.text, token.sound or token.text))
    paths = [path for text in typed if (path := best_path(text, whole, free))]
    abroad = whole if paths else spoken_abroad(whole.name)
    if is_aliased(token.text, abroad) and (path := best_path(token.text, abroad, free)):
        paths.append(path)
    if paths:
        return _letters_fit(max(paths, key=lambda path: path.quality), whole)
    return _fit_with_typo(token.text, whole, free) if token.kind is Kind.LETTERS else None


def _fit_han(han: str, whole: Spoken, free: set[int]) -> Fit | None:
    order = [at for at, cell in enumerate(whole.cells) if cell.is_han]
    text = "".join(whole.cells[at].text for at in order)
    start = text.find(han)
    while start >= 0:
        taken = tuple(order[start : start + len(han)])
        if free.issuperset(taken):
            return Fit(taken, _cell_spans(taken, whole), _place(taken, whole), FULL, len(taken))
        start = text.find(han, start + 1)
    left_out = _characters_in_order(organization_called(han) or han, whole, order)
    if left_out and free.issuperset(left_out):
        spans = _cell_spans(left_out, whole)
        return Fit(left_out, spans, Match.INSIDE, LEFT_OUT, len(left_out) * LEFT_OUT)
    path = best_path("".join(readings(han)[0]), whole, free) if len(han) > 1 else None
    if path is None or path.quality < LESSER:
        return None
    taken = tuple(step.cell for step in path.steps)
    return Fit(taken, _cell_spans(taken, whole), Match.PINYIN, SAME_SOUND, len(taken) * SAME_SOUND)


def _characters_in_order(han: str, whole: Spoken, order: list[int]) -> tuple[int, ...]:
    """The cells of an organisation's name that have these characters, others between them; else none."""
    if len(order) <= LONGEST_PERSONAL or len(han) < SHORTEST_LEFT_OUT:
        return ()
    left = iter(order)
    found = [next((at for at in left if whole.cells[at].text == character), None) for character in han]
    return tuple(at for at in found if at is not None) if None not in found else ()


def _place(taken: tuple[int, ...], whole: Spoken) -> Match:
    if len(taken) == len(whole.cells):
        return Match.EXACT
    return Match.PREFIX if taken[0] == 0 else Match.INSIDE


def _cell_spans(taken: tuple[int, ...], whole: Spoken) -> tuple[Span, ...]:
    return merged((whole.cells[at].start, whole.cells[at].end) for at in taken)


def _letters_fit(path: Path, whole: Spoken) -> Fit:
    taken = tuple(step.cell for step in path.steps)
    spans = merged(_step_span(step, whole.cells[step.cell]) for step in path.steps)
    cover = sum(step.worth**3 for step in path.steps)
    is_begun = path.steps[-1].worth in (BEGUN, BEGUN * LESSER)
    return Fit(taken, spans, _letters_match(path, whole), path.quality, cover, is_begun)


def _step_span(step: Step, cell: Cell) -> Span:
    """The whole Han character, or as many letters of a word as were typed; all of one called otherwise."""
    if cell.is_han or step.worth == LESSER:
        return cell.start, cell.end
    return cell.start, cell.places[min(step.letters, len(cell.places)) - 1][1]


def _letters_match(path: Path, whole: Spoken) -> Match:
    initials = all(step.letters == 1 or step.worth <= INITIAL for step in path.steps)
    if initials and len(path.steps) > 1:
        return Match.INITIALS
    if any(whole.cells[step.cell].is_han for step in path.steps):
        return Match.PINYIN
    if all(step.letters == len(whole.cells[step.cell].text) and step.worth == FULL for step in path.steps):
        return _place(tuple(step.cell for step in path.steps), whole)
    return Match.PREFIX if path.steps[0].cell == 0 else Match.INSIDE


def _fit_with_typo(text: str, whole: Spoken, free: set[int]) -> Fit | None:
    """The letters with one edit, on any run of cells."""
    if len(text) < SHORTEST_TYPO:
        return None
    for start in range(len(whole.cells)):
        ways = [""]
        for end in range(start, len(whole.cells)):
            ways = [said + sound for said in ways for sound in whole.options[end]][:MOST_READINGS]
            if min(map(len, ways)) > len(text) + 1:
                break
            taken = tuple(range(start, end + 1))
            if free.issuperset(taken) and any(OSA.distance(text, said, score_cutoff=1) <= 1 for said in ways):
                return Fit(taken, _cell_spans(taken, whole), Match.TYPO, ONE_EDIT, len(taken) * ONE_EDIT)
    return None


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in order, those that touch or overlap as one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)
