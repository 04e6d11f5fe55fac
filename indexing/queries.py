"""Words into a question: what may be meant by each typed part, and what each fit is worth; pure."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from indexing import tokens as terms
from indexing.permitted import EVERYTHING, By, Permitted
from indexing.questions import AllOf, AnyTerm, Fuzzy, Leaf, Phrase, Prefix, Question, Term, Tier, Unit
from indexing.words import Kind, Token, Words, together, variants
from matching.normal import readings
from matching.numbers import read_document, read_mobile, resident_id_check_digit

# The one table of boosts. Constant scores, whole numbers: exact in every engine, whatever its shards.
WHOLE_NUMBER = 400  # beats any name
NAME_WHOLE, NAME_START, NAME_END, NAME_INSIDE = 100, 80, 65, 60
SOUND_WHOLE, SOUND_START, SOUND_LATER = 75, 65, 40
INITIALS_WHOLE, INITIALS_START, INITIALS_LATER = 70, 50, 30
WORD_WHOLE, WORD_START = 60, 45
GLUED_START = 160  # beats its two parts lying elsewhere in a name
SAME_SOUND_WHOLE, SAME_SOUND_START = 20, 12  # other Han characters that sound as those typed
TYPO = 15
NEAR_NUMBER = 25  # an ID with one slip corrected
BIRTH_DATE = 35
TAILS = {"ph": 60, "id": 55, "po": 45}
INSIDE = {"ph": 40, "id": 35, "po": 30}
SIX_DIGIT_TAILS = {"ph": 55, "id": 60, "po": 45}  # six are asked for as the end of an ID

SHORTEST_FRAGMENT = 4  # of a number alone
SHORTEST_TAIL = 2  # of a number beside another part
SHORTEST_TYPO_WORD, SHORTEST_TYPO_SOUND = 4, 5
MOST_TYPO_TOKENS = 6  # with more parts the rest tells enough, and typo clauses cost most

# With its letter, or with all nine digits: fewer are rather the end of a phone number.
_CUSTOMER_NUMBER = re.compile(r"c0*([0-9]{1,9})|([0-9]{9})")
_PRINTED_NUMBER = re.compile(r"c0[0-9]{8}")  # and nothing else has this form
# Nine digits without the letter may as well be a part of a phone number, unless two noughts lead.
_PLAIN_CUSTOMER_NUMBER = re.compile(r"c0*[0-9]{1,9}|00[0-9]{7}")
# Resident IDs, passports and credit codes: what is rather a document than a part of one.
_WHOLE_DOCUMENT = re.compile(r"[0-9]{17}[0-9x]|[0-9]{15}|[a-z]{1,2}[0-9]{7,8}|[0-9a-z]{18}")
_RESIDENT_ID = re.compile(r"[0-9]{17}[0-9x]")


@dataclass(frozen=True, slots=True)
class Notice:
    """What the searcher should know; part is the typed part it is about."""

    code: str
    message: str
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The ways to understand the words; each variant's tokens fit its units."""

    variants: tuple[tuple[Token, ...], ...]
    units: tuple[tuple[Unit, ...], ...]
    notices: tuple[Notice, ...]


def asked(words: Words, permitted: Permitted = EVERYTHING) -> Asked:
    """The units of every way to understand the words, and the notices they call for; a way with a part that
    may not be looked for at all falls out."""
    notices = _notices(words, permitted)
    ways: dict[tuple[Unit, ...], tuple[Token, ...]] = {}
    for way in variants(words.tokens):
        kept = tuple(token for token in way if not _is_left_out(token, way))
        units = tuple(_unit(token, kept, permitted) for token in kept)
        if kept and all(unit.tiers for unit in units):
            ways.setdefault(units, kept)
    return Asked(tuple(ways.values()), tuple(ways), notices)


def question(words: Words, must: tuple[Leaf, ...] = (), none: tuple[Leaf, ...] = ()) -> Question:
    return Question(asked(words).units, must, none)


