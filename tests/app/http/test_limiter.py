"""What a document comes to, what of it is refused, and how that is told."""

from collections.abc import Callable

import pytest

from tests.app.asking import GRAPHQL_JSON, ask_graphql, only_error
from tests.app.conftest import Logged
from tests.app.http.limiting import SHIPPED, front, refusals, refused, told
from tests.app.toys import Observed


def aliases(count: int) -> str:
    return "{viewer{" + " ".join(f"a{number}: name" for number in range(count)) + "}}"


def deep(count: int) -> str:
    return '{customer(by:{id:"c1"}){branch{' + "parent{" * (count - 3) + "name" + "}" * count


def fields(count: int) -> str:
    return "{customers(first:1){nodes{" + "name " * (count - 2) + "}}}"


def root_fields(count: int) -> str:
    return "{" + "viewer{name} " * count + "}"


def directives(count: int) -> str:
    return "{viewer{" + "name @include(if:true) " * count + "}}"


def directives_on_one(count: int) -> str:
    return "{viewer{name" + " @include(if:true)" * count + "}}"


def fragments(count: int) -> str:
    return (
        "{viewer{"
        + " ".join(f"...F{number}" for number in range(count))
        + "}}"
        + " ".join(f"fragment F{number} on Viewer{{name}}" for number in range(count))
    )


def variables(count: int) -> str:
    given = " ".join(f"$v{number}:Int" for number in range(count))
    return f"query({given}){{viewer{{name}}}}"


def operations(count: int) -> str:
    return " ".join(f"query Q{number}{{viewer{{name}}}}" for number in range(count))


def tokens(count: int) -> str:
    return "{viewer{" + "name " * (count - 5) + "}}"


def nesting(count: int) -> str:
    return "{viewer{" + "...{" * (count - 2) + "name" + "}" * count


def number_characters(count: int) -> str:
    return "{customers(first:" + "1" * count + "){totalCount}}"


@pytest.mark.parametrize(
    ("name", "document", "limit"),
    [
        ("depth", deep, 12),
        ("aliases", aliases, 30),
        ("fields", fields, 500),
        ("root_fields", root_fields, 20),
        ("directives", directives, 50),
        ("directives_on_one", directives_on_one, 5),
        ("fragments", fragments, 50),
        ("variables", variables, 100),
        ("operations", operations, 10),
        ("document_tokens", tokens, 2000),
        ("document_nesting", nesting, 64),
        ("number_characters", number_characters, 40),
    ],
)
def test_a_document_may_go_up_to_its_limit_and_no_further(
    name: str, document: Callable[[int], str], limit: int
) -> None:
    within = ask_graphql(SHIPPED, document(limit), accept=GRAPHQL_JSON).json()
    assert name not in [error["extensions"].get("what") for error in within["errors"]]
    assert (name, limit, limit + 1) in refused(SHIPPED, document(limit + 1))


def test_a_refusal_tells_the_limit_what_was_asked_and_what_to_do() -> None:
    error = only_error(ask_graphql(SHIPPED, aliases(31)))
    assert error == {
        "message": "The operation has 31 aliases, more than 30: ask for many alike by a list.",
        "extensions": {"code": "LIMIT_EXCEEDED", "what": "aliases", "limit": 30, "value": 31},
    }


def test_all_limits_that_are_in_the_way_are_told_at_once() -> None:
    document = "{" + " ".join(f"a{number}: viewer{{name}}" for number in range(31)) + "}"
    assert refused(SHIPPED, document) == [("aliases", 30, 31), ("root_fields", 20, 31)]


def test_at_most_so_many_of_them_are_told() -> None:
    narrow = front(aliases=1, root_fields=1, fields=1, errors_told=2)
    assert len(refused(narrow, "{a: viewer{name} b: viewer{name}}")) == 2


def test_what_is_refused_is_not_validated_first() -> None:
    assert refused(SHIPPED, aliases(31).replace("name", "nonsense")) == [("aliases", 30, 31)]


