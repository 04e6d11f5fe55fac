"""What was typed, taken apart: Han, letters, numbers and mail addresses; nothing typed is ever an error."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby

from indexing.said import Marker, Meaning, Place, marker, parted
from matching.aliases import organization_called
from matching.normal import is_han, plain
from matching.numbers import MASK
from matching.scripts import APOSTROPHES, DOTS, plain_character

MOST_CHARACTERS = 256  # after NFKC
MOST_TOKENS = 32
SHORTEST_MIXED = 8  # characters of a passport or policy number with letters in it
# A character unfolds to at most 18 others; more of the text can not count.
_MOST_RAW = 4 * MOST_CHARACTERS

_DATE = re.compile(
    r"(?<![a-z0-9_\-/.])((?:18|19|20)[0-9]{2})[-/.年](0?[1-9]|1[0-2])[-/.月](0?[1-9]|[12][0-9]|3[01])"
    r"(?:日|(?![a-z0-9_\-/.]))"
)
_COUNTRY = re.compile(r"^(?:\+86|(?:00)?86(?=1[3-9][0-9]{9}$))")
_PIECES = re.compile(r"[0-9]+|[^\W\d_]+")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
# Stars between digits, whatever blanks are about: 138 **** 8000.
_STARS = re.compile(r"(?<=[0-9])[\s*]*\*[\s*]*(?=[0-9])")
_JOINERS = re.compile(r"[-‐‑‒–—―_./\\()#,:：;；·]+")
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
# A whole licence plate (GA 36), or what is said to be a part of one.
_PLATE = re.compile(
    rf"(?:车牌(?:号码|号)?|(?<![a-z])plate)[:\s]*(?P<part>[{_PROVINCES}]\s?[a-z]?[·.\s]?[a-z0-9]{{0,6}})"
    rf"|(?<!\w)(?P<whole>[{_PROVINCES}][a-z][·.\s]?(?=[a-z0-9]*[0-9])[a-z0-9]{{5,6}})(?!\w)"
)
_ONE_NUMBER = re.compile(r"[0-9]+x|c0[0-9]{8}")  # the end of an ID, a customer number: nothing to split
_MARKED = re.compile(r"([a-z]+):(.*)")


class Kind(Enum):
    HAN = "han"
    LETTERS = "letters"
    DIGITS = "digits"
    MIXED = "mixed"  # letters and digits: a policy number, an ID ending in x, initials with a phone's tail
    GLUED = "glued"  # letters and the Han characters right behind them, as one: zhang三
    EMAIL = "email"
    MASKED = "masked"  # a number with stars in it; never searched for
    PLATE = "plate"  # of a car; no policy holds any
    SAID = "said"  # around the values, and none itself


@dataclass(frozen=True, slots=True)
class Token:
    """One typed part; sound: letters as they are looked up as pinyin (ü as v); joined: of how many made.

    is_glued: the next part follows without a blank (zhang三). only, place: what was said of it by its marker
    (尾号8000): the one meaning it is looked for by, and where in a value.
    """

    kind: Kind
    text: str
    sound: str = ""
    joined: int = 1
    is_glued: bool = False
    only: Meaning | None = None
    place: Place = Place.ANYWHERE
    marker: str = ""

    @property
    def is_number(self) -> bool:
        return self.kind in (Kind.DIGITS, Kind.MIXED)

    @property
    def is_name(self) -> bool:
        return self.kind in (Kind.HAN, Kind.LETTERS)

    @property
    def is_searched(self) -> bool:
        return self.kind not in (Kind.MASKED, Kind.PLATE, Kind.SAID)


@dataclass(frozen=True, slots=True)
class Words:
    """The typed parts in order, and the tokens among them that are searched for; blank: nothing was typed,
    which lists, not searches."""

    tokens: tuple[Token, ...]
    parts: tuple[Token, ...]
    is_blank: bool
    is_truncated: bool


def read_words(typed: str) -> Words:
    """The tokens of a query text, at most 32 of at most 256 characters."""
    raw = typed[:_MOST_RAW]
    shown = "".join(plain_character(c) if c not in "üÜ" else "ü" for c in raw)
    text = shown[:MOST_CHARACTERS]
    parts = tuple(_bound(list(_items(text))))
    tokens = tuple(token for token in parts if token.is_searched)
    cut = len(typed) > _MOST_RAW or len(shown) > MOST_CHARACTERS or len(tokens) > MOST_TOKENS
    return Words(tokens[:MOST_TOKENS], parts[: 2 * MOST_TOKENS], not shown.strip(), cut)


def _items(text: str) -> Iterable[Token | Marker]:
    text = _DATE.sub(lambda d: f" {d[1]}{int(d[2]):02d}{int(d[3]):02d} ", text)
    text = _STARS.sub(lambda stars: "".join(stars[0].split()), text)
    start = 0
    for plate in _PLATE.finditer(text):
        yield from _unplated(text[start : plate.start()])
        yield Token(Kind.PLATE, "".join(c for c in plate["part"] or plate["whole"] if c.isalnum()))
        start = plate.end()
    yield from _unplated(text[start:])


def _unplated(text: str) -> Iterable[Token | Marker]:
    for chunk in text.split():
        rest, marked = chunk, _MARKED.fullmatch(chunk)
        if marked and (told := marker(marked[1])):
            yield replace(told, is_explicit=True)
            rest = marked[2]
        if _EMAIL.fullmatch(rest):
            yield Token(Kind.EMAIL, rest.replace("ü", "u"))
            continue
        yield from _chunk_items("".join(c for c in rest if c not in APOSTROPHES))


def _bound(items: list[Token | Marker]) -> Iterable[Token]:
    """Each token with what was said of it; markers of nothing are said, or names where nothing else is."""
    has_values = any(isinstance(item, Token) for item in items)
    waiting: Marker | None = None
    for item in items:
        if isinstance(item, Token):
            told, waiting = waiting, None
            if told is None:
                yield item
            elif told.is_explicit or item.is_number:
                yield replace(item, only=told.meaning, place=told.place, marker=told.said)
            else:
                yield from (Token(Kind.SAID, told.said), item)
        elif item.meaning is Meaning.SAID:
            yield Token(Kind.SAID, item.said)
        else:
            waiting = item if waiting is None else waiting.followed_by(item)
    if waiting is not None:
        yield Token(Kind.SAID if has_values else Kind.HAN, waiting.said)


def _chunk_items(chunk: str) -> Iterable[Token | Marker]:
    """Split at script borders; signs join numbers (138-0013) and part letters (Anne-Marie)."""
    runs = [(han, "".join(run)) for han, run in groupby(_without_dots(chunk), key=is_han)]
    for place, (han, text) in enumerate(runs, start=1):
        if han:
            is_explicit = place < len(runs) and runs[place][1].startswith(":")
            yield from _han_items(text, is_explicit=is_explicit)
        elif MASK in text and any(c.isdecimal() for c in text):
            yield Token(Kind.MASKED, text)
        elif any(c.isdecimal() for c in text):
            yield from _number_tokens(text)
        else:
            words = [letters_token(word) for word in _PIECES.findall(text)]
            yield from words[:-1]
            yield from (replace(last, is_glued=place < len(runs)) for last in words[-1:])


def _han_items(han: str, *, is_explicit: bool) -> Iterable[Token | Marker]:
    for part in parted(han):
        if isinstance(part, str):
            yield Token(Kind.HAN, part)
        else:
            yield replace(part, is_explicit=is_explicit or part.is_explicit)


def _without_dots(chunk: str) -> str:
    """The chunk without those dots that stand between Han characters (买买提·艾力)."""
    return "".join(
        c
        for at, c in enumerate(chunk)
        if c not in DOTS or not (0 < at < len(chunk) - 1 and is_han(chunk[at - 1]) and is_han(chunk[at + 1]))
    )


def _number_tokens(text: str) -> Iterable[Token]:
    bare = _COUNTRY.sub("", _JOINERS.sub("", text))
    for piece in re.findall(r"[^\W_]+", bare):
        yield letters_token(piece) if piece.isalpha() else number_token(piece.replace("ü", "u"))


def number_token(text: str) -> Token:
    return Token(Kind.DIGITS if text.isdecimal() else Kind.MIXED, text)


def letters_token(word: str, joined: int = 1) -> Token:
    return Token(Kind.LETTERS, plain(word), word.replace("ü", "v"), joined)


def variants(tokens: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """The ways to understand the tokens, as typed first: letters or numbers joined, mixed ones split."""
    letters, numbers = _joined(tokens, Kind.LETTERS), _joined(tokens, Kind.DIGITS)
    ways = [
        tokens,
        letters,
        numbers,
        together(tokens),
        _split(tokens),
        _glued(tokens),
        _without_known(tokens),
    ]
    return list(dict.fromkeys(ways))


def _without_known(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Without well-known organisations beside a part of a name: 平安那个张三 need not be called 平安."""
    known = [token for token in tokens if token.only is None and organization_called(token.text)]
    others = [token for token in tokens if token not in known]
    return tuple(others) if any(token.is_name for token in others) else tokens


