"""Queries that the compiled path once answered otherwise: each the smallest of its kind."""

from typing import Any

import pytest

from execution.reasons import Reason
from tests.execution.both import Both, Viewer

EVERYBODY: Viewer = ("ADMIN", None)
NOBODY: Viewer = ("SECURITY", None)


@pytest.mark.parametrize(
    ("viewer", "text", "values"),
    [
        # A list of which nothing is asked may be asked for by those only who may read it.
        (
            NOBODY,
            "query ($v: Boolean!) { customers { pageInfo @skip(if: $v) { hasNextPage } } }",
            [{"v": True}],
        ),
        (NOBODY, "{ customers { pageInfo { __typename } } }", [{}]),
        (NOBODY, "{ customers { __typename } }", [{}]),
        # A condition that is null where it may not be is worded by the ordinary path.
        (EVERYBODY, 'query ($v: Boolean = true) { tag(code: "T1") @skip(if: $v) { id } }', [{"v": None}, {}]),
        # By another key than its id, and nothing of it selected.
        (EVERYBODY, '{ policy(by: {number: "POL00000"}) { id @skip(if: true) } }', [{}]),
        (EVERYBODY, '{ customer(by: {number: "C000000001"}) { __typename } }', [{}]),
        # A page below a parent, of which nothing is selected.
        (EVERYBODY, "{ customers { nodes { policies { __typename } } } }", [{}]),
        (EVERYBODY, "{ customers { nodes { policies { pageInfo { __typename } } } } }", [{}]),
        (EVERYBODY, "{ customers { nodes { policies { nodes { __typename } } } } }", [{}]),
        (EVERYBODY, "{ customers { nodes { policies { edges { __typename } } } } }", [{}]),
    ],
)
def test_both_paths_answer_alike(both: Both, viewer: Viewer, text: str, values: list[dict[str, Any]]) -> None:
    for each in values:
        ordinary, compiled = both.ask(viewer, text, each)
        assert compiled.text == ordinary.text, compiled.plan
        assert compiled.plan != Reason.FAILED
    assert both.compiled.noted() == both.ordinary.noted()
