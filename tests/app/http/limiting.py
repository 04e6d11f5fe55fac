"""The front over the real schema without a hub behind it: what is refused, and what a document comes to."""

from dataclasses import replace
from typing import Any

import httpx

from app.graphql import schema
from app.http.limiter.allowance import Allowance
from app.http.shell import Shell
from app.limits import shipped_limits
from tests.app.asking import GRAPHQL_JSON, ask_graphql
from tests.app.toys import Observed, toy_application


def front(
    *,
    observed: Observed | None = None,
    most_rows: int = 100,
    may_export: bool = False,
    may_introspect: bool = True,
    **changed: Any,
) -> Shell:
    """With some limits changed."""
    limits = replace(shipped_limits(), **changed)
    allowance = Allowance(
        limits=limits, most_rows=most_rows, may_export=may_export, may_introspect=may_introspect
    )
    return toy_application(limits, observed=observed, allowance=allowance, schema=schema)


SHIPPED = front()


def refusals(response: httpx.Response) -> list[dict[str, Any]]:
    """The errors' extensions, without request ids: the operation must not have run."""
    assert (response.status_code, "data" in response.json()) == (400, False), response.text
    return [
        {name: value for name, value in error["extensions"].items() if name != "requestId"}
        for error in response.json()["errors"]
    ]


def refused(application: Shell, document: str, **variables: object) -> list[tuple[str, int, int]]:
    """What is over its limit, the limit and what was asked; [] for what is allowed to run."""
    response = ask_graphql(application, document, accept=GRAPHQL_JSON, variables=variables)
    if response.status_code == 200:
        return []
    told = refusals(response)
    assert {each["code"] for each in told} == {"LIMIT_EXCEEDED"}, response.text
    return [(each["what"], each["limit"], each["value"]) for each in told]


def told(document: str, application: Shell = SHIPPED, **variables: object) -> dict[str, int]:
    """What the answer tells about the operation's cost."""
    response = ask_graphql(application, document, variables=variables, extensions={"cost": True})
    cost: dict[str, int] = response.json()["extensions"]["cost"]
    return cost
