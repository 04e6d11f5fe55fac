"""Whatever is asked, the compiled path answers byte for byte as the ordinary one, and notes the same."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from execution.reasons import COMPILED, Reason
from schema.classes import classes
from tests.execution.both import Both, Told, Viewer, roles, viewers
from tests.execution.documents import Document, cursors_in, document
from tests.execution.test_fallbacks import FALL_BACKS
from tests.execution.town import POOLS
from tests.execution.variables import Arguments, likely

# Why the ordinary path answers a query of this test: whatever else comes is a fault.
KNOWN = frozenset({Reason.RESOLVER, Reason.CURSOR, Reason.ARGUMENT, Reason.NULL, Reason.DEEP})
NOT_RUN = "None"  # refused before it ran, by either path alike
EXAMPLES, EXAMPLES_OF_A_PROOF = 60, 600  # for each of 17 viewers on each of two databases
FEWEST_COMPILED = 0.25  # about two thirds are: the ordinary path compared with itself must not pass

# Fields that whole documents would be refused for, by the permission that they need.
FOR_FEW = {
    "audit.read": {"Customer.accessLog"},
    "customers.merge": {
        "Customer.suggestedRelatives",
        "Query.relativeSuggestion",
        "Query.relativeSuggestions",
        "Query.reviewTask",
        "Query.reviewTasks",
    },
    "batches.read": {"Query.batch", "Query.batches"},
}


def left_out(viewer: Viewer, chance: Random) -> frozenset[str]:
    """What the role may not ask for, but for some documents that are refused; and for two thirds what no plan
    answers, as a single such field sends a whole document the ordinary way."""
    fallen = frozenset() if likely(chance, 0.33) else frozenset(FALL_BACKS)
    return fallen | _refused(viewer, chance)


def _refused(viewer: Viewer, chance: Random) -> frozenset[str]:
    if likely(chance, 0.03):
        return frozenset()
    role = roles()[viewer[0]]
    refused = {name for name, of in classes().items() if of in role.get("refused", ())}
    for permission, fields in FOR_FEW.items():
        refused |= set() if permission in role["permissions"] else fields
    return frozenset(refused)


def asked(both: Both, viewer: Viewer, of: Document, values: Mapping[str, Any]) -> Told:
    """The compiled answer: it is the ordinary one, and so is what was noted of it."""
    note(f"{of.text}\n{json.dumps(values, ensure_ascii=False)}")
    ordinary, compiled = both.ask(viewer, of.text, values, of.operation_name)
    assert ordinary.plan in (Reason.OFF, NOT_RUN)
    assert compiled.plan in {*COMPILED, *KNOWN, NOT_RUN}, compiled.plan
    assert compiled.text == ordinary.text, compiled.plan
    assert both.compiled.noted() == both.ordinary.noted()
    return compiled


def asked_twice(both: Both, viewer: Viewer, chance: Random) -> list[str]:
    """By which plans a document was answered, with some values and then with others."""
    of = document(chance, POOLS, left_out(viewer, chance))
    arguments = Arguments(chance, POOLS)
    first = arguments.given(of.variables, {})
    compiled = asked(both, viewer, of, first)
    cursors = defaultdict(list)
    for name, cursor in cursors_in(compiled.json.get("data")):
        cursors[name].append(cursor)
    # A cursor is good for its own list only: whoever goes on asks the same otherwise.
    goes_on = bool(cursors) and likely(chance, 0.8)
    kept = [each for each in of.variables if goes_on and not each.is_cursor]
    others = arguments.given([each for each in of.variables if each not in kept], cursors)
    values = {**{each.name: first[each.name] for each in kept if each.name in first}, **others}
    return [compiled.plan, asked(both, viewer, of, values).plan]


def compare(both: Both, viewer: Viewer, examples: int) -> Counter[str]:
    """By which plans so many documents were answered, each twice."""
    plans = Counter[str]()

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(chance=st.randoms(use_true_random=False))
    def run(chance: Random) -> None:
        plans.update(asked_twice(both, viewer, chance))

    run()
    return plans


def named(viewer: Viewer) -> str:
    return "-".join([viewer[0], *(viewer[1] or ())])


@pytest.mark.parametrize("viewer", viewers(), ids=named)
def test_a_compiled_answer_is_the_ordinary_one(
    both: Both, viewer: Viewer, record_property: Callable[[str, object], None]
) -> None:
    plans = compare(both, viewer, EXAMPLES)
    record_property("plans", dict(plans))
    if "read" in roles()[viewer[0]]["permissions"]:
        compiled = sum(plans[each] for each in COMPILED)
        assert compiled > plans.total() * FEWEST_COMPILED, dict(plans)


@pytest.mark.only_in_proof
@pytest.mark.parametrize("viewer", viewers(), ids=named)
def test_twenty_thousand_compiled_answers_are_the_ordinary_ones(both: Both, viewer: Viewer) -> None:
    compare(both, viewer, EXAMPLES_OF_A_PROOF)
