"""The classes of half-known names and numbers: what is typed of a customer, and what that truly asks for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from string import ascii_lowercase

from benchmarks.search.truth import NICKNAMES, ROMANISED, TO_TRADITIONAL, han, usual, words
from indexing.documents.customers import CustomerDocument
from intake.sample.chance import one_of, whole

# A space of keys and a key in it: all of a case's must be the customer's.
Asked = tuple[str, str]
Made = tuple[str, list[Asked]]
Make = Callable[[CustomerDocument, Random], Made | None]


@dataclass(frozen=True)
class Class:
    """target: of P@k, where there is one."""

    name: str
    make: Make
    target: float | None = 0.99


@dataclass(frozen=True)
class Case:
    """Whom the searcher means, what is typed, and what fits."""

    customer: int
    words: str
    asked: list[Asked]


def _person(d: CustomerDocument) -> str | None:
    name = d.names[0]
    return name if d.kind == "PERSON" and 2 <= len(name) <= 4 and han(name) == name else None


def _syllables(d: CustomerDocument) -> list[str]:
    """As most people read them."""
    return [usual(c, at) for at, c in enumerate(_person(d) or "")]


def _of_name(cut: Callable[[str], str], least: int = 1) -> Make:
    def make(d: CustomerDocument, dice: Random) -> Made | None:
        part = cut(_person(d) or "")
        return (part, [("han", part)]) if len(part) >= least else None

    return make


def _of_sound(cut: Callable[[list[str]], str], least: int = 2) -> Make:
    def make(d: CustomerDocument, dice: Random) -> Made | None:
        typed = cut(_syllables(d))[:16]
        return (typed, [("letters", typed)]) if len(typed) >= least else None

    return make


def _latin(d: CustomerDocument) -> list[str]:
    return words(d.names[0]) if d.kind == "PERSON" and not han(d.names[0]) else []


def _any_order(d: CustomerDocument, dice: Random) -> Made | None:
    found = _latin(d)
    return (
        (" ".join(dice.sample(found, len(found))), [("letters", word) for word in found]) if found else None
    )


def _prefixes(d: CustomerDocument, dice: Random) -> Made | None:
    found = _latin(d)
    if len(found) < 2:
        return None
    one, other = found[0][:3], found[-1][: whole(dice, 3, 4)]
    return f"{one} {other}", [("letters", one), ("letters", other)]


def _slip(text: str, dice: Random) -> str:
    """One wrong, missing, doubled or swapped letter, never the first."""
    at = whole(dice, 1, len(text) - 1)
    wrong = one_of(dice, [letter for letter in ascii_lowercase if letter != text[at]])
    kind = whole(dice, 0, 3)
    if kind == 0:
        return text[:at] + wrong + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2 or at + 1 == len(text) or text[at] == text[at + 1]:
        return text[:at] + wrong + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _latin_typo(d: CustomerDocument, dice: Random) -> Made | None:
    found = _latin(d)
    longest = max(found, key=len, default="")
    if len(longest) < 5:
        return None
    wrong = _slip(longest, dice)
    asked = [("near word", wrong) if word == longest else ("letters", word) for word in found]
    return " ".join(wrong if word == longest else word for word in found), asked


def _pinyin_typo(d: CustomerDocument, dice: Random) -> Made | None:
    joined = "".join(_syllables(d))
    if len(joined) < 6:
        return None
    wrong = _slip(joined, dice)
    return wrong, [("near sound", wrong)]


def _traditional(d: CustomerDocument, dice: Random) -> Made | None:
    name = _person(d)
    written = TO_TRADITIONAL.convert(name) if name else None
    return (written, [("han", name)]) if name and written and written != name else None


def _mixed(d: CustomerDocument, dice: Random) -> Made | None:
    name = _person(d)
    typed = f"{_syllables(d)[0]}{name[1:]}" if name else ""
    return (typed, [("glued", typed)]) if typed else None


def _number(values: Callable[[CustomerDocument], Iterable[str]], space: str, cut: slice) -> Make:
    def make(d: CustomerDocument, dice: Random) -> Made | None:
        found = [value for value in values(d) if len(value) >= 11]
        part = found[0][cut].lower() if found else ""
        return (part, [(space, part)]) if part else None

    return make


def _policy_part(d: CustomerDocument, dice: Random) -> Made | None:
    """The end, or some part of it, of six to nine characters: five are rather asked for of a phone."""
    if not d.policies:
        return None
    number, size = one_of(dice, d.policies).lower(), whole(dice, 6, 9)
    start = len(number) - size if dice.random() < 0.5 else whole(dice, 1, len(number) - size - 1)
    part = number[start : start + size]
    return part, [("policy part", part)]


def _told(marker: str, make: Make) -> Make:
    def made(d: CustomerDocument, dice: Random) -> Made | None:
        found = make(d, dice)
        return (f"{marker}{found[0]}", found[1]) if found else None

    return made


def _with_tail(make: Make) -> Make:
    def made(d: CustomerDocument, dice: Random) -> Made | None:
        name = make(d, dice)
        if name is None or not d.phones:
            return None
        tail = d.phones[0][-4:]
        return f"{name[0]} {tail}", [*name[1], ("phone tail", tail)]

    return made


def _surname_and_birth(d: CustomerDocument, dice: Random) -> Made | None:
    name, born = _person(d), d.birth_date
    if not name or not born:
        return None
    spelled = one_of(dice, ("{:%Y%m%d}", "{:%Y-%m-%d}", "{:%Y年%m月%d日}", "{:%Y/%m/%d}")).format(born)
    return f"{name[0]} {spelled}", [("han", name[0]), ("born", f"{born:%Y%m%d}")]


def _ethnic(d: CustomerDocument, dice: Random) -> Made | None:
    pieces = d.names[0].split("·")
    if len(pieces) < 2 or d.kind != "PERSON":
        return None
    if dice.random() < 0.5:
        piece = one_of(dice, pieces)
        return piece, [("han", piece)]
    sign = one_of(dice, ("·", " ", "", "．", "•"))
    asked = [("han", piece) for piece in pieces] if sign == " " else [("han", "".join(pieces))]
    return sign.join(pieces), asked


def _noisy(d: CustomerDocument, dice: Random) -> Made | None:
    name = _person(d)
    if not name or not d.phones:
        return None
    title, phone = one_of(dice, ("先生", "女士", "小姐")), d.phones[0]
    asked = [("surname", name[0]), ("phone start", phone[:3]), ("phone tail", phone[-4:])]
    parts = [f"{name[0]}{title}", f"{phone[:3]}尾号{phone[-4:]}"]
    dice.shuffle(parts)
    return " ".join(parts), asked


def _romanised(d: CustomerDocument, dice: Random) -> Made | None:
    name = _person(d)
    spelled = [each for each, of in ROMANISED.items() if name and name[0] in of]
    if not name or not spelled:
        return None
    surname, given = one_of(dice, spelled), "".join(_syllables(d)[1:])
    return f"{surname} {given}", [("romanised", surname), ("letters", given)]


def _nickname(d: CustomerDocument, dice: Random) -> Made | None:
    found = _latin(d)
    short = [each for each, of in NICKNAMES.items() if found and of == found[0]]
    if not short or len(found) < 2:
        return None
    return f"{short[0]} {found[-1]}", [("nickname", short[0]), ("letters", found[-1])]


def _left_out(d: CustomerDocument, dice: Random) -> Made | None:
    name = han(d.names[0])
    if d.kind == "PERSON" or len(name) < 9:
        return None
    middle = whole(dice, 4, 6)
    typed = name[:2] + name[middle : middle + 2]
    return typed, [("left out", typed)]


def _former(d: CustomerDocument, dice: Random) -> Made | None:
    former = d.names[1] if len(d.names) > 1 and _person(d) and han(d.names[1]) == d.names[1] else None
    return (former, [("han", former)]) if former else None


def _any_format(d: CustomerDocument, dice: Random) -> Made | None:
    if not d.phones:
        return None
    m = d.phones[0]
    wide = m.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    spaced = f"{m[:3]} {m[3:7]} {m[7:]}"
    typed = one_of(dice, (spaced, f"+86-{m}", f"86{m}", wide, f"0086 {spaced}", spaced.replace(" ", "-")))
    return typed, [("phone", m)]


def _resident(d: CustomerDocument) -> str | None:
    return next((number for number in d.documents if len(number) == 18 and number[:17].isdigit()), None)


def _wrong_check(d: CustomerDocument, dice: Random) -> Made | None:
    number = _resident(d)
    if not number or d.kind != "PERSON":
        return None
    at = whole(dice, 14, 16)
    digit = (int(number[at]) + whole(dice, 1, 9)) % 10
    return f"{number[:at]}{digit}{number[at + 1 :]}", [("document", number)]


def _fifteen(d: CustomerDocument, dice: Random) -> Made | None:
    number = _resident(d)
    short = number and number[6:8] == "19" and d.kind == "PERSON"
    return (number[:6] + number[8:17], [("document", number)]) if number and short else None


def _letters(size: int) -> Make:
    def make(d: CustomerDocument, dice: Random) -> Made | None:
        typed = "".join(_syllables(d))[:size]
        return (typed, [("letters", typed)]) if typed else None

    return make


CLASSES = (
    Class("full name", _of_name(lambda name: name)),
    Class("prefix (2 characters)", _of_name(lambda name: name[:2], 2)),
    Class("given name", _of_name(lambda name: name[1:])),
    Class("pinyin, full", _of_sound("".join)),
    Class("pinyin, partial", _of_sound(lambda said: "".join(said)[:-2], 4)),
    Class("initials", _of_sound(lambda said: "".join(syllable[0] for syllable in said))),
    Class("mixed (zhang三)", _mixed),
    Class("traditional script", _traditional),
    Class("mobile, last 4", _number(lambda d: d.phones, "phone tail", slice(-4, None))),
    Class("document, last 6", _number(lambda d: d.documents, "document tail", slice(-6, None))),
    Class("document, birth date", _number(lambda d: [_resident(d) or ""], "born", slice(6, 14))),
    Class("policy number, part", _policy_part, 0.95),
    Class("name and mobile tail", _with_tail(_of_name(lambda name: name))),
    Class("initials and mobile tail", _with_tail(_of_sound(lambda said: "".join(s[0] for s in said)))),
    Class("surname and birth date", _surname_and_birth),
    Class("Latin, full, any order", _any_order),
    Class("Latin, one typo", _latin_typo, 0.98),
    Class("Latin, two prefixes", _prefixes),
    Class("pinyin, one typo", _pinyin_typo, 0.90),
    Class("ethnic name", _ethnic, 0.95),
    Class("policy number, part, told so", _told("保单", _policy_part)),
    Class("mobile, middle 4", _number(lambda d: d.phones, "phone part", slice(3, 7)), None),
    Class("mobile, middle 4, told so", _told("手机", _number(lambda d: d.phones, "phone part", slice(3, 7)))),
    Class("mobile, any format", _any_format),
    Class("document, wrong check digit", _wrong_check),
    Class("document, 15 digits", _fifteen),
    Class("noise (王先生 138尾号8000)", _noisy),
    Class("romanised surname (Wong)", _romanised, 0.9),
    Class("nickname (Bill)", _nickname, 0.9),
    Class("organisation, characters left out", _left_out, 0.95),
    Class("former name", _former),
    Class("customer number", lambda d, dice: (d.number, [("number", d.number)])),
    Class("one letter", _letters(1)),
    Class("two letters", _letters(2)),
    Class("three letters", _letters(3)),
)