@pytest.mark.parametrize(
    ("document", "counts"),
    [
        ("{viewer{name}}", (2, 0, 2, 1)),
        ("{viewer{...{name ...{roles}}}}", (2, 0, 3, 1)),
        ("{...F} fragment F on Query{viewer{a:name}}", (2, 1, 2, 1)),
        ("{...F ...F} fragment F on Query{viewer{a:name}}", (2, 2, 4, 2)),
        ("{viewer{...F}} fragment F on Viewer{branches{...G}} fragment G on Branch{a:name ...H} "
         "fragment H on Branch{parent{parent{code}}}", (5, 1, 6, 1)),
    ],
)  # fmt: skip
def test_counts_are_with_fragments_in_their_place(document: str, counts: tuple[int, ...]) -> None:
    found = told(document)
    assert tuple(found[name] for name in ("depth", "aliases", "fields", "root_fields")) == counts


def test_a_fragment_counts_in_every_place_where_it_stands() -> None:
    """It may be shallow where it stands first: what is kept of it is its height, not its depth."""
    document = """
        {viewer{branches{...F parent{parent{parent{parent{parent{parent{parent{parent{...F}}}}}}}}}}}
        fragment F on Branch{parent{parent{code}}}
    """
    assert refused(SHIPPED, document) == [("depth", 12, 13)]


def test_fragments_that_double_each_other_are_counted_and_not_expanded() -> None:
    laughs = " ".join(
        f"fragment F{number} on Query{{...F{number + 1} ...F{number + 1}}}" for number in range(29)
    )
    document = "{...F0}" + laughs + " fragment F29 on Query{viewer{name}}"
    assert refused(SHIPPED, document) == [
        ("fields", 500, 2**30),
        ("root_fields", 20, 2**29),
        ("cost", 20000, 3 * 2**29),
    ]


def test_what_is_endless_is_told_by_a_number_that_json_can_hold() -> None:
    laughs = " ".join(
        f"fragment F{number} on Query{{...F{number + 1} ...F{number + 1}}}" for number in range(49)
    )
    document = "{...F0}" + laughs + " fragment F49 on Query{viewer{name}}"
    assert refused(SHIPPED, document)[0] == ("fields", 500, 10**12)


def test_fragments_that_spread_themselves_are_named() -> None:
    document = "{...A} fragment A on Query{viewer{name} ...B} fragment B on Query{...A}"
    error = only_error(ask_graphql(SHIPPED, document))
    assert error["message"] == "Cannot spread fragment 'A' within itself via 'B'."


def test_many_fields_of_one_name_are_not_compared_for_long() -> None:
    document = "{customers(first:1){nodes{" + "branch{name} " * 230 + "}}}"
    assert refused(SHIPPED, document) == [("comparisons", 50000, 50001)]


def test_limits_only_warn_where_the_hub_says_so(logged: Logged) -> None:
    observed = Observed()
    warning = front(observed=observed, warn_only=True)
    response = ask_graphql(warning, "{" + " ".join(f"a{n}: __typename" for n in range(31)) + "}")
    assert len(response.json()["data"]) == 31
    assert observed.over == ["aliases", "root_fields"]
    [line] = [each for each in logged() if each["event"] == "request"]
    assert line["over_limits"] == {"root_fields": 31, "aliases": 31}
    assert line["request_id"] == response.headers["x-request-id"]


@pytest.mark.parametrize(
    "document", [tokens(2001), nesting(65), number_characters(41), "{customers(first:101){totalCount}}"]
)
def test_what_is_a_matter_of_size_is_refused_even_then(document: str) -> None:
    assert len(refused(front(warn_only=True), document)) == 1


def test_what_is_over_a_limit_is_counted() -> None:
    observed = Observed()
    watched = front(observed=observed)
    ask_graphql(watched, aliases(31))
    ask_graphql(watched, "{customers(first:101){totalCount}}")
    ask_graphql(watched, tokens(2001))
    ask_graphql(watched, "{__typename}")
    assert observed.over == ["aliases", "first", "document_tokens"]


def test_a_document_that_is_known_is_judged_again_for_everybody() -> None:
    document = "query($n: Int){customers(first:$n){nodes{id}}}"
    assert refused(SHIPPED, document, n=100) == []
    assert refused(SHIPPED, document, n=101) == [("first", 100, 101)]
    assert refused(SHIPPED, document, n=100) == []


def test_a_document_of_several_operations_is_judged_by_the_largest() -> None:
    document = "query A{viewer{name}} query B" + aliases(31)
    response = ask_graphql(SHIPPED, document, accept=GRAPHQL_JSON, operationName="A")
    assert [each["what"] for each in refusals(response)] == ["aliases"]