def _notices(words: Words, permitted: Permitted) -> tuple[Notice, ...]:
    found: list[Notice] = []
    if words.is_truncated:
        found.append(Notice("TRUNCATED", "Only the first 256 characters and 32 parts are searched for."))
    for part in words.masked:
        message = "A masked number can not be searched: give the digits that are known, without stars."
        found.append(Notice("MASKED", message, part))
    joined = together(words.tokens)
    for token in joined:
        if token.is_number and _is_too_short(token, joined):
            message = (
                "A number this short is found only as a whole policy or customer number."
                if len(joined) == 1
                else "A part this short is not searched for beside others."
            )
            found.append(Notice("TOO_SHORT", message, token.text))
        if token.is_number and near_resident_ids(token.text):
            shown = ": similar numbers are shown too." if permitted.documents is By.PARTS else "."
            message = f"The check digit does not fit{shown}"
            found.append(Notice("CHECK_DIGIT", message, token.text))
        if is_part(token, joined) and By.PARTS not in (permitted.documents, permitted.contacts):
            message = "You find documents and phones by their whole number only."
            found.append(Notice("WHOLE_ONLY", message, token.text))
    return tuple(found)


def _is_too_short(token: Token, way: tuple[Token, ...]) -> bool:
    return len(token.text) < (SHORTEST_TAIL if _has_company(token, way) else SHORTEST_FRAGMENT)


def _has_company(token: Token, way: tuple[Token, ...]) -> bool:
    return any(
        other is not token and (not other.is_number or len(other.text) >= SHORTEST_FRAGMENT) for other in way
    )


def _is_left_out(token: Token, way: tuple[Token, ...]) -> bool:
    """A single digit beside a name says nothing yet: its next digits are still being typed."""
    return token.kind is Kind.DIGITS and len(token.text) < SHORTEST_TAIL and _has_company(token, way)


def is_part(token: Token, way: tuple[Token, ...]) -> bool:
    """Whether parts of numbers are looked for by this: a number that is not plainly a whole one."""
    if not token.is_number or _is_too_short(token, way) or _is_left_out(token, way):
        return False
    return not _is_whole(token.text)


def _is_whole(text: str) -> bool:
    """Whether this is plainly a mobile, a customer number or a document; one with a slip in it is a guess."""
    if read_mobile(text).doubt is None or _PLAIN_CUSTOMER_NUMBER.fullmatch(text):
        return True
    return _WHOLE_DOCUMENT.fullmatch(text) is not None and not near_resident_ids(text)


def parts(words: Words) -> tuple[list[str], list[str]]:
    """The parts of numbers, and the names and parts of names, by which is searched."""
    joined = together(words.tokens)
    numbers = [token.text for token in joined if is_part(token, joined)]
    return numbers, [token.text for token in joined if token.is_name]


def wholes(words: Words) -> tuple[tuple[str, ...], ...]:
    """For each way to understand the words, what is looked for as a whole document, phone number or mail
    address in it; ways without any are left out, and so are the hub's numbers in their printed form."""
    printed = {token.text for token in words.tokens if _PRINTED_NUMBER.fullmatch(token.text)}
    own = printed | {text.removeprefix("c") for text in printed}  # of which one way makes a letter and digits
    texts = ([each.text for each in way if _is_looked_up(each)] for way in variants(words.tokens))
    ways = dict.fromkeys(tuple(text for text in way if text not in own) for way in texts)
    return tuple(way for way in ways if way)


def _is_looked_up(token: Token) -> bool:
    return token.kind is Kind.EMAIL or (token.is_number and len(token.text) >= SHORTEST_FRAGMENT)


