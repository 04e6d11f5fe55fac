"""What operations cost, what pages they may ask for, and who may ask for how much."""

import pytest

from tests.app.asking import GRAPHQL_JSON, ask_graphql, only_error
from tests.app.http.limiting import SHIPPED, front, refused, told

PAGED = "query($n: Int){customers(first:$n){nodes{id}}}"
DEFAULTED = "query($n: Int = 7){customers(first:$n){nodes{id}}}"


@pytest.mark.parametrize(
    ("document", "cost"),
    [
        ("{__typename}", 1),
        ("{viewer{name}}", 3),
        ("{viewer{roles}}", 12),  # an unpaged list counts as ten
        ("{viewer{branches{name}}}", 32),
        ("{branches{path{name}}}", 320),
        ("{customers(first:1){nodes{id}}}", 5),
        ("{customers(first:100){nodes{id}}}", 302),
        ("{customers{nodes{id}}}", 77),  # 25 by default
        ("{customers(first:null){nodes{id}}}", 77),
        ("{customers(first:100){edges{cursor node{id}}}}", 602),
        ("{customers(first:100){totalCount}}", 52),
        ("{customers(first:100){totalCount pageInfo{hasNextPage}}}", 55),
        ("{customers(first:3){nodes{policies(first:2){totalCount nodes{id}}}}}", 182),
        ("{tags(first:2){nodes{customerCount}}}", 106),
        ('{nodes(ids:["a","b","c"]){id}}', 9),
        ("{customers(first:4){...F}} fragment F on CustomerConnection{nodes{id} totalCount}", 64),
        ("{customers(first:4){...{nodes{id}}}}", 14),
        ("{...F ...F} fragment F on Query{viewer{name}}", 6),
        ("mutation{tagCustomer(customer:\"c1\",tag:\"x\"){freshness}}", 3),
    ],
)  # fmt: skip
def test_an_object_costs_2_a_scalar_1_and_lists_their_length(document: str, cost: int) -> None:
    assert told(document)["cost"] == cost


@pytest.mark.parametrize(
    ("document", "variables", "cost"),
    [
        (PAGED, {"n": 4}, 14),
        (PAGED, {"n": 4.0}, 14),
        (PAGED, {}, 77),
        (PAGED, {"n": None}, 77),
        (DEFAULTED, {}, 23),
        (DEFAULTED, {"n": 4}, 14),
        (DEFAULTED, {"n": None}, 77),
        (PAGED, {"n": -4}, 2),
        (PAGED, {"n": "4"}, 77),
        (PAGED, {"n": True}, 77),
        (PAGED, {"n": 2**31}, 77),
        ("query($ids:[ID!]!){nodes(ids:$ids){id}}", {"ids": ["a"] * 200}, 600),
        ("query($n:Int $m:Int){customers(first:$n){nodes{...F}}} "
         "fragment F on Customer{policies(first:$m){nodes{id}}}", {"n": 5, "m": 3}, 2 + 5 * (2 + 2 + 3 * 3)),
    ],
)  # fmt: skip
def test_a_page_is_as_long_as_its_variable_says(
    document: str, variables: dict[str, object], cost: int
) -> None:
    assert told(document, **variables)["cost"] == cost


def test_a_fragment_costs_what_the_variables_of_its_operation_say() -> None:
    document = """
        query A($n: Int = 2) {...F} query B($n: Int = 3) {...F}
        fragment F on Query {customers(first: $n) {nodes {id}}}
    """
    costs = []
    for name in ("A", "B"):
        response = ask_graphql(SHIPPED, document, operationName=name, extensions={"cost": True})
        costs.append(response.json()["extensions"]["cost"]["cost"])
    assert costs == [8, 11]


def test_pages_within_pages_multiply() -> None:
    document = "query($n: Int!){customers(first:$n){nodes{policies(first:100){nodes{id}}}}}"
    assert refused(SHIPPED, document, n=65) == []
    assert refused(SHIPPED, document, n=66) == [("cost", 20000, 2 + 66 * 304)]


