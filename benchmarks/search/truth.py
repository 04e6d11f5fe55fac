"""What a customer truly answers to, read off names and numbers without any code of the index."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from itertools import islice, product

import pypinyin
from opencc import OpenCC
from pypinyin.phrases_dict import phrases_dict

from indexing.documents.customers import CustomerDocument

pypinyin.load_phrases_dict(phrases_dict)  # which the hub itself leaves out

TO_TRADITIONAL = OpenCC("s2t")
LONGEST = 16  # letters of a key; cases are cut to it
MOST_READINGS = 64  # of one name, all characters' readings combined
ACCENTS = str.maketrans("áàâäãåéèêëíìîïóòôöõúùûüñçšžýÁÉÍÓÚÄÖÜÁ", "aaaaaaeeeeiiiiooooouuuuncszyAEIOUAOUA")
LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "ł": "l", "Ł": "L"})


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in text.split())


# Hand-written here, and not the product's tables: surnames as they are spelled elsewhere, and short names.
ROMANISED = _pairs(
    "wong:黄王汪 chan:陈 hsu:许徐 ng:吴伍 chang:张常 lee:李 lau:刘 cheung:张 hsieh:谢 tsai:蔡 "
    "chou:周 kwok:郭 yeung:杨 lam:林 leung:梁 tseng:曾 huang:黄 chu:朱 ho:何 tang:邓唐"
)
# Surnames that are not read as their characters usually are.
SAID = _pairs("曾:zeng 单:shan 仇:qiu 查:zha 解:xie 区:ou 朴:piao 覃:qin 盖:ge 缪:miao 尉:wei 翟:zhai 任:ren")
NICKNAMES = _pairs(
    "bill:william bob:robert dick:richard maggie:margaret liz:elizabeth kate:katherine jim:james "
    "mike:michael dave:david tom:thomas tony:anthony andy:andrew ken:kenneth ted:edward nick:nicholas "
    "ben:benjamin sam:samuel greg:gregory alex:alexander pat:patrick jenny:jennifer sue:susan "
    "mandy:amanda debbie:deborah becky:rebecca"
)


@cache
def sounds(character: str) -> tuple[str, ...]:
    """Every reading of a character that pypinyin knows, ü as v."""
    (found,) = pypinyin.pinyin(character, style=pypinyin.Style.NORMAL, heteronym=True, v_to_u=False)
    return tuple(dict.fromkeys(found))


def usual(character: str, place: int) -> str:
    """As most people read it at this place of a name."""
    return SAID.get(character, sounds(character)[0]) if place == 0 else sounds(character)[0]


def han(name: str) -> str:
    return "".join(c for c in name if "\u4e00" <= c <= "\u9fff")


def words(name: str) -> list[str]:
    """Its words in Latin letters, in lower case without accents."""
    plain = name.translate(LETTERS).translate(ACCENTS).lower().replace("'", "")
    return [
        word for word in "".join(c if c.isascii() and c.isalpha() else " " for c in plain).split() if word
    ]


def spoken(name: str, *, is_usual: bool = False) -> Iterator[tuple[str, ...]]:
    """The ways to say its Han characters, syllable by syllable: all that there are, or the usual ones."""
    characters = han(name)
    if is_usual or len(characters) > 4:
        yield tuple(pypinyin.lazy_pinyin(characters, v_to_u=False))
    if len(characters) <= 4:
        each = [(usual(c, at),) if is_usual else sounds(c) for at, c in enumerate(characters)]
        yield from islice(product(*each), MOST_READINGS)


def whole_sounds(document: CustomerDocument, *, is_usual: bool = False) -> Iterator[str]:
    for name in document.names:
        if 2 <= len(han(name)) <= 4 and "·" not in name:
            yield from ("".join(said) for said in spoken(name, is_usual=is_usual))


def letter_keys(document: CustomerDocument, *, is_usual: bool = False) -> Iterator[str]:
    """Whatever may be typed in letters: syllables from any one on, initials, words and their beginnings."""
    for name in document.names:
        if han(name):
            for said in set(spoken(name, is_usual=is_usual)):
                yield from _said_keys(said)
        found = words(name)
        for text in (*found, "".join(found)):
            yield from _begun(text)
        yield from _begun("".join(word[0] for word in found))


def _begun(text: str) -> Iterator[str]:
    return (text[:size] for size in range(1, min(LONGEST, len(text)) + 1))


def _said_keys(said: tuple[str, ...]) -> Iterator[str]:
    """From each syllable on, with the surname last too; first letters, zh, ch and sh as one or as two."""
    for start in range(len(said)):
        yield from _begun("".join(said[start:]))
    yield from _begun("".join((*said[1:], said[0])))
    yield from _begun(said[0] + "".join(syllable[0] for syllable in said[1:]))
    if len(said) > 4:
        yield from _initials([(syllable[0],) for syllable in said])
    else:
        yield from _initials([tuple({each[0], initial(each)}) for each in said])


def initial(syllable: str) -> str:
    return syllable[:2] if syllable[:2] in ("zh", "ch", "sh") else syllable[0]


def _initials(options: list[tuple[str, ...]]) -> Iterator[str]:
    for start in range(len(options)):
        for end in range(start + 2, len(options) + 1):
            yield from ("".join(chosen) for chosen in product(*options[start:end]))


def parts(text: str, shortest: int, longest: int) -> Iterator[str]:
    for size in range(shortest, longest + 1):
        yield from (text[at : at + size] for at in range(len(text) - size + 1))


def han_keys(document: CustomerDocument) -> Iterator[str]:
    for name in document.names:
        characters = han(name)
        yield from parts(characters, 1, min(len(characters), 10))
        if len(characters) > 10:
            yield characters


def glued_keys(document: CustomerDocument, *, is_usual: bool = False) -> Iterator[str]:
    """The surname in letters, the rest in characters."""
    for name in document.names:
        characters = han(name)
        if 2 <= len(characters) <= 4:
            said = (usual(characters[0], 0),) if is_usual else sounds(characters[0])
            yield from (f"{sound}{characters[1:]}" for sound in said)


def left_out_keys(document: CustomerDocument) -> Iterator[str]:
    """Of organisations, two pairs of neighbouring characters in order."""
    if document.kind != "PERSON":
        for name in document.names:
            pairs = list(parts(han(name), 2, 2))
            yield from (pairs[i] + pairs[j] for i in range(len(pairs)) for j in range(i + 2, len(pairs)))


def romanised_keys(document: CustomerDocument) -> Iterator[str]:
    surname = han(document.names[0])[:1]
    yield from (spelled for spelled, of in ROMANISED.items() if surname and surname in of)


def nickname_keys(document: CustomerDocument) -> Iterator[str]:
    found = {word for name in document.names for word in words(name)}
    yield from (short for short, full in NICKNAMES.items() if full in found)


def birth_keys(document: CustomerDocument) -> Iterable[str]:
    return [f"{document.birth_date:%Y%m%d}"] if document.birth_date else []


KEYS: dict[str, Callable[[CustomerDocument], Iterable[str]]] = {
    "han": han_keys,
    "letters": letter_keys,
    "usual letters": partial(letter_keys, is_usual=True),
    "glued": glued_keys,
    "usual glued": partial(glued_keys, is_usual=True),
    "left out": left_out_keys,
    "romanised": romanised_keys,
    "nickname": nickname_keys,
    "surname": lambda d: [han(d.names[0])[:1]] if d.kind == "PERSON" else [],
    "born": birth_keys,
    "phone": lambda d: d.phones,
    "phone tail": lambda d: [number[-4:] for number in d.phones],
    "phone start": lambda d: [number[:3] for number in d.phones],
    "phone part": lambda d: [part for number in d.phones for part in parts(number, 4, 4)],
    "document": lambda d: d.documents,
    "document tail": lambda d: [number[-6:].lower() for number in d.documents],
    "policy part": lambda d: [part for number in d.policies for part in parts(number.lower(), 5, 9)],
    "number": lambda d: [d.number],
}
# Found within one edit of what was typed.
NEAR: dict[str, Callable[[CustomerDocument], Iterable[str]]] = {
    "near sound": whole_sounds,
    "usual near sound": partial(whole_sounds, is_usual=True),
    "near word": lambda d: (word for name in d.names for word in words(name)),
}
