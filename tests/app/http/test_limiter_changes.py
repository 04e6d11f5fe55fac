"""How many changes a document comes to: each of many things that one command names is one."""

from typing import Any

import pytest
from graphql import parse

from app.graphql import schema
from app.http.limiter.ruler import Ruler

RULER = Ruler(schema._schema)
CLAIM = "mutation ($tasks: [ID!]!) { claimReviewTasks(tasks: $tasks) { errors { code } } }"
DECIDE = "mutation ($input: DecideReviewTasksInput!) { decideReviewTasks(input: $input) { errors { code } } }"
ACCEPT = "acceptRelatives(input: {suggestions: $ids}) { errors { code } }"
THREE = ACCEPT.replace("$ids", '["f1", "f2", "f3"]')
UNTAG = "untagCustomer(customer: 1, tag: 2) { freshness }"
FIFTY = [f"w{n}" for n in range(50)]


def changes(document: str, **variables: Any) -> int:
    measure = RULER.measured(parse(document))
    (operation,) = measure.operations
    return measure.changes(operation, measure.sizes(operation, variables))


@pytest.mark.parametrize(
    ("document", "variables", "count"),
    [
        (CLAIM, {"tasks": FIFTY}, 50),
        (CLAIM, {"tasks": "w1"}, 1),
        (CLAIM, {"tasks": []}, 1),
        (CLAIM, {}, 1),
        (DECIDE, {"input": {"tasks": FIFTY, "answer": "SAME", "reason": "x"}}, 50),
        (DECIDE, {"input": ["w1"]}, 1),
        (DECIDE, {"input": None}, 1),
        (DECIDE.replace("Input!", 'Input = {tasks: ["w1", "w2", "w3"]}'), {}, 3),
        ('mutation { undoReviewDecisions(tasks: ["w1", "w2"], reason: "x") { errors { code } } }', {}, 2),
        (f"mutation {{ {THREE} }}", {}, 3),
        (f"mutation {{ a: {THREE} {UNTAG} }}", {}, 4),
        (f"mutation ($ids: [ID!]!) {{ {ACCEPT} }}", {"ids": FIFTY}, 50),
        (f"mutation ($ids: [ID!]!) {{ ...A }} fragment A on Mutation {{ {ACCEPT} }}", {"ids": FIFTY}, 50),
        ("{ reviewTasks { nodes { id } } }", {}, 0),
    ],
)  # fmt: skip
def test_each_thing_that_a_command_names_is_a_change(
    document: str, variables: dict[str, Any], count: int
) -> None:
    assert changes(document, **variables) == count


def test_commands_without_end_are_counted_in_no_time() -> None:
    spreads = " ".join(f"fragment F{n} on Mutation {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
    document = f"mutation ($ids: [ID!]!) {{ ...F0 }} {spreads} fragment F60 on Mutation {{ {ACCEPT} }}"
    assert changes(document, ids=FIFTY) == 10**12
