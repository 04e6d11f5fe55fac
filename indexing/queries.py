"""Words into a question: what may be meant by each typed part, and what each fit is worth; pure."""

from dataclasses import dataclass

from indexing import tokens as terms
from indexing.boosts import (
    GLUED_START,
    INITIALS_LATER,
    INITIALS_START,
    INITIALS_WHOLE,
    MOST_TYPO_TOKENS,
    NAME_END,
    NAME_INSIDE,
    NAME_START,
    NAME_WHOLE,
    SAME_SOUND_START,
    SAME_SOUND_WHOLE,
    SHORTEST_TYPO_SOUND,
    SHORTEST_TYPO_WORD,
    SOUND_LATER,
    SOUND_START,
    SOUND_WHOLE,
    TYPO,
    WHOLE_NUMBER,
    WORD_START,
    WORD_WHOLE,
)
from indexing.fragments import has_company, is_left_out
from indexing.notices import Notice, notices
from indexing.numbers_asked import number_tiers
from indexing.permitted import EVERYTHING, Permitted
from indexing.questions import AllOf, Fuzzy, Leaf, Prefix, Question, Term, Tier, Unit
from indexing.said import Meaning
from indexing.words import Kind, Token, Words, variants
from matching.normal import readings


@dataclass(frozen=True, slots=True)
class Asked:
    """The ways to understand the words; each variant's tokens fit its units."""

    variants: tuple[tuple[Token, ...], ...]
    units: tuple[tuple[Unit, ...], ...]
    notices: tuple[Notice, ...]


def asked(words: Words, permitted: Permitted = EVERYTHING) -> Asked:
    """The units of every way to understand the words, and the notices they call for; a way with a part that
    may not be looked for at all falls out."""
    told = notices(words, permitted)
    ways: dict[tuple[Unit, ...], tuple[Token, ...]] = {}
    for way in variants(words.tokens):
        kept = tuple(token for token in way if not is_left_out(token, way))
        units = tuple(_unit(token, kept, permitted) for token in kept)
        if kept and all(unit.tiers for unit in units):
            ways.setdefault(units, kept)
    return Asked(tuple(ways.values()), tuple(ways), told)


def question(words: Words, must: tuple[Leaf, ...] = (), none: tuple[Leaf, ...] = ()) -> Question:
    return Question(asked(words).units, must, none)


def _unit(token: Token, way: tuple[Token, ...], permitted: Permitted) -> Unit:
    typos = len(way) <= MOST_TYPO_TOKENS
    if token.kind is Kind.HAN:
        tiers = _han_tiers(token.text)
        if token.only is Meaning.SURNAME:
            tiers = [(NAME_START, Term("hs", terms.START + token.text[: terms.LONGEST_START]))]
    elif token.kind is Kind.LETTERS:
        tiers = _letter_tiers(token, typos=typos)
        only = _LETTERS_AS.get(token.only) if token.only else None
        tiers = [each for each in tiers if only in (None, _field(each[1]))]
    elif token.kind is Kind.GLUED:
        tiers = [(GLUED_START, Term("py", terms.START + token.text))]
    elif token.kind is Kind.EMAIL:
        tiers = [(WHOLE_NUMBER, Term("whole", terms.whole_term(terms.EMAIL, token.text)))]
    else:
        tiers = number_tiers(token, has_company=has_company(token, way))
    return _ranked([each for each in tiers if permitted.allows(each[1])], token.joined)


_LETTERS_AS = {Meaning.PINYIN: "py", Meaning.INITIALS: "pi", Meaning.WORD: "lt"}


def _field(leaf: Leaf) -> str:
    return _field(leaf.parts[0]) if isinstance(leaf, AllOf) else leaf.field


def _ranked(scored: list[tuple[int, Leaf]], times: int) -> Unit:
    """Tiers from best to least; what several parts were joined for counts as often as they would apart."""
    by_score: dict[int, list[Leaf]] = {}
    for score, leaf in scored:
        by_score.setdefault(score * times, []).append(leaf)
    return Unit(tuple(Tier(score, tuple(by_score[score])) for score in sorted(by_score, reverse=True)))


def _han_tiers(han: str) -> list[tuple[int, Leaf]]:
    inside = _han_inside(han)
    tiers: list[tuple[int, Leaf]] = [(NAME_WHOLE, Term("hs", terms.WHOLE + han)), (NAME_INSIDE, inside)]
    start = Term("hs", terms.START + han[: terms.LONGEST_START])
    tiers.append((NAME_START, start if len(han) <= terms.LONGEST_START else AllOf((start, inside))))
    if len(han) <= terms.LONGEST_END:
        tiers.append((NAME_END, Term("hs", han + terms.END)))
    if len(han) > 1:
        sound = "".join(readings(han)[0])
        tiers.append((SAME_SOUND_WHOLE, Term("py", terms.WHOLE + sound)))
        tiers.append((SAME_SOUND_START, _prefix("py", terms.START, sound)))
    return tiers


def _han_inside(han: str) -> Leaf:
    size = terms.LONGEST_INSIDE
    if len(han) <= size:
        return Term("hs", han)
    parts = dict.fromkeys(han[at : at + size] for at in range(len(han) - size + 1))
    return AllOf(tuple(Term("hs", part) for part in parts))


def _letter_tiers(token: Token, *, typos: bool) -> list[tuple[int, Leaf]]:
    word, sound = token.text, token.sound or token.text
    tiers: list[tuple[int, Leaf]] = [
        (SOUND_WHOLE, Term("py", terms.WHOLE + sound)),
        (SOUND_START, _prefix("py", terms.START, sound)),
        (SOUND_LATER, _prefix("py", "", sound)),
        (WORD_WHOLE, Term("lt", word)),
        (WORD_START, _prefix("lt", "", word)),
    ]
    if len(sound) > 1:
        tiers += [
            (INITIALS_WHOLE, Term("pi", terms.WHOLE + sound)),
            (INITIALS_START, _prefix("pi", terms.START, sound)),
            (INITIALS_LATER, _prefix("pi", "", sound)),
        ]
    if typos and len(word) >= SHORTEST_TYPO_WORD:
        # The first letter is taken as right, as other engines do.
        first = Term("lt", word[0] + terms.SHORT)
        tiers.append((TYPO, AllOf((Fuzzy("lt", word), first))))
    if typos and len(sound) >= SHORTEST_TYPO_SOUND:
        tiers.append((TYPO, Fuzzy("py", terms.WHOLE + sound)))
    return tiers


def _prefix(field: str, mark: str, text: str) -> Leaf:
    if len(text) <= terms.SHORT_PREFIX:
        return Term(field, mark + text + terms.SHORT)
    return Prefix(field, mark + text[: terms.LONGEST_SOUND])
