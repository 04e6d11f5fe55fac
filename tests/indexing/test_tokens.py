"""The terms of names and numbers."""

from datetime import UTC, date, datetime

from indexing.documents.customers import day_number, milliseconds, sort_key
from indexing.documents.terms import term_texts
from indexing.keyed import KeyedTerms
from indexing.tokens import gram_values, han_terms, name_terms, number_grams, whole_terms
from tests.indexing.corpus import KEYS, RENAMED, ZHANG_SAN, customer


def test_a_han_name_has_its_whole_starts_ends_and_parts() -> None:
    assert set(han_terms("张三丰")) == {
        "=张三丰", "^张", "^张三", "^张三丰", "丰$", "三丰$", "张三丰$",
        "张", "三", "丰", "张三", "三丰", "张三丰",
    }  # fmt: skip


def test_parts_end_at_four_characters_starts_at_eight_ends_at_three() -> None:
    terms = han_terms("一二三四五六七八九")
    assert max(len(term) for term in terms if term[0] not in "=^" and term[-1] != "$") == 4
    assert {len(term) - 1 for term in terms if term[0] == "^"} == set(range(1, 9))
    assert {len(term) - 1 for term in terms if term[-1] == "$"} == {1, 2, 3}


def test_a_name_sounds_from_every_syllable_on() -> None:
    terms = name_terms("张三")
    assert set(terms["py"]) == {
        "=zhangsan", "^zhangsan", "^z*", "^zh*", "^zha*",
        "san", "s*", "sa*", "san*", "sanzhang", "^zhang三",
    }  # fmt: skip
    assert set(terms["pi"]) == {"=zs", "^zs", "^zs*", "=zhs", "^zhs", "^zh*", "^zhs*", "=zhangs", "^zhangs"}
    assert terms["lt"] == []


def test_only_the_main_reading_is_whole_and_other_readings_are_bare() -> None:
    terms = set(name_terms("单芳")["py"])
    assert {term for term in terms if term[0] in "=^"} == {
        "=shanfang", "^shanfang", "^s*", "^sh*", "^sha*", "^shan芳", "^dan芳",
    }  # fmt: skip
    assert {"danfang", "dan*"} <= terms


def test_u_umlaut_is_whole_as_v_and_bare_as_u_and_yu() -> None:
    terms = set(name_terms("吕布")["py"])
    assert {"=lvbu", "^lvbu", "lubu", "lyubu"} <= terms
    assert "=lubu" not in terms
    assert "^lubu" not in terms


def test_words_in_letters_have_short_prefixes_of_their_own() -> None:
    terms = name_terms("Zoë O'Hara")
    assert set(terms["lt"]) == {"zoe", "z*", "zo*", "zoe*", "ohara", "o*", "oh*", "oha*"}
    assert set(terms["py"]) == {"=zoeohara", "zoeohara", "ohara"}
    assert terms["hs"] == []


def test_former_names_are_indexed_too() -> None:
    assert {"=诸葛孔明", "=司马孔明"} <= set(term_texts(RENAMED, KeyedTerms(KEYS))["hs"].split())


def test_numbers_are_trigrams_between_borders() -> None:
    assert number_grams("^1234$") == ["^12", "123", "234", "34$"]
    assert number_grams("12") == []
    values = gram_values(
        customer(1, "x", phones=("01012345678-801",), documents=("AB-1",), policies=("P 1-2",))
    )
    assert values == {
        "ph": [number_grams("^01012345678$")],
        "id": [["^ab", "ab1", "b1$"]],
        "po": [["^p1", "p12", "12$"]],
    }


def test_whole_values_are_kept_apart_by_what_they_are() -> None:
    assert whole_terms(ZHANG_SAN) == [
        "n:c000001001", "p:13800138000", "p:01066554321", "m:13800138000", "d:11010519491231002x",
        "t:residentid11010519491231002x", "o:pa202300012345", "e:zhang.san@example.com", "b:19491231",
    ]  # fmt: skip


def test_a_name_of_any_length_has_few_terms() -> None:
    terms = [*name_terms("张" * 10_000).values(), *name_terms("z" * 10_000).values()]
    assert sum(map(len, terms)) < 1_500


def test_the_sort_key_goes_by_policies_in_force_then_last_contact_then_number() -> None:
    march = datetime(2026, 3, 1, tzinfo=UTC)
    ranked = [
        customer(9, "x", in_force=15),
        customer(10, "x", in_force=40),
        customer(1, "x", in_force=1, last_contact=march),
        customer(2, "x", in_force=1, last_contact=datetime(2026, 3, 31, tzinfo=UTC)),
        customer(3, "x", in_force=1, last_contact=datetime(2025, 12, 1, tzinfo=UTC)),
        customer(4, "x", in_force=1),
        customer(5, "x"),
    ]
    keys = [sort_key(document) for document in ranked]
    assert keys == sorted(keys, reverse=True)
    assert max(keys) < 1 << 64
    assert keys[-1] == (1 << 48) - 1 - 5


def test_days_and_instants_are_integers() -> None:
    assert day_number(date(2026, 11, 21)) == 20261121
    assert milliseconds(datetime(1970, 1, 1, 0, 0, 1, 5000, tzinfo=UTC)) == 1005