def test_a_cost_is_told_with_what_to_do() -> None:
    document = "{customers(first:100){nodes{policies(first:100){nodes{id}}}}}"
    error = only_error(ask_graphql(SHIPPED, document))
    assert error["message"] == (
        "The operation may cost 30402, more than 20000: ask for smaller pages (first), or for less."
    )


def test_who_may_export_may_spend_more() -> None:
    document = "{customers(first:100){nodes{policies(first:100){nodes{id}}}}}"
    exporting = front(may_export=True, most_rows=1000)
    assert refused(exporting, document) == []
    assert refused(exporting, document.replace("100", "1000")) == [("cost_with_export", 500000, 3004002)]
    assert told(document, exporting)["limit"] == 500000


@pytest.mark.parametrize(
    "document", ["{customers(first:101){totalCount}}", "query($n:Int=101){customers(first:$n){totalCount}}"]
)
def test_a_page_is_bounded_before_anything_runs(document: str) -> None:
    response = ask_graphql(SHIPPED, document, accept=GRAPHQL_JSON)
    assert (response.status_code, only_error(response)) == (
        400,
        {
            "message": "first may be at most 100.",
            "extensions": {
                "code": "LIMIT_EXCEEDED",
                "what": "first",
                "limit": 100,
                "value": 101,
                "inputPath": ["first"],
            },
        },
    )
    assert refused(front(most_rows=1000), document) == []


@pytest.mark.parametrize(
    "size", [2**31 - 1, 2**31, -(2**31) - 1, 10**39, "1e9", "1.5", '"5"', "[5]", "true", "{}"]
)
def test_no_page_size_is_taken_for_endless(size: object) -> None:
    response = ask_graphql(SHIPPED, f"{{customers(first:{size}){{totalCount}}}}", accept=GRAPHQL_JSON)
    error = only_error(response)
    assert (response.status_code, error["extensions"]["code"] in ("INVALID", "LIMIT_EXCEEDED")) == (400, True)


@pytest.mark.parametrize("size", [2**31 - 1, 2**31, -(2**31) - 1, 10**18, 1e9, 1.5, "5", [5], True, {}])
def test_no_variable_is_taken_for_endless(size: object) -> None:
    document = "query($n: Int){customers(first:$n){totalCount}}"
    response = ask_graphql(SHIPPED, document, accept=GRAPHQL_JSON, variables={"n": size})
    error = only_error(response)
    assert (response.status_code, error["extensions"]["code"] in ("INVALID", "LIMIT_EXCEEDED")) == (400, True)


def test_the_cost_is_told_to_who_asks() -> None:
    answer = ask_graphql(SHIPPED, "{__typename}", extensions={"cost": True}).json()
    assert answer["extensions"] == {
        "cost": {
            "cost": 1, "limit": 20000, "depth": 1, "aliases": 0, "fields": 1, "root_fields": 1,
            "introspection": 0, "fragments": 0, "operations": 1, "variables": 0, "directives": 0,
            "directives_on_one": 0,
        }
    }  # fmt: skip
    for extensions in (None, {}, {"cost": False}, {"cost": "true"}, {"cost": 1}):
        assert "extensions" not in ask_graphql(SHIPPED, "{__typename}", extensions=extensions).json()


def test_the_cost_of_what_is_refused_is_told_too() -> None:
    answer = ask_graphql(SHIPPED, "{customers(first:101){nodes{id}}}", extensions={"cost": True}).json()
    assert ("data" in answer, answer["extensions"]["cost"]["cost"]) == (False, 305)


def test_no_cost_is_told_where_it_is_not_known_which_operation_is_meant() -> None:
    document = "query A{__typename} query B{__typename}"
    answer = ask_graphql(SHIPPED, document, extensions={"cost": True}).json()
    assert ("extensions" in answer, answer["errors"][0]["extensions"]["code"]) == (False, "INVALID")
