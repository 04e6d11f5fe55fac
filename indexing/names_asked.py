"""What typed parts of a name may be, and what each fit is worth; pure."""

from indexing import tokens as terms
from indexing.boosts import (
    GLUED_START,
    INITIALS_LATER,
    INITIALS_START,
    INITIALS_WHOLE,
    LEFT_OUT,
    LONGEST_LEFT_OUT,
    NAME_END,
    NAME_INSIDE,
    NAME_START,
    NAME_WHOLE,
    NICKNAME,
    ORGANIZATION_CALLED,
    SAME_SOUND_START,
    SAME_SOUND_WHOLE,
    SHORTEST_ABROAD,
    SHORTEST_LEFT_OUT,
    SHORTEST_TYPO_SOUND,
    SHORTEST_TYPO_WORD,
    SOUND_ABROAD_LATER,
    SOUND_ABROAD_START,
    SOUND_LATER,
    SOUND_START,
    SOUND_WHOLE,
    SURNAME_ABROAD,
    TYPO,
    TYPO_READ_ALSO,
    WORD_START,
    WORD_WHOLE,
)
from indexing.questions import AllOf, AnyTerm, Fuzzy, Leaf, Prefix, Term
from indexing.said import Meaning
from indexing.words import Kind, Token
from matching.aliases import first_names_like, from_wade_giles, organization_called, surnames_spelled
from matching.normal import readings

Tiers = list[tuple[int, Leaf]]

_LETTERS_AS = {Meaning.PINYIN: "py", Meaning.INITIALS: "pi", Meaning.WORD: "lt"}


def _field(leaf: Leaf) -> str:
    return _field(leaf.parts[0]) if isinstance(leaf, AllOf) else leaf.field


def name_tiers(token: Token, *, typos: bool) -> Tiers:
    """With their scores, all that a part of a name may be, or what its marker says that it is."""
    if token.kind is Kind.GLUED:
        return [(GLUED_START, Term("py", terms.START + token.text))]
    if token.kind is Kind.HAN:
        if token.only is Meaning.SURNAME:
            return [(NAME_START, Term("hs", terms.START + token.text[: terms.LONGEST_START]))]
        return [*_han_tiers(token.text), *_organization_tiers(token.text)]
    tiers = _letter_tiers(token, typos=typos)
    only = _LETTERS_AS.get(token.only) if token.only else None
    if only is not None:
        return [each for each in tiers if _field(each[1]) == only]
    return [*tiers, *_alias_tiers(token.text)]


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
        tiers.append((TYPO_READ_ALSO, Fuzzy("py", terms.READ_ALSO + sound)))
    return tiers


def _prefix(field: str, mark: str, text: str) -> Leaf:
    if len(text) <= terms.SHORT_PREFIX:
        return Term(field, mark + text + terms.SHORT)
    return Prefix(field, mark + text[: terms.LONGEST_SOUND])


def _organization_tiers(han: str) -> Tiers:
    """By what people call it (人保财险), and by its name with characters left out (人民财险)."""
    called = organization_called(han)
    tiers: Tiers = [(ORGANIZATION_CALLED, _han_inside(called))] if called else []
    if SHORTEST_LEFT_OUT <= len(han) <= LONGEST_LEFT_OUT:
        characters = [Term("hs", character) for character in dict.fromkeys(han)]
        tiers.append((LEFT_OUT, AllOf((Term("kind", "ORGANIZATION"), *characters))))
    return tiers


def _alias_tiers(word: str) -> Tiers:
    """As passports abroad spell it (Wong, Kuo-ming), and by what its bearer is called (Bill)."""
    tiers: Tiers = []
    if others := first_names_like(word):
        tiers.append((NICKNAME, AnyTerm("lt", others)))
    if surnames := surnames_spelled(word):
        tiers.append((SURNAME_ABROAD, AnyTerm("hs", tuple(terms.START + each for each in surnames))))
    for sound in from_wade_giles(word) if len(word) >= SHORTEST_ABROAD else ():
        tiers.append((SOUND_ABROAD_START, _prefix("py", terms.START, sound)))
        tiers.append((SOUND_ABROAD_LATER, _prefix("py", "", sound)))
    return tiers
