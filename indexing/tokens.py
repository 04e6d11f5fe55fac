"""From readings and normal forms to the terms of the index; pure, and the same for documents and queries."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

from indexing.documents.customers import CustomerDocument, day_number
from matching.aliases import is_syllable
from matching.normal import cells, readings
from matching.numbers import compact
from matching.pinyin import spellings

LONGEST_INSIDE = 4  # Han characters of a term that may lie anywhere in a name
LONGEST_START = 8
LONGEST_END = 3
SHORT_PREFIX = 3  # prefixes up to here are terms of their own: 10 times faster than a walk of the dictionary
LONGEST_SOUND = 32  # letters of a pinyin term; nobody types more of a name
KNOWN_SOUNDS = 32_768  # given names and initials whose terms are kept, by how they sound: some 20 MB

NAME_FIELDS = ("hs", "lt", "py", "pi")

_DOUBLE = frozenset(("zh", "ch", "sh"))
WHOLE, START, END, SHORT = "=", "^", "$", "*"
READ_ALSO = "~"  # before the whole of a name in another reading than its main one

# What a whole value is, in the field of whole values.
CUSTOMER, PHONE, DOCUMENT, POLICY, EMAIL, BIRTH = "n:", "p:", "d:", "o:", "e:", "b:"
MOBILE, TYPED_DOCUMENT = "m:", "t:"  # for filters


def name_terms(name: str) -> dict[str, list[str]]:
    """The terms of the fields hs, py, pi and lt for one name, each once."""
    parts, said = cells(name), readings(name)
    han = "".join([part.text for part in parts if part.is_han])
    sounds = _sound_terms(said, all_words=not han)
    found = {
        "hs": han_terms(han),
        "lt": word_terms([part.text for part in parts if not part.is_han]),
        "py": [*sounds, *glued_terms(han, said)],
        "pi": _initial_terms(said),
    }
    return {field: list(dict.fromkeys(terms)) for field, terms in found.items()}


def han_terms(han: str) -> list[str]:
    """Every part of up to four characters, the whole, its starts and its ends."""
    if not han:
        return []
    size = len(han)
    inside = [
        han[at : at + length]
        for length in range(1, min(LONGEST_INSIDE, size) + 1)
        for at in range(size - length + 1)
    ]
    starts = [START + han[:length] for length in range(1, min(LONGEST_START, size) + 1)]
    ends = [han[-length:] + END for length in range(1, min(LONGEST_END, size) + 1)]
    return [WHOLE + han, *starts, *ends, *inside]


def word_terms(words: Iterable[str]) -> list[str]:
    found: list[str] = []
    for word in words:
        found.append(word)
        found.extend(word[:length] + SHORT for length in range(1, min(SHORT_PREFIX, len(word)) + 1))
    return found


def _sound_terms(said: tuple[tuple[str, ...], ...], *, all_words: bool) -> list[str]:
    """Joined syllables: the main reading whole and from its start; later starts and other readings bare."""
    if not said:
        return []
    main, *others = said
    spelled = _spelled(main)
    found = [WHOLE + spelled[0]]
    if all_words:  # the field of words holds their prefixes already
        return found + [joined[:LONGEST_SOUND] for joined in _later(main, first=0)]
    found += _prefixed(START, spelled[0])
    for joined in spelled[1:]:
        found += _prefixed("", joined)
    found += _sounds_from_each(main[1:])
    for syllables in others:
        found += [READ_ALSO + "".join(syllables), *_sounds_from_each(syllables)]
    if len(main) > 1:
        found += _prefixed("", "".join((*main[1:], main[0])))
    return found


@lru_cache(maxsize=KNOWN_SOUNDS)
def _sounds_from_each(syllables: tuple[str, ...]) -> tuple[str, ...]:
    """The bare terms from each syllable on; given names sound alike far more often than names do."""
    return tuple(chain.from_iterable(_prefixed("", joined) for joined in _later(syllables, first=0)))


def _spelled(syllables: tuple[str, ...]) -> list[str]:
    """The syllables joined, then the same with each other spelling of ü."""
    spelled = ["".join(syllables)]
    if any("v" in syllable for syllable in syllables):
        spelled += ["".join(_variant(syllable, which) for syllable in syllables) for which in (1, 2)]
    return list(dict.fromkeys(spelled))


def _variant(syllable: str, which: int) -> str:
    typed = spellings(syllable)
    return typed[min(which, len(typed) - 1)]


def _later(syllables: tuple[str, ...], *, first: int) -> list[str]:
    return [joined for at in range(first, len(syllables)) for joined in _spelled(syllables[at:])]


def _prefixed(mark: str, joined: str, shortest: int = 1) -> list[str]:
    cut = joined[:LONGEST_SOUND]
    short = [mark + cut[:length] + SHORT for length in range(shortest, min(SHORT_PREFIX, len(cut)) + 1)]
    return [mark + cut, *short]


def glued_terms(han: str, said: tuple[tuple[str, ...], ...]) -> list[str]:
    """The surname as it sounds with the characters behind it (zhang三), of personal names."""
    if not 2 <= len(han) <= LONGEST_INSIDE or len(said[0]) != len(han):
        return []
    surnames = dict.fromkeys(syllables[0] for syllables in said)
    return [START + sound + han[1:length] for sound in surnames for length in range(2, len(han) + 1)]


def _initial_terms(said: tuple[tuple[str, ...], ...]) -> list[str]:
    """First letters, marked like the syllables; also the surname in full with the initials of the rest."""
    if not said or len(said[0]) < 2:
        return []
    main, *others = said
    rest = "".join([syllable[0] for syllable in main[1:]])
    found = [*_main_initials(_initials(main)), WHOLE + main[0] + rest]
    found += _prefixed(START, main[0] + rest, shortest=SHORT_PREFIX + 1)
    for syllables in others:
        found += _initials_from_each(_initials(syllables))
    return found


def _initials(syllables: tuple[str, ...]) -> tuple[str, ...]:
    """One letter a syllable or word, and of syllables zh, ch and sh as the initials that they are."""
    return tuple([each[:2] if each[:2] in _DOUBLE and is_syllable(each) else each[0] for each in syllables])


def _typed(initials: tuple[str, ...]) -> list[tuple[str, ...]]:
    """As they are typed: one letter each, and where there are any with zh, ch and sh in full."""
    single = tuple([each[0] for each in initials])
    return [single] if single == initials else [single, initials]


@lru_cache(maxsize=KNOWN_SOUNDS)
def _main_initials(initials: tuple[str, ...]) -> tuple[str, ...]:
    """Whole, from their start, and bare from each later one on."""
    found: list[str] = []
    for typed in _typed(initials):
        found += [WHOLE + "".join(typed), *_prefixed(START, "".join(typed), shortest=2)]
    return (*found, *_initials_from_each(initials[1:]))


@lru_cache(maxsize=KNOWN_SOUNDS)
def _initials_from_each(initials: tuple[str, ...]) -> tuple[str, ...]:
    """Bare from each one on that has another behind it."""
    later = ("".join(typed[at:]) for typed in _typed(initials) for at in range(len(typed) - 1))
    return tuple(chain.from_iterable(_prefixed("", joined, shortest=2) for joined in later))


def number_grams(text: str) -> list[str]:
    """The trigrams of a number, in order; START and END in it are its borders."""
    return [text[at : at + 3] for at in range(len(text) - 2)]


def whole_term(kind: str, value: str) -> str:
    """The term under which a whole value is found."""
    return kind + "".join(value.split())


@lru_cache(maxsize=1_024)  # of one customer each is asked for twice: as a whole and in parts
def policy_form(number: str) -> str:
    """A policy number as it is compared: letters and digits only, lower case."""
    form = compact(number).lower()
    return form if form.isalnum() else "".join(c for c in form if c.isalnum())


def phone_form(number: str) -> str:
    """The digits, without an extension: callers do not know it."""
    if number.isascii() and number.isdecimal():  # nearly always
        return number
    return "".join(c for c in number.partition("-")[0] if c.isdigit())


def document_form(number: str) -> str:
    return compact(number).lower()


def whole_terms(document: CustomerDocument) -> list[str]:
    found = [whole_term(CUSTOMER, each.lower()) for each in (document.number, *document.former_numbers)]
    found += [whole_term(PHONE, phone_form(number)) for number in document.phones]
    found += [whole_term(MOBILE, number) for number in document.mobiles]
    found += [whole_term(DOCUMENT, document_form(number)) for number in document.documents]
    found += [whole_term(TYPED_DOCUMENT, document_form(typed)) for typed in document.typed_documents]
    found += [whole_term(POLICY, policy_form(number)) for number in document.policies]
    found += [whole_term(EMAIL, address.lower()) for address in document.emails]
    if document.birth_date is not None:
        found.append(whole_term(BIRTH, f"{day_number(document.birth_date)}"))
    return found


def gram_values(document: CustomerDocument) -> dict[str, list[list[str]]]:
    """For each field of numbers, the trigrams of each value."""
    forms = {
        "ph": [phone_form(number) for number in document.phones],
        "id": [document_form(number) for number in document.documents],
        "po": [policy_form(number) for number in document.policies],
    }
    return {
        field: [number_grams(START + form + END) for form in values if form]
        for field, values in forms.items()
    }
