"""What is typed, and who is found first: every class of question a call centre asks."""

import asyncio

import pytest

from indexing.documents.customers import CustomerDocument
from indexing.engines.port import SearchEngine
from indexing.queries import question
from indexing.questions import Phrase
from indexing.search import ALIGNMENT_WEIGHT, SearchAnswer, SearchRequest, search_customers
from indexing.words import read_words
from matching.normal import readings
from tests.indexing.corpus import (
    ASHOW,
    BY_ID,
    COMPANY,
    CORPUS,
    GENERATED,
    LATIN_ZHANG,
    LU,
    LU_BU,
    OUYANG,
    RENAMED,
    SHAN,
    UYGHUR,
    ZENG,
    ZHAN,
    ZHANG_SAN,
    ZHANG_SANFENG,
    ZHANG_SHAN,
)


def ask(engine: SearchEngine, words: str, first: int = 10) -> SearchAnswer:
    return asyncio.run(search_customers(engine, SearchRequest(words=words, first=first)))


def found(engine: SearchEngine, words: str, first: int = 10) -> list[CustomerDocument]:
    return [BY_ID[hit.customer_id] for hit in ask(engine, words, first).hits]


@pytest.mark.parametrize(
    "words",
    [
        "张三",
        "張三",
        "张",
        "三",
        "zs",
        "zhangsan",
        "zhang san",
        "san zhang",
        "ZHANGSAN",
        "zhang三",
        "z三",
        "张san",
        "张散",
        "chang san",
        "changsan",
        "zhangsa",
        "zhagnsan",
        "张三先生",
        "zhs",
        "13800138000",
        "138 0013 8000",
        "+86-13800138000",
        "8613800138000",
        "１３８００１３８０００",
        "138-0013-8000",
        "8000",
        "0013",
        "13800",
        "010-66554321",
        "4321",
        "11010519491231002X",
        "11010519491231002x",
        "110105491231002",
        "31002x",
        "31002X",
        "19491231",
        "110105",
        "PA-2023-00012345",
        "pa202300012345",
        "PA2023",
        "00012345",
        "012345",
        "2345",
        "张三 8000",
        "张三8000",
        "zs8000",
        "zs 00",
        "zhang 1949-12-31",
        "张 1949年12月31日",
        "三 2X",
        "C000001001",
        "c1001",
        "zhang.san@example.com",
        "cheung san",
        "San Teo",
        "张先生 138尾号8000",
        "8000尾号 张女士",
        "姓张的 手机尾号8000",
        "平安那个张三",
        "帮我查一下张三的保单",
        "手机:8000",
        "保单:00012345",
        "身份证后六位31002x",
        "生日1949年12月31日",
        "name:张三",
    ],
)
def test_zhang_san_is_on_the_first_page(corpus_engine: SearchEngine, words: str) -> None:
    assert ZHANG_SAN in found(corpus_engine, words)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("张三", ZHANG_SAN),
        ("Jack Ashow", ASHOW),
        ("auyeung nana", OUYANG),
        ("安全科股公司", COMPANY),
        ("chu-ko kungming", RENAMED),
        ("张三丰", ZHANG_SANFENG),
        ("zhangsanfeng", ZHANG_SANFENG),
        ("zsf", ZHANG_SANFENG),
        ("zhangsf", ZHANG_SANFENG),
        ("zhang三丰", ZHANG_SANFENG),
        ("zeng", ZENG),
        ("shan", SHAN),
        ("dan", SHAN),
        ("zengxiaoxian", ZENG),
        ("买买提艾力", UYGHUR),
        ("买买提·艾力", UYGHUR),
        ("买买提•艾力", UYGHUR),
        ("买买提.艾力", UYGHUR),
        ("买买提・艾力", UYGHUR),
        ("买买提 艾力", UYGHUR),
        ("艾力 买买提", UYGHUR),
        ("買買提", UYGHUR),
        ("maimaiti", UYGHUR),
        ("john ashow", ASHOW),
        ("ashow john", ASHOW),
        ("joh asho", ASHOW),
        ("jonh ashow", ASHOW),
        ("john ashwo", ASHOW),
        ("johnashow", ASHOW),
        ("lvbu", LU_BU),
        ("lübu", LU_BU),
        ("lubu", LU),
        ("欧阳娜娜", OUYANG),
        ("ouyang", OUYANG),
        ("孔明", RENAMED),
        ("司马孔明", RENAMED),
        ("360安全", COMPANY),
        ("zhan", ZHAN),
        ("11010519491231002X", ZHANG_SAN),
        ("13800138000", ZHANG_SAN),
        ("PA-2023-00012345", ZHANG_SAN),
    ],
)
def test_the_best_answer_comes_first(
    corpus_engine: SearchEngine, words: str, first: CustomerDocument
) -> None:
    assert found(corpus_engine, words)[0] == first