def _unit(token: Token, way: tuple[Token, ...], permitted: Permitted) -> Unit:
    typos = len(way) <= MOST_TYPO_TOKENS
    if token.kind is Kind.HAN:
        tiers = _han_tiers(token.text)
    elif token.kind is Kind.LETTERS:
        tiers = _letter_tiers(token, typos=typos)
    elif token.kind is Kind.GLUED:
        tiers = [(GLUED_START, Term("py", terms.START + token.text))]
    elif token.kind is Kind.EMAIL:
        tiers = [(WHOLE_NUMBER, Term("whole", terms.whole_term(terms.EMAIL, token.text)))]
    else:
        tiers = _number_tiers(token, has_company=_has_company(token, way))
    return _ranked([each for each in tiers if permitted.allows(each[1])], token.joined)


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


def _number_tiers(token: Token, *, has_company: bool) -> list[tuple[int, Leaf]]:
    text = token.text
    tiers: list[tuple[int, Leaf]] = [(WHOLE_NUMBER, leaf) for leaf in _whole_leaves(text)]
    if len(text) < SHORTEST_FRAGMENT and not has_company:
        if token.kind is Kind.MIXED:
            tiers.append((WORD_WHOLE, Term("lt", text)))
        return tiers
    tiers.append((WORD_WHOLE, Term("lt", text)))
    tails = SIX_DIGIT_TAILS if len(text) == 6 else TAILS
    for field in _fields_of(text):
        tiers.append((tails[field], _fragment(field, text + terms.END)))
        if len(text) > SHORTEST_TAIL:
            tiers.append((INSIDE[field], _fragment(field, text)))
    if _is_date(text):
        tiers.append((BIRTH_DATE, Term("whole", terms.whole_term(terms.BIRTH, text))))
    near = tuple(terms.whole_term(terms.DOCUMENT, other) for other in near_resident_ids(text))
    if near:
        tiers.append((NEAR_NUMBER, AnyTerm("whole", near)))
    return tiers


def _whole_leaves(text: str) -> list[Leaf]:
    found: list[Leaf] = [Term("whole", terms.whole_term(terms.POLICY, text))]
    customer = _CUSTOMER_NUMBER.fullmatch(text)
    if customer:
        found.append(
            Term("whole", terms.whole_term(terms.CUSTOMER, f"c{int(customer[1] or customer[2]):09d}"))
        )
    if len(text) >= SHORTEST_FRAGMENT:
        found.append(Term("whole", terms.whole_term(terms.DOCUMENT, text)))
        phones = dict.fromkeys((text, terms.phone_form(read_mobile(text).normal)))
        found.extend(Term("whole", terms.whole_term(terms.PHONE, phone)) for phone in phones)
    if len(text) == 15 and text.isdecimal():
        longer = read_document("RESIDENT_ID", text).normal
        found.append(Term("whole", terms.whole_term(terms.DOCUMENT, terms.document_form(longer))))
    return found


def _fields_of(text: str) -> tuple[str, ...]:
    return ("ph", "id", "po") if text.isdecimal() else ("id", "po")


def _fragment(field: str, text: str) -> Leaf:
    grams = terms.number_grams(field, text)
    return Term(field, grams[0]) if len(grams) == 1 else Phrase(field, tuple(grams))


def _is_date(text: str) -> bool:
    if len(text) != 8 or not text.isdecimal():
        return False
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).year >= 1880
    except ValueError:
        return False


@lru_cache(maxsize=16)  # the notice, the query and the highlights of one search ask the same
def near_resident_ids(text: str) -> tuple[str, ...]:
    """For a resident ID with a wrong check digit: the possible ones a single slip away, lower case.

    A slip is one wrong or two swapped characters. Nothing for a text that is no such ID.
    """
    if not _RESIDENT_ID.fullmatch(text) or resident_id_check_digit(text[:17]) == text[17].upper():
        return ()
    found = {text[:17] + check for check in "0123456789x"}
    for at in range(17):
        found.update(text[:at] + digit + text[at + 1 :] for digit in "0123456789")
        found.add(text[:at] + text[at + 1] + text[at] + text[at + 2 :])
    return tuple(sorted(near for near in found if read_document("RESIDENT_ID", near).doubt is None))
