"""Whatever is typed or pasted: never an error, never slow, never an operator."""

import asyncio
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexing.engines.port import SearchEngine
from indexing.highlights import highlights
from indexing.queries import asked
from indexing.questions import AllOf, AnyTerm, Leaf, Phrase
from indexing.search import SearchAnswer, SearchRequest, search_customers
from indexing.words import MOST_TOKENS, read_words
from tests.indexing.corpus import CORPUS, ZHANG_SAN

MOST_TERMS = 3_200  # that any text makes the engine look up; the worst is 13 resident IDs, each with a slip

HOSTILE = [
    "\0",
    "张\0三",
    "\ud800",
    "张\ud83d三",
    "a\ud800b",
    "*",
    "?",
    "zhang*",
    "zh?ng",
    ".*",
    "[a-z]+",
    "(((",
    "a{1000}",
    "\\",
    "\\\\",
    '"',
    "'",
    "' OR 1=1 --",
    "name:张三",
    "张三 AND NOT 李四",
    "+zhang -san",
    "zhang~2",
    "zhang^5",
    "[* TO *]",
    "{!xmlparser}",
    "%",
    "_",
    "$^",
    "^zhang",
    "=张三",
    "'; DROP TABLE customers; --",
    "1' UNION SELECT number, 1 FROM identity_documents --",
    "_exists_:mobile AND /.*/ OR zhang~0.1",
    '{"query": {"match_all": {}}}',
    '{"script_score": {"script": "while (true) {}"}}',
    "(a+)+$",
    "(?:(?:(?:a?){30}){30}){30}",
    "zhang " * 3_000,
    "张三 李四 " * 3_000,
    "110101199003071235 " * 100,
    "11010119900307123x" * 100,
    "ab12cd34 " * 100,
    "１１０１０１１９９００３０７１２３５",
    "\u202ezhang\u202c \u2067三\u2069",
    "zh\u200ba\u200cn\u200dg" * 50,
    "\ufdfa" * 30_000,
    "Z" + "\u0335" * 100_000,
    "zhang$",
    "z*",
    "\u202e三张",
    "\u200b\u200c\ufeff",
    "Z̸̡͎͠ą̷l̴g̶o̷" * 40,
    "ﷺ" * 300,
    "𝓩𝓱𝓪𝓷𝓰",
    "㍿㌀",
    "👨‍👩‍👧‍👦",
    "z" * 100_000,
    "张" * 100_000,
    "1" * 100_000,
    "张 " * 50_000,
    "z h " * 3_000,
    "1 " * 3_000,
    "a1" * 3_000,
    "a@b" * 3_000,
    "@",
    "@@",
    "a@",
    "·",
    "张·",
    "·张",
    "-",
    "--",
    "+86",
    "86",
    "0086",
    "2026-99-99",
    "٣٤٥٦",
    "¼½¾",
    "²³",
    "ⅷ",
    "x",
    "X1",
    "1x",
    "12x",
    "\r\n\t",
    "null",
    "NaN",
    "../../etc/passwd",
    "<script>",
    "🀀" * 500,
]


def ask(engine: SearchEngine, words: str) -> SearchAnswer:
    return asyncio.run(search_customers(engine, SearchRequest(words=words, wants_total=True)))


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_is_an_error(corpus_engine: SearchEngine, words: str) -> None:
    answer = ask(corpus_engine, words)
    highlights(words, ZHANG_SAN)
    assert answer.total is not None


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_asks_for_more_terms_than_an_engine_looks_up_at_once(words: str) -> None:
    ways = asked(read_words(words)).units
    tiers = [tier for way in ways for unit in way for tier in unit.tiers]
    assert sum(terms_of(tier.any) for tier in tiers) <= MOST_TERMS


def terms_of(leaves: Iterable[Leaf]) -> int:
    return sum(
        terms_of(leaf.parts) if isinstance(leaf, AllOf)
        else len(leaf.texts) if isinstance(leaf, AnyTerm | Phrase)
        else 1
        for leaf in leaves
    )  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=40) | st.text("张三zhangsan 138·x-+@*·\0", max_size=20))
def test_no_random_text_is_an_error(corpus_engine: SearchEngine, words: str) -> None:
    ask(corpus_engine, words)
    highlights(words, ZHANG_SAN)


@pytest.mark.parametrize(
    "words",
    ["hs:张三", "张三 AND NOT 李四", "(zhang OR wang)", "张三' OR '1'='1", "zhang AND"],
)
def test_operators_are_words_that_no_name_has(corpus_engine: SearchEngine, words: str) -> None:
    assert ask(corpus_engine, words).total == 0


def test_a_minus_excludes_nobody(corpus_engine: SearchEngine) -> None:
    assert ask(corpus_engine, "+zhang -san").hits == ask(corpus_engine, "zhang san").hits


@pytest.mark.parametrize("words", ["*", ".*", "?", "[* TO *]", "%", "_", "name:*"])
def test_signs_are_no_operators(corpus_engine: SearchEngine, words: str) -> None:
    assert ask(corpus_engine, words).total == 0


@pytest.mark.parametrize("words", ["", " ", "\0", "\u200b\u200c", "\r\n\t", "\u3000"])
def test_a_text_with_nothing_to_see_lists_all(corpus_engine: SearchEngine, words: str) -> None:
    assert ask(corpus_engine, words).total == len(CORPUS)


@pytest.mark.parametrize(
    "words",
    ["𝓩𝓱𝓪𝓷𝓰 𝓢𝓪𝓷", "ＺＨＡＮＧ　ＳＡＮ", "zha\u200bng san", "zhang\u00a0san", "Zhāng Sān", "z̸ha̷ng san"],
)
def test_width_case_and_marks_do_not_matter(corpus_engine: SearchEngine, words: str) -> None:
    assert ask(corpus_engine, words).hits == ask(corpus_engine, "zhang san").hits


def test_words_are_cut_at_256_characters_and_32_parts() -> None:
    assert len(read_words("张" * 300).tokens[0].text) == 256
    assert read_words("张" * 300).is_truncated
    assert not read_words("张" * 256).is_truncated
    assert len(read_words("a张" * 40).tokens) == MOST_TOKENS
    assert read_words("a张" * 40).is_truncated


def test_cut_words_are_said(corpus_engine: SearchEngine) -> None:
    assert [one.code for one in ask(corpus_engine, "张 " * 40).notices] == ["TRUNCATED"]