def test_a_name_that_sounds_the_same_follows_the_one_that_was_typed(corpus_engine: SearchEngine) -> None:
    assert found(corpus_engine, "章三")[:1] == [ZHANG_SAN]
    scores = {hit.customer_id: hit.score for hit in ask(corpus_engine, "张散").hits}
    assert scores[ZHANG_SAN.id] < 50


def test_han_characters_find_the_name_that_was_written_in_letters(corpus_engine: SearchEngine) -> None:
    assert found(corpus_engine, "张珊珊")[0] == LATIN_ZHANG


def test_a_syllable_in_full_goes_before_one_that_only_begins_so(corpus_engine: SearchEngine) -> None:
    answers = found(corpus_engine, "zhang", 20)
    assert answers.index(ZHANG_SHAN) < answers.index(ZHAN)
    answers = found(corpus_engine, "lu", 60)
    assert answers.index(LU) < answers.index(LU_BU)


@pytest.mark.parametrize("document", GENERATED[::7])
def test_each_customer_is_found_by_every_part(
    corpus_engine: SearchEngine, document: CustomerDocument
) -> None:
    name, phone, number = document.names[0], document.phones[0], document.documents[0]
    sound = "".join(readings(name)[0])
    for words in (name, sound, f"{name} {phone[-4:]}", f"{sound[0]} {phone[-6:]}", number, number[-6:]):
        assert document in found(corpus_engine, words, 40), words
    for policy in document.policies:
        assert found(corpus_engine, policy)[0] == document
        assert document in found(corpus_engine, policy[-7:])


def test_whole_numbers_go_before_any_name(corpus_engine: SearchEngine) -> None:
    best_name = max(hit.score for hit in ask(corpus_engine, "zhang san").hits)
    for words in ("13800138000", "110105491231002", "PA-2023-00012345", "C000001001"):
        assert ask(corpus_engine, words).hits[0].score == 400
    assert best_name < 400


def test_six_digits_are_rather_the_end_of_an_id_than_of_a_policy(corpus_engine: SearchEngine) -> None:
    document = next(one for one in GENERATED if one.documents[0][-6:].isdigit() and one.policies)
    assert ask(corpus_engine, document.documents[0][-6:]).hits[0].score == 60
    assert ask(corpus_engine, document.policies[0][-6:]).hits[0].score == 58


def test_short_digits_alone_find_whole_numbers_only_and_say_so(corpus_engine: SearchEngine) -> None:
    answer = ask(corpus_engine, "800")
    assert answer.hits == []
    assert [(one.code, one.part) for one in answer.notices] == [("TOO_SHORT", "800")]


def test_a_masked_number_finds_nobody_and_says_so(corpus_engine: SearchEngine) -> None:
    for words in ("138****8000", "138 **** 8000", "110105********002X"):
        answer = ask(corpus_engine, words)
        assert answer.hits == []
        assert [one.code for one in answer.notices] == ["MASKED"]
    assert found(corpus_engine, "张三 138****8000")[0] == ZHANG_SAN


def test_a_single_digit_beside_a_name_waits_for_the_next(corpus_engine: SearchEngine) -> None:
    answer = ask(corpus_engine, "张三 8")
    assert BY_ID[answer.hits[0].customer_id] == ZHANG_SAN
    assert [(one.code, one.part) for one in answer.notices] == [("TOO_SHORT", "8")]


@pytest.mark.parametrize(
    "typed",
    [
        "110105194912310021",
        "11010519491231003X",
        "11010519491232002X",
        "11010591491231002X",
        "11010519941231002X",
    ],
)
def test_a_wrong_check_digit_is_said_and_near_ids_are_shown(corpus_engine: SearchEngine, typed: str) -> None:
    answer = ask(corpus_engine, typed)
    assert [one.code for one in answer.notices] == ["CHECK_DIGIT"]
    assert [hit.customer_id for hit in answer.hits] == [ZHANG_SAN.id]


def test_a_right_check_digit_calls_for_no_notice(corpus_engine: SearchEngine) -> None:
    assert ask(corpus_engine, "11010519491231002X").notices == []
    assert ask(corpus_engine, "202300010000123456").notices == []


def test_no_words_list_by_policies_then_last_contact_then_number(corpus_engine: SearchEngine) -> None:
    def rank(document: CustomerDocument) -> tuple[int, int, int]:
        contact = document.last_contact
        months = 0 if contact is None else contact.year * 12 + contact.month
        return -document.in_force, -months, document.id

    listed = [document.id for document in sorted(CORPUS, key=rank)]
    assert [hit.customer_id for hit in ask(corpus_engine, " ", 400).hits] == listed


def test_letters_and_digits_found_in_one_number_go_before_names_with_such_letters() -> None:
    in_one, apart = question(read_words("ma6k5t")).alternatives
    ends = next(tier for tier in in_one[0].tiers for leaf in tier.any if isinstance(leaf, Phrase))
    assert sum(unit.tiers[0].score for unit in apart) + 100 * ALIGNMENT_WEIGHT < ends.score