def together(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The tokens with neighbours in letters joined, and neighbouring numbers too."""
    return _joined(_joined(tokens, Kind.LETTERS), Kind.DIGITS)


def told_apart(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The tokens with mixed ones that are too short for a number of its own split (zs8000)."""
    return tuple(
        each
        for token in tokens
        for each in (_split((token,)) if len(token.text) < SHORTEST_MIXED else (token,))
    )


def _joined(tokens: tuple[Token, ...], kind: Kind) -> tuple[Token, ...]:
    """Neighbours in letters (or in numbers) as one: zhang san = zhangsan, 138 0013 = 1380013."""
    groups: list[list[Token]] = []
    for token in tokens:
        if groups and _joins(groups[-1][-1], kind) and _joins(token, kind) and not token.marker:
            groups[-1].append(token)
        else:
            groups.append([token])
    return tuple(_as_one(group, kind) for group in groups)


def _as_one(group: list[Token], kind: Kind) -> Token:
    first, *others = group
    if not others:
        return first
    text = "".join(token.text for token in group)
    one = letters_token(text) if kind is Kind.LETTERS else number_token(_COUNTRY.sub("", text))
    sound = "".join(token.sound for token in group)
    return replace(first, kind=one.kind, text=one.text, sound=sound, joined=len(group), is_glued=False)


def _joins(token: Token, kind: Kind) -> bool:
    return token.kind is kind or (kind is Kind.DIGITS and token.kind is Kind.MIXED)


def _glued(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    found: list[Token] = []
    for token in tokens:
        if found and found[-1].is_glued and token.kind is Kind.HAN:
            found[-1] = Token(Kind.GLUED, found[-1].sound + token.text)
        else:
            found.append(token)
    return tuple(found)


def _split(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Mixed tokens as their letters and digits: zs8000 = initials and the tail of a phone."""
    found: list[Token] = []
    for token in tokens:
        if token.kind is not Kind.MIXED or _ONE_NUMBER.fullmatch(token.text):
            found.append(token)
            continue
        pieces = _PIECES.findall(token.text)
        found.extend(number_token(piece) if piece.isdecimal() else letters_token(piece) for piece in pieces)
    return tuple(found[:MOST_TOKENS])
