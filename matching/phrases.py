"""Characters read by the phrase they stand in, so that 重庆 and 银行 are read as they are said."""

from collections.abc import Callable

from matching.lists.reading import rows

_PHRASES = {phrase: tuple(said.split(" ")) for phrase, said in rows("phrases")}
_LONGEST = max(map(len, _PHRASES))
_FIRST = frozenset(phrase[0] for phrase in _PHRASES)


def read_phrases(characters: str, alone: Callable[[str], str]) -> list[str]:
    """One syllable a character: of the longest phrase that begins there, else as it is read alone."""
    said: list[str] = []
    while (at := len(said)) < len(characters):
        said += _phrase_at(characters, at) or (alone(characters[at]),)
    return said


def _phrase_at(characters: str, at: int) -> tuple[str, ...] | None:
    if characters[at] not in _FIRST:
        return None
    found = (_PHRASES.get(characters[at : at + size]) for size in range(_LONGEST, 1, -1))
    return next(filter(None, found), None)
