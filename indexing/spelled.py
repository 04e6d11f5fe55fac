"""How typed letters spell a name: in full syllables, begun ones or initials, along its cells; pure."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from matching.aliases import first_names_like, spellings_abroad, wade_giles_of
from matching.normal import Cell, cells, readings
from matching.pinyin import spellings

# How well typed letters explain a syllable or word: in full, by a lesser reading, begun, by its first letter.
FULL, LESSER, BEGUN, INITIAL = 1.0, 0.8, 0.7, 0.6
TWO_LETTER_INITIAL = 0.5  # zh, ch, sh: rather two initials than one


@dataclass(frozen=True, slots=True)
class Spoken:
    """A name ready for alignment: its cells, and for each how it may be typed, main reading first.

    aliases: of each cell, what it may be typed as in full only.
    """

    name: str
    cells: tuple[Cell, ...]
    options: tuple[tuple[str, ...], ...]
    aliases: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=16_384)
def spoken(name: str) -> Spoken:
    parts = cells(name)
    said = readings(name)
    options = tuple(
        tuple(dict.fromkeys(typed for syllables in said for typed in spellings(syllables[at])))
        for at in range(len(parts))
    )
    return Spoken(name, parts, options, ((),) * len(parts))


@lru_cache(maxsize=4_096)
def spoken_abroad(name: str) -> Spoken:
    """The same, with passports' spellings and nicknames as aliases."""
    whole = spoken(name)
    surname = "".join(cell.text for cell in whole.cells[:2])
    aliases = [_aliases(cell, typed) for cell, typed in zip(whole.cells, whole.options, strict=True)]
    if aliases and whole.cells[0].is_han:
        # A surname of two characters (auyeung) is laid on its first.
        aliases[0] = (*aliases[0], *spellings_abroad(surname[0]), *spellings_abroad(surname))
    return Spoken(name, whole.cells, whole.options, tuple(aliases))


def _aliases(cell: Cell, typed: tuple[str, ...]) -> tuple[str, ...]:
    if not cell.is_han:
        return first_names_like(cell.text)
    return tuple(spelled for syllable in typed for spelled in wade_giles_of(syllable))


def is_aliased(text: str, whole: Spoken) -> bool:
    """Whether any alias is a part of the text: else there is nothing new to read."""
    return any(alias in text for aliases in whole.aliases for alias in aliases)


@dataclass(frozen=True, slots=True)
class Step:
    """Letters laid on one cell: how many of its spelling, and whether they are all of it."""

    cell: int
    letters: int
    worth: float


@dataclass(frozen=True, slots=True)
class Path:
    steps: tuple[Step, ...]
    quality: float


def best_path(text: str, whole: Spoken, free: set[int]) -> Path | None:
    """The best way to read the letters as neighbouring cells, surname first or last."""
    size = len(whole.cells)
    begun = [at for at in range(size) if _may_begin(text, whole, at)]
    for order in (tuple(range(size)), (*range(1, size), 0))[: size if begun else 0]:
        reader = _Reader(text, whole, free, order)
        starts = (place for place, cell in enumerate(order) if cell in begun)
        paths = [path for start in starts if (path := reader.path(start)) is not None]
        if paths:
            return max(paths, key=lambda path: path.quality)
    return None


def _may_begin(text: str, whole: Spoken, cell: int) -> bool:
    """Whether the letters may be laid on this cell first: most cells begin otherwise, and need no look."""
    return any(option[0] == text[0] for option in chain(whole.options[cell], whole.aliases[cell]))


class _Reader:
    """Reads letters along cells in one order; each place is worked out once, however many ways lead there."""

    def __init__(self, text: str, whole: Spoken, free: set[int], order: tuple[int, ...]) -> None:
        self._text, self._whole, self._free, self._order = text, whole, free, order
        self._known: dict[tuple[int, int], tuple[float, tuple[Step, ...]] | None] = {}

    def path(self, start: int) -> Path | None:
        found = self._read(start, 0)
        if found is None or not found[1]:
            return None
        return Path(found[1], sum(step.worth for step in found[1]) / len(found[1]))

    def _read(self, place: int, offset: int) -> tuple[float, tuple[Step, ...]] | None:
        """The best steps for the letters from the offset on, by what each letter is worth."""
        if offset == len(self._text):
            return 0.0, ()
        if place == len(self._order) or self._order[place] not in self._free:
            return None
        key = place, offset
        if key not in self._known:
            self._known[key] = self._read_on(place, offset)
        return self._known[key]

    def _read_on(self, place: int, offset: int) -> tuple[float, tuple[Step, ...]] | None:
        cell = self._order[place]
        best: tuple[float, tuple[Step, ...]] | None = None
        for step in _steps(self._text[offset:], cell, self._whole):
            rest = self._read(place + 1, offset + step.letters)
            if rest is None:
                continue
            worth = step.worth * step.letters + rest[0]
            if best is None or worth > best[0]:
                best = worth, (step, *rest[1])
        return best


def _steps(text: str, cell: int, whole: Spoken) -> list[Step]:
    found: dict[int, Step] = {}
    for rank, spelling in enumerate(whole.options[cell]):
        for step in _steps_on(text, cell, spelling, FULL if rank == 0 else LESSER):
            known = found.get(step.letters)
            if known is None or step.worth > known.worth:
                found[step.letters] = step
    for alias in whole.aliases[cell]:
        if text.startswith(alias):
            found.setdefault(len(alias), Step(cell, len(alias), LESSER))
    return list(found.values())


def _steps_on(text: str, cell: int, spelling: str, worth: float) -> list[Step]:
    if text[0] != spelling[0]:
        return []
    found = [Step(cell, 1, INITIAL * worth)]
    if text[:2] in ("zh", "ch", "sh") and spelling.startswith(text[:2]):
        found.append(Step(cell, 2, TWO_LETTER_INITIAL * worth))
    if text.startswith(spelling):
        found.append(Step(cell, len(spelling), worth))
    elif len(text) > 1 and spelling.startswith(text):
        found.append(Step(cell, len(text), BEGUN * worth))
    return found
