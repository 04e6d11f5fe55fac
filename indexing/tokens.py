"""From readings and normal forms to the terms of the index; pure, and the same for documents and queries."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

from indexing.documents.customers import CustomerDocument
from matching.normal import cells, readings
from matching.numbers import compact
from matching.pinyin import spellings

LONGEST_INSIDE = 4  # Han characters of a term that may lie anywhere in a name
LONGEST_START = 8
LONGEST_END = 3
SHORT_PREFIX = 3  # prefixes up to here are terms of their own: 10 times faster than a walk of the dictionary
LONGEST_SOUND = 32  # letters of a pinyin term; nobody types more of a name

WHOLE, START, END, SHORT = "=", "^", "$", "*"

# What a whole value is, in the field of whole values.
CUSTOMER, PHONE, DOCUMENT, POLICY, EMAIL, BIRTH = "n:", "p:", "d:", "o:", "e:", "b:"
MOBILE, TYPED_DOCUMENT = "m:", "t:"  # for filters


def name_terms(names: Iterable[str]) -> dict[str, set[str]]:
    """The terms of the fields hs, py, pi and lt for all names of one customer."""
    found: dict[str, set[str]] = {"hs": set(), "py": set(), "pi": set(), "lt": set()}
    for name in names:
        for field, terms in _terms_of_name(name).items():
            found[field].update(terms)
    return found


@lru_cache(maxsize=16_384)
def _terms_of_name(name: str) -> dict[str, frozenset[str]]:
    parts = cells(name)
    han = "".join(part.text for part in parts if part.is_han)
    words = [part.text for part in parts if not part.is_han]
    sounds = _sound_terms(readings(name), all_words=not han)
    return {
        "hs": frozenset(han_terms(han)),
        "lt": frozenset(word_terms(words)),
        "py": frozenset([*sounds, *glued_terms(han, readings(name))]),
        "pi": frozenset(_initial_terms(readings(name))),
    }


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
    bare = set(spelled[1:])
    bare.update(_later(main, first=1))
    for syllables in others:
        bare.update(_later(syllables, first=0))
    if len(main) > 1:
        bare.add("".join((*main[1:], main[0])))
    return found + list(chain.from_iterable(_prefixed("", joined) for joined in bare))


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
    found: list[str] = []
    for initials in _initials(main):
        found.append(WHOLE + "".join(initials))
        found += _prefixed(START, "".join(initials), shortest=2)
        found += _later_initials(initials, first=1)
    rest = "".join(syllable[0] for syllable in main[1:])
    found += [WHOLE + main[0] + rest, *_prefixed(START, main[0] + rest, shortest=SHORT_PREFIX + 1)]
    for syllables in others:
        for initials in _initials(syllables):
            found += _later_initials(initials, first=0)
    return found


def _initials(syllables: tuple[str, ...]) -> list[list[str]]:
    """One letter a syllable, and where there are any with zh, ch and sh as the initials that they are."""
    single = [syllable[0] for syllable in syllables]
    double = [syllable[:2] if syllable[:2] in ("zh", "ch", "sh") else syllable[0] for syllable in syllables]
    return [single] if single == double else [single, double]


def _later_initials(initials: list[str], *, first: int) -> list[str]:
    later = (_prefixed("", "".join(initials[at:]), shortest=2) for at in range(first, len(initials) - 1))
    return list(chain.from_iterable(later))


def number_grams(field: str, text: str) -> list[str]:
    """The trigrams of a number of one field (ph, id, po), in order; START and END in it are its borders.

    Documents and queries alike come through here, so that the terms of a field can be keyed in one place.
    """
    del field  # each field will have a key of its own
    if len(text) < 3:
        return []
    return [text[at : at + 3] for at in range(len(text) - 2)]


def whole_term(kind: str, value: str) -> str:
    """The term under which a whole value is found; like number_grams the one place that makes it."""
    return kind + "".join(value.split())


def policy_form(number: str) -> str:
    """A policy number as it is compared: letters and digits only, lower case."""
    form = compact(number).lower()
    return form if form.isalnum() else "".join(c for c in form if c.isalnum())


def phone_form(number: str) -> str:
    """The digits, without an extension: callers do not know it."""
    return "".join(c for c in number.partition("-")[0] if c.isdigit())


def document_form(number: str) -> str:
    return compact(number).lower()


def whole_terms(document: CustomerDocument) -> list[str]:
    found = [whole_term(CUSTOMER, document.number.lower())]
    found += [whole_term(PHONE, phone_form(number)) for number in document.phones]
    found += [whole_term(MOBILE, number) for number in document.mobiles]
    found += [whole_term(DOCUMENT, document_form(number)) for number in document.documents]
    found += [whole_term(TYPED_DOCUMENT, document_form(typed)) for typed in document.typed_documents]
    found += [whole_term(POLICY, policy_form(number)) for number in document.policies]
    found += [whole_term(EMAIL, address.lower()) for address in document.emails]
    if document.birth_date is not None:
        found.append(whole_term(BIRTH, document.birth_date.strftime("%Y%m%d")))
    return found


def gram_values(document: CustomerDocument) -> dict[str, list[str]]:
    """For each field of numbers, one blank-joined text of trigrams a value."""
    forms = {
        "ph": [phone_form(number) for number in document.phones],
        "id": [document_form(number) for number in document.documents],
        "po": [policy_form(number) for number in document.policies],
    }
    return {
        field: [" ".join(number_grams(field, START + form + END)) for form in values if form]
        for field, values in forms.items()
    }
