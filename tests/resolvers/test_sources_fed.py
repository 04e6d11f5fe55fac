"""Who puts customers feeds the sources that are theirs, and learns nothing of what is in others."""

from dataclasses import replace
from typing import Any

import pytest

from master.roles import shipped_roles
from master.session import Master
from tests.resolvers.commanding import PUT, codes, count
from tests.schema.hub import Hub, filling

NOT_FED = (
    "The token does not feed this source. It feeds those it made itself, or those it was made for: "
    "an operator makes one for a source by `kehu token create --source CODE`."
)
REFUSED = [("FORBIDDEN", ["sourceKey", "source"])]
NAME = '{ customer(by: {source: {source: "CORE", key: "K1"}}) { name documents { number } } }'


@pytest.fixture
def core(hub: Hub, master: Master) -> Hub:
    """A customer whom the source CORE knows by K1, imported; and a second token, t2."""
    with filling(master) as fill:
        fill.token("t2")
        customer = fill.customer(1, "Person 1")
        fill.document(customer, "E12345671")
        fill.sourced(customer, fill.source("CORE"), "K1")
        fill.derive()
    return hub


def put(hub: Hub, source: str, role: str = "PARTNER", key: str = "K1", **more: Any) -> Any:
    """The errors' codes and paths."""
    given = {"sourceKey": {"source": source, "key": key}, "name": "Mine now", **more}
    return codes(hub.get(PUT, role, input=given)["putCustomer"])


def test_a_source_that_an_import_made_is_not_a_partner_s_to_feed(core: Hub) -> None:
    assert put(core, "CORE", documents=[]) == REFUSED
    assert core.get(NAME)["customer"] == {"name": "Person 1", "documents": [{"number": "E12345671"}]}


def test_the_refusal_says_what_to_do_and_is_the_same_for_every_key(core: Hub) -> None:
    asked = (
        "mutation ($key: String!) { putCustomer("
        'input: {sourceKey: {source: "CORE", key: $key}, name: "X"}) {'
        " customer { id } errors { code message path } } }"
    )
    error = {"code": "FORBIDDEN", "message": NOT_FED, "path": ["sourceKey", "source"]}
    for key in ("K1", "K2", " ", "K*", "x" * 1000):
        told = core.get(asked, "PARTNER", key=key)["putCustomer"]
        assert told == {"customer": None, "errors": [error]}, key


def test_a_token_feeds_the_source_that_its_first_put_made_and_another_token_does_not(
    core: Hub, master: Master
) -> None:
    for name in ("Mine", "Mine still"):
        assert put(core, "BROKER", name=name) == []
    other = replace(core, token="t2")
    assert put(other, "BROKER") == put(other, "BROKER", key="K2") == REFUSED
    assert put(other, "SECOND") == []
    assert count(master) == 3


def test_a_token_made_for_sources_feeds_these_and_no_other_known_or_not(core: Hub, master: Master) -> None:
    assert put(core, "OWN") == []
    named = replace(core, sources=frozenset({"CORE", "WEB"}))
    assert put(named, "CORE") == put(named, "WEB") == []
    assert core.get(NAME)["customer"]["name"] == "Mine now"
    assert put(named, "OWN") == put(named, "NONE") == REFUSED
    assert count(master) == 3


def test_who_may_put_for_any_source_feeds_all_but_where_the_token_names_some(core: Hub) -> None:
    for role in ("STEWARD", "ADMIN"):
        assert put(core, "CORE", role) == []
        assert put(replace(core, sources=frozenset({"WEB"})), "CORE", role) == REFUSED


def test_a_role_of_the_hub_s_own_needs_the_permission_for_any_source(core: Hub) -> None:
    steward = shipped_roles()["STEWARD"]
    narrow = replace(steward, permissions=steward.permissions - {"customers.put.any"})
    given = {"sourceKey": {"source": "CORE", "key": "K1"}, "name": "Mine now"}
    assert codes(core.get(PUT, narrow, input=given)["putCustomer"]) == REFUSED
