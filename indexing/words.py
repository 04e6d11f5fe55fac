"""What was typed, taken apart: Han, letters, numbers and mail addresses; nothing typed is ever an error."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby

from matching.normal import is_han, plain
from matching.numbers import MASK
from matching.scripts import APOSTROPHES, DOTS, plain_character

MOST_CHARACTERS = 256  # after NFKC
MOST_TOKENS = 32
# A character unfolds to at most 18 others; more of the text can not count.
_MOST_RAW = 4 * MOST_CHARACTERS

_DATE = re.compile(
    r"(?<![\w\-/.])((?:18|19|20)[0-9]{2})[-/.年](0?[1-9]|1[0-2])[-/.月](0?[1-9]|[12][0-9]|3[01])(?:日|(?![\w\-/.]))"
)
_COUNTRY = re.compile(r"^(?:\+86|(?:00)?86(?=1[3-9][0-9]{9}$))")
_PIECES = re.compile(r"[0-9]+|[^\W\d_]+")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
# Stars between digits, whatever blanks are about: 138 **** 8000.
_STARS = re.compile(r"(?<=[0-9])[\s*]*\*[\s*]*(?=[0-9])")
_JOINERS = re.compile(r"[-‐‑‒–—―_./\\()#,:：;；·]+")
# Said after a name on the phone, and no part of it.
_TITLES = ("先生", "女士", "小姐", "太太")


class Kind(Enum):
    HAN = "han"
    LETTERS = "letters"
    DIGITS = "digits"
    MIXED = "mixed"  # letters and digits: a policy number, an ID ending in x, initials with a phone's tail
    GLUED = "glued"  # letters and the Han characters right behind them, as one: zhang三
    EMAIL = "email"
    MASKED = "masked"  # a number with stars in it; never searched for


@dataclass(frozen=True, slots=True)
class Token:
    """One typed part; sound: letters as they are looked up as pinyin (ü as v); joined: of how many made.

    is_glued: the next part follows without a blank (zhang三).
    """

    kind: Kind
    text: str
    sound: str = ""
    joined: int = 1
    is_glued: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind in (Kind.DIGITS, Kind.MIXED)

    @property
    def is_name(self) -> bool:
        return self.kind in (Kind.HAN, Kind.LETTERS)


@dataclass(frozen=True, slots=True)
class Words:
    """The typed parts in order, masked numbers apart; blank: nothing was typed, which lists, not searches."""

    tokens: tuple[Token, ...]
    masked: tuple[str, ...]
    is_blank: bool
    is_truncated: bool


def read_words(typed: str) -> Words:
    """The tokens of a query text, at most 32 of at most 256 characters."""
    raw = typed[:_MOST_RAW]
    shown = "".join(plain_character(c) if c not in "üÜ" else "ü" for c in raw)
    text = shown[:MOST_CHARACTERS]
    parts = list(_tokens(text))
    masked = tuple(token.text for token in parts if token.kind is Kind.MASKED)
    tokens = [token for token in parts if token.kind is not Kind.MASKED]
    cut = len(typed) > _MOST_RAW or len(shown) > MOST_CHARACTERS or len(tokens) > MOST_TOKENS
    return Words(tuple(tokens[:MOST_TOKENS]), masked[:MOST_TOKENS], not shown.strip(), cut)


def _tokens(text: str) -> Iterable[Token]:
    text = _DATE.sub(lambda d: f" {d[1]}{int(d[2]):02d}{int(d[3]):02d} ", text)
    text = _STARS.sub(lambda stars: "".join(stars[0].split()), text)
    for chunk in text.split():
        if _EMAIL.fullmatch(chunk):
            yield Token(Kind.EMAIL, chunk.replace("ü", "u"))
            continue
        yield from _chunk_tokens("".join(c for c in chunk if c not in APOSTROPHES))


def _chunk_tokens(chunk: str) -> Iterable[Token]:
    """Split at script borders; signs join numbers (138-0013) and part letters (Anne-Marie)."""
    runs = [(han, "".join(run)) for han, run in groupby(_without_dots(chunk), key=is_han)]
    for place, (han, text) in enumerate(runs, start=1):
        if han:
            yield Token(Kind.HAN, _without_title(text))
        elif MASK in text and any(c.isdecimal() for c in text):
            yield Token(Kind.MASKED, text)
        elif any(c.isdecimal() for c in text):
            yield from _number_tokens(text)
        else:
            words = [letters_token(word) for word in _PIECES.findall(text)]
            yield from words[:-1]
            yield from (replace(last, is_glued=place < len(runs)) for last in words[-1:])


def _without_dots(chunk: str) -> str:
    """The chunk without those dots that stand between Han characters (买买提·艾力)."""
    return "".join(
        c
        for at, c in enumerate(chunk)
        if c not in DOTS or not (0 < at < len(chunk) - 1 and is_han(chunk[at - 1]) and is_han(chunk[at + 1]))
    )


def _without_title(han: str) -> str:
    shorter = han[:-2]
    return shorter if shorter and han.endswith(_TITLES) else han


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
    return list(dict.fromkeys([tokens, letters, numbers, together(tokens), _split(tokens), _glued(tokens)]))


def together(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The tokens with neighbours in letters joined, and neighbouring numbers too."""
    return _joined(_joined(tokens, Kind.LETTERS), Kind.DIGITS)


def _joined(tokens: tuple[Token, ...], kind: Kind) -> tuple[Token, ...]:
    """Neighbours in letters (or in numbers) as one: zhang san = zhangsan, 138 0013 = 1380013."""
    found: list[Token] = []
    for same, run in groupby(tokens, key=lambda token: _joins(token, kind)):
        group = list(run)
        if not same or len(group) == 1:
            found.extend(group)
            continue
        text = "".join(token.text for token in group)
        one = letters_token(text) if kind is Kind.LETTERS else number_token(_COUNTRY.sub("", text))
        sound = "".join(token.sound for token in group)
        found.append(replace(one, sound=sound, joined=len(group)))
    return tuple(found)


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
        if token.kind is not Kind.MIXED or re.fullmatch(r"[0-9]+x", token.text):
            found.append(token)
            continue
        pieces = _PIECES.findall(token.text)
        found.extend(number_token(piece) if piece.isdecimal() else letters_token(piece) for piece in pieces)
    return tuple(found[:MOST_TOKENS])
