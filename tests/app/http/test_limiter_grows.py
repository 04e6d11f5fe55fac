"""The limiter's work grows as the document does, whatever is done to it: twice the text, twice the calls.

Calls are counted instead of seconds: they come out the same on every machine, however busy it is.
"""

import sys
from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from app.graphql import schema
from app.http.asgi import Call
from app.http.documents import DocumentRefused, Documents
from app.http.limiter.allowance import Allowance
from app.http.limiter.limiter import Asking, Limiter, OverLimits
from app.limits import Limits, shipped_limits
from master.errors import Refusal

ENDLESS = replace(
    shipped_limits(),
    **{each.name: 10**15 for each in fields(Limits) if each.type is int and each.name != "document_nesting"},
)


def spreading(count: int, body: Callable[[int], str], on: str = "Query") -> str:
    return "{...F0}" + " ".join(f"fragment F{number} on {on}{{{body(number)}}}" for number in range(count))


def chain(count: int) -> str:
    return spreading(count, lambda number: f"viewer{{name}} ...F{number + 1}")


def laughs(count: int) -> str:
    return spreading(count, lambda number: f"a:__typename ...F{number + 1} ...F{number + 1}")


def ring(count: int) -> str:
    return spreading(count, lambda number: f"...F{(number + 1) % count}")


def paged_chain(count: int) -> str:
    """Each page's size is another variable, and each fragment lies in the page of the one before."""
    given = " ".join(f"$v{number}:Int=3" for number in range(count))
    body = "policies(first:$v{0}){{nodes{{parties{{customer{{...F{1}}}}}}}}}"
    parts = " ".join(
        f"fragment F{number} on Customer{{{body.format(number, number + 1)}}}" for number in range(count)
    )
    return f"query({given}){{customers{{nodes{{...F0}}}}}}{parts} fragment F{count} on Customer{{id}}"


def in_viewer(each: Callable[[int], str]) -> Callable[[int], str]:
    return lambda count: "{viewer{" + " ".join(each(number) for number in range(count)) + "}}"


def nested(opening: str, inner: str, closing: str) -> Callable[[int], str]:
    """As deep as brackets may nest, and as often as asked."""
    one = opening * 12 + inner + closing * 12
    return lambda count: "{customer(by:{id:1}){" + one * (count // 12) + "}}"


def literal(value: Callable[[int], str]) -> Callable[[int], str]:
    return lambda count: "{customers(filter:{status:" + value(count) + "}){totalCount}}"


HOSTILE: dict[str, Callable[[int], str]] = {
    "depth": nested("branch{", "name", "}"),
    "inline fragments": nested("...{", "name", "}"),
    "aliases": in_viewer(lambda number: f"a{number}:name"),
    "equal fields": in_viewer(lambda number: "name"),
    "equal objects": in_viewer(lambda number: "branches{name}"),
    "unknown fields": in_viewer(lambda number: f"x{number}{{y}}"),
    "unknown fragments": in_viewer(lambda number: f"...X{number}"),
    "unknown types": in_viewer(lambda number: f"...on X{number}{{name}}"),
    "root fields": lambda count: "{" + "viewer{name} " * count + "}",
    "directives": in_viewer(lambda number: "name @include(if:true)"),
    "directives on one": lambda count: "{viewer{name" + " @include(if:true)" * count + "}}",
    "fragments that follow each other": chain,
    "fragments that double each other": laughs,
    "fragments in a ring": ring,
    "fragments within each other's pages": paged_chain,
    "one fragment everywhere": lambda count: "{" + "...F " * count + "} fragment F on Query{viewer{name}}",
    "variables": lambda count: "query(" + " ".join(f"$v{n}:Int=1" for n in range(count)) + "){viewer{name}}",
    "operations": lambda count: (
        " ".join(f"query Q{n}{{...F}}" for n in range(count)) + " fragment F on Query{viewer{name}}"
    ),
    "comments": lambda count: "#x\n" * count + "{viewer{name}}",
    "commas": lambda count: "," * count + "{viewer{name}}",
    "strings": literal(lambda count: "[" + '"x" ' * count + "]"),
    "a long string": literal(lambda count: '"' + "\\n" * count + '"'),
    "a long block string": literal(lambda count: '"""' + "\n x" * count + '"""'),
    "a string without end": literal(lambda count: '"\\' * count),
    "lists in lists": literal(lambda count: ("[" * 40 + "]" * 40) * (count // 40)),
    "objects in objects": literal(lambda count: "[" + ("{a:" * 40 + "1" + "}" * 40) * (count // 40) + "]"),
    "a wide object": literal(lambda count: "{" + " ".join(f"a{number}:1" for number in range(count)) + "}"),
    "arguments": lambda count: "{customers(" + " ".join(f"a{n}:1" for n in range(count)) + "){totalCount}}",
    "page sizes": in_viewer(lambda number: f"p{number}:x(first:{number})"),
    "page sizes by a variable": lambda count: (
        "query($n:Int){" + "customers(first:$n){nodes{id}}" * count + "}"
    ),
    "a long number": lambda count: "{customers(first:" + "9" * count + "){totalCount}}",
    "long numbers": literal(lambda count: "[" + ("9" * 39 + " ") * (count // 40) + "]"),
    "brackets that close": lambda count: "}" * count,
    "brackets that open": lambda count: "{" * count,
    "introspection": lambda count: "{" + "__schema{types{fields{name}}}" * count + "}",
}


def calls(work: Callable[[], object]) -> int:
    """How many functions the work calls, those written in C too."""
    count = 0

    def heard(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(heard)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def judged(document: str, limits: Limits, variables: dict[str, object] | None = None) -> Callable[[], None]:
    """Reads, measures and judges a document that nobody has asked before."""
    documents, limiter = Documents(schema, limits), Limiter(lambda name: None)
    allowance = Allowance(limits=limits, most_rows=100)

    def judge() -> None:
        try:
            found = documents.read(document)
            asking = Asking(found.measure, None, variables or {})
            limiter.admit(asking, allowance, Call("1"))
        except (DocumentRefused, OverLimits, Refusal):
            pass

    return judge


@pytest.mark.parametrize("kind", HOSTILE)
def test_twice_the_document_is_twice_the_work(kind: str) -> None:
    once, twice = (calls(judged(HOSTILE[kind](count), ENDLESS)) for count in (120, 240))
    assert twice <= 2.2 * once


@pytest.mark.parametrize(
    "kind",
    ["aliases", "fragments that double each other", "comments", "strings", "page sizes by a variable"],
)
def test_what_is_over_the_tokens_is_not_parsed(kind: str) -> None:
    """However long it is."""
    once, twice = (calls(judged(HOSTILE[kind](count), shipped_limits())) for count in (5_000, 10_000))
    assert twice <= 1.01 * once


@pytest.mark.parametrize("value", [list(range(480)), {"n": 5}, "9" * 5000, -1, 2**31])
def test_a_variable_costs_no_work_however_long_it_is(value: object) -> None:
    document = "query($n:Int){customers(first:$n){nodes{id}}}"
    plain = calls(judged(document, shipped_limits(), {"n": 1}))
    assert calls(judged(document, shipped_limits(), {"n": value})) <= plain + 20
