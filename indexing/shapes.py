"""A search as it may be noted: what its parts were taken for and how long they are, never what they say."""

from dataclasses import dataclass

from indexing.meanings import search_readings
from indexing.words import read_words


@dataclass(frozen=True)
class SearchDone:
    """One search that was made. asked_by: the API's field; parts: of shape_of; filters: their names.

    found: how many hits it showed; None: it failed. is_meant: it was told what may have been meant.
    """

    asked_by: str
    parts: tuple[str, ...]
    filters: tuple[str, ...]
    found: int | None
    seconds: float
    is_first_page: bool = True
    is_meant: bool = False


def shape_of(words: str) -> tuple[str, ...]:
    """As NAME:2 PHONE:4 for 张三 8000."""
    readings = search_readings(read_words(words))
    return tuple(f"{each.meaning.value}:{len(each.value)}" for each in readings if each.is_searched)
