"""docs/search.md tells what is really found: each row of its tables is typed here, in both engines."""

import re
from pathlib import Path

import pytest

from indexing.engines.port import SearchEngine
from indexing.highlights import highlights
from indexing.meanings import search_readings
from indexing.words import read_words
from tests.indexing.corpus import BY_ID
from tests.indexing.test_search_words import ask

DOCS = (Path(__file__).parents[2] / "docs/search.md").read_text(encoding="utf-8")
_ROW = r"^\| `([^`]+)` \| ([^|]+) \|"
FOUND = re.findall(rf"{_ROW} (.*?) \|$", DOCS, re.MULTILINE)
TAKEN = re.findall(rf"{_ROW}$", DOCS, re.MULTILINE)


@pytest.mark.parametrize(("typed", "name", "told"), FOUND)
def test_the_docs_tell_who_is_found_and_by_what(
    corpus_engine: SearchEngine, typed: str, name: str, told: str
) -> None:
    answer = ask(corpus_engine, typed)
    first = BY_ID[answer.hits[0].customer_id] if answer.hits else None
    matched = [f"{each.field} {each.match}" for each in highlights(typed, first)] if first else []
    notices = [f"*{notice.code}*" for notice in answer.notices]
    assert (name, told) == (first.names[0] if first else "nobody", ", ".join(matched + notices))


@pytest.mark.parametrize(("typed", "told"), TAKEN)
def test_the_docs_tell_what_parts_are_taken_for(typed: str, told: str) -> None:
    taken = [f"{each.part} {each.meaning.value}" for each in search_readings(read_words(typed))]
    assert told == ", ".join(taken)
