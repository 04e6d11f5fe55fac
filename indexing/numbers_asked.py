"""What a typed number may be, and what each fit is worth; pure."""

import re
from collections.abc import Iterable
from datetime import date

from indexing import boosts
from indexing import tokens as terms
from indexing.near import near_resident_ids
from indexing.questions import AnyTerm, Leaf, Phrase, Term
from indexing.said import Meaning, Place
from indexing.words import Kind, Token
from matching.numbers import read_document, read_mobile

# With its letter, or with all nine digits: fewer are rather the end of a phone number.
CUSTOMER_NUMBER = re.compile(r"c0*([0-9]{1,9})|([0-9]{9})")

_FIELDS = {"ph": Meaning.PHONE, "id": Meaning.DOCUMENT, "po": Meaning.POLICY}
Meant = tuple[Meaning, int, Leaf]


def number_tiers(token: Token, *, has_company: bool) -> list[tuple[int, Leaf]]:
    """With their scores, all that a number may be, or what its marker says that it is."""
    meant: list[Meant] = []
    if token.place is Place.ANYWHERE:
        meant += _whole_leaves(token.text)
    if len(token.text) >= boosts.SHORTEST_FRAGMENT or has_company or token.kind is Kind.MIXED:
        meant.append((Meaning.WORD, boosts.WORD_WHOLE, Term("lt", token.text)))
    if len(token.text) >= boosts.SHORTEST_FRAGMENT or has_company:
        meant += _fragments(token, has_company=has_company)
        meant += _others(token.text)
    wanted = token.only if token.only is not Meaning.NUMBER else None
    return [(score, leaf) for meaning, score, leaf in meant if wanted in (None, meaning)]


def _fragments(token: Token, *, has_company: bool) -> Iterable[Meant]:
    """Parts of a number where they were said to be; its end fits best."""
    text, place = token.text, token.place
    fields = _fields_of(text)
    tails = boosts.SIX_DIGIT_TAILS if len(text) == 6 else boosts.TAILS
    inside = boosts.LONG_INSIDE if len(text) >= boosts.SHORTEST_LONG else boosts.INSIDE
    if has_company and len(text) == boosts.SHORTEST_FRAGMENT:
        inside = boosts.INSIDE_BESIDE
    if token.kind is Kind.MIXED:
        tails, inside = dict.fromkeys(fields, boosts.MIXED_TAIL), dict.fromkeys(fields, boosts.MIXED_INSIDE)
    for field in fields:
        meaning = _FIELDS[field]
        if place is not Place.START:
            yield meaning, tails[field], _fragment(field, text + terms.END)
        else:
            yield meaning, tails[field], _fragment(field, terms.START + text)
        if len(text) > boosts.SHORTEST_TAIL and place is Place.ANYWHERE:
            yield meaning, inside[field], _fragment(field, text)


def _others(text: str) -> Iterable[Meant]:
    """A birth date, and the possible numbers near to a mistyped ID."""
    if is_date(text):
        yield Meaning.BIRTH_DATE, boosts.BIRTH_DATE, Term("whole", terms.whole_term(terms.BIRTH, text))
    near = tuple(terms.whole_term(terms.DOCUMENT, other) for other in near_resident_ids(text))
    if near:
        yield Meaning.DOCUMENT, boosts.NEAR_NUMBER, AnyTerm("whole", near)


def _whole_leaves(text: str) -> Iterable[Meant]:
    def whole(meaning: Meaning, kind: str, value: str) -> Meant:
        return meaning, boosts.WHOLE_NUMBER, Term("whole", terms.whole_term(kind, value))

    yield whole(Meaning.POLICY, terms.POLICY, text)
    customer = CUSTOMER_NUMBER.fullmatch(text)
    if customer:
        yield whole(Meaning.CUSTOMER_NUMBER, terms.CUSTOMER, f"c{int(customer[1] or customer[2]):09d}")
    if len(text) >= boosts.SHORTEST_FRAGMENT:
        yield whole(Meaning.DOCUMENT, terms.DOCUMENT, text)
        for phone in dict.fromkeys((text, terms.phone_form(read_mobile(text).normal))):
            yield whole(Meaning.PHONE, terms.PHONE, phone)
    if len(text) == 15 and text.isdecimal():
        longer = read_document("RESIDENT_ID", text).normal
        yield whole(Meaning.DOCUMENT, terms.DOCUMENT, terms.document_form(longer))


def _fields_of(text: str) -> tuple[str, ...]:
    return ("ph", "id", "po") if text.isdecimal() else ("id", "po")


def _fragment(field: str, text: str) -> Leaf:
    grams = terms.number_grams(text)
    return Term(field, grams[0]) if len(grams) == 1 else Phrase(field, tuple(grams))


def is_date(text: str) -> bool:
    if len(text) != 8 or not text.isdecimal():
        return False
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).year >= 1880
    except ValueError:
        return False
