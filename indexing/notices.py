"""What a searcher should know of the words typed; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from indexing.fragments import is_part, is_too_short
from indexing.near import near_resident_ids
from indexing.permitted import By, Permitted
from indexing.words import Kind, Words, together


@dataclass(frozen=True, slots=True)
class Notice:
    """What the searcher should know; part is the typed part it is about, query what to search for instead."""

    code: str
    message: str
    part: str | None = None
    query: str | None = None


_UNSEARCHED: dict[Kind, Callable[[str], Notice]] = {
    Kind.MASKED: partial(
        Notice,
        "MASKED",
        "A masked number can not be searched: give the digits that are known, without stars.",
    ),
    Kind.PLATE: partial(
        Notice, "NO_PLATES", "Policies hold no licence plates: search by name, phone or policy number."
    ),
}


def notices(words: Words, permitted: Permitted) -> tuple[Notice, ...]:
    found: list[Notice] = []
    if words.is_truncated:
        found.append(Notice("TRUNCATED", "Only the first 256 characters and 32 parts are searched for."))
    found += [_UNSEARCHED[part.kind](part.text) for part in words.parts if part.kind in _UNSEARCHED]
    joined = together(words.tokens)
    for token in joined:
        if token.is_number and is_too_short(token, joined):
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
