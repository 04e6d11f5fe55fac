"""What can be found wrong or doubtful in a file, and what to do about it. Never holds a value of the file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """refuses: the row is not taken in; else it is, and this is a warning or a notice."""

    line: int
    column: str
    code: str
    message: str
    hint: str
    refuses: bool

    @property
    def warns(self) -> bool:
        return self.code in WARNINGS


# code: what is wrong, what to do
REFUSALS = {
    "QUOTES": ("The quotes of this line are broken.", "Double quotes inside a quoted cell; close every one."),
    "UNCLOSED": (
        "A quoted cell that opens in this line is not closed within 131,072 characters.",
        "Close its quotes; or shorten the cell.",
    ),
    "CELLS": ("The line has another number of cells than the header.", "Quote cells that hold commas."),
    "ENCODING": ("The cell holds bytes that are not text.", "Save the file as UTF-8, or give its encoding."),
    "CONTROL": ("The cell holds control characters.", "Take them out."),
    "REQUIRED": ("The cell is empty, and a row can not be without it.", "Fill it in."),
    "TOO_LONG": ("The cell is too long.", "Shorten it."),
    "INVALID": ("The cell can not be read.", "See the import guide for how this column is written."),
    "INVALID_CODE": ("A code holds no quotes and no backslashes.", "Take them out."),
    "INVALID_CURRENCY": ("This is no currency.", "Write its three letters (ISO 4217), as CNY."),
    "INVALID_DATE": ("This is no date.", "Write it as 1990-01-31, 1990/1/31 or 19900131."),
    "INVALID_INSTANT": (
        "This is no time of a day.",
        "Write it as 2026-11-21T08:30:00+08:00, or 2026-11-21 08:30 in the hub's time zone.",
    ),
    "INVALID_NUMBER": ("This is no number that can be kept.", "Write digits, with at most four decimals."),
    "UNKNOWN_CODE": ("There is no such code.", "Correct the code, or import it first."),
    "UNKNOWN_REFERENCE": (
        "This source has no customer with this key.",
        "Correct the key, or import that customer first.",
    ),
    "DATABASE": ("The database refused this row.", "Compare it with the rows beside it, and report it."),
}
WARNINGS = {
    "DOUBTFUL": ("The value fails its check.", "It is kept and marked doubtful: correct it in the source."),
    "KEPT_AS_OTHER": ("The hub does not know this code.", "It is kept as OTHER, with the source's own code."),
    "KEPT_AS_ZERO": ("The amount is not known.", "It is kept as 0: fill it in."),
    "NOT_FOR_ORGANIZATIONS": (
        "An organisation has no such thing.",
        "It is not taken: empty the cell, or correct the kind.",
    ),
    "IMPOSSIBLE_BIRTH_DATE": (
        "This can be nobody's birth date.",
        "It is not taken: correct the source.",
    ),
    "SHARES": ("The shares do not add up to 100.", "They are kept as they are: correct them in the source."),
    "NEW_STAFF": (
        "A staff code was not known.",
        "A member of staff was made by this code: `kehu import staff` names it.",
    ),
}

# By the outcomes of which they tell: these are no warnings.
NOTICES = {
    "linked": ("The key means a customer who was there.", "Nothing; splitRecord undoes it."),
    "review": (
        "Somebody like this is there: a customer was made, and a review task.",
        "Decide it: see reviewTasks, or kehu match tasks.",
    ),
}


def refusal(line: int, column: str, code: str, message: str = "") -> Finding:
    said, hint = REFUSALS[code]
    return Finding(line, column, code, message or said, hint, True)


def warning(line: int, column: str, code: str, message: str = "") -> Finding:
    said, hint = WARNINGS[code]
    return Finding(line, column, code, message or said, hint, False)


def notice(line: int, column: str, outcome: str) -> Finding:
    said, hint = NOTICES[outcome]
    return Finding(line, column, outcome.upper(), said, hint, False)
