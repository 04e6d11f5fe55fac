"""Which typed numbers are whole, which are parts, and which are too short to look for; pure."""

import re

from indexing.boosts import SHORTEST_FRAGMENT, SHORTEST_TAIL
from indexing.near import near_resident_ids
from indexing.words import Kind, Token, Words, together, variants
from matching.numbers import read_mobile

_PRINTED_NUMBER = re.compile(r"c0[0-9]{8}")  # and nothing else has this form
# Nine digits without the letter may as well be a part of a phone number, unless two noughts lead.
_PLAIN_CUSTOMER_NUMBER = re.compile(r"c0*[0-9]{1,9}|00[0-9]{7}")
# Resident IDs, passports and credit codes: what is rather a document than a part of one.
_WHOLE_DOCUMENT = re.compile(r"[0-9]{17}[0-9x]|[0-9]{15}|[a-z]{1,2}[0-9]{7,8}|[0-9a-z]{18}")


def is_too_short(token: Token, way: tuple[Token, ...]) -> bool:
    return len(token.text) < (SHORTEST_TAIL if has_company(token, way) else SHORTEST_FRAGMENT)


def has_company(token: Token, way: tuple[Token, ...]) -> bool:
    return any(
        other is not token and (not other.is_number or len(other.text) >= SHORTEST_FRAGMENT) for other in way
    )


def is_left_out(token: Token, way: tuple[Token, ...]) -> bool:
    """A single digit beside a name says nothing yet: its next digits are still being typed."""
    return token.kind is Kind.DIGITS and len(token.text) < SHORTEST_TAIL and has_company(token, way)


def is_part(token: Token, way: tuple[Token, ...]) -> bool:
    """Whether parts of numbers are looked for by this: a number that is not plainly a whole one."""
    if not token.is_number or is_too_short(token, way) or is_left_out(token, way):
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
