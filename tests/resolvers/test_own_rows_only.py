"""Roles that see only their own branches' rows of a customer: others are hidden on every way to them."""

from collections.abc import Callable
from dataclasses import replace

from master.roles import shipped_roles
from master.session import Master
from tests.schema.hub import Hub, filling

NORTH = ("NORTH",)


def test_what_hides_policies_finds_nobody_by_them(
    master: Master, searching: Hub, index: Callable[[], None]
) -> None:
    """own_rows_only: not by their number, nor by their product."""
    with filling(master) as fill:
        north, south = fill.branch("NORTH"), fill.branch("SOUTH")
        somebody = fill.customer(1, branch_id=north)
        fill.policy("SOUTHERN77", fill.product("TERM"), (somebody, "INSURED"), branch_id=south)
        fill.derive()
    index()
    narrow = replace(shipped_roles()["ADMIN"], own_rows_only=True)
    find = "query ($words: String, $line: String) { %s { totalCount nodes { number } } }"
    search = find % "searchCustomers(query: $words, filter: {productLine: $line})"
    listed = find % "customers(filter: {productLine: $line})"
    everybody = searching.get(search, words="SOUTHERN77")["searchCustomers"]
    assert everybody == {"totalCount": 1, "nodes": [{"number": "C000000001"}]}
    nobody = {"totalCount": 0, "nodes": []}
    assert searching.get(search, narrow, branches=NORTH, words="SOUTHERN77")["searchCustomers"] == nobody
    refused = searching.ask(search, narrow, branches=NORTH, line="LIFE")
    assert [code for code, _ in refused.errors] == ["FORBIDDEN"]
    assert searching.get(listed.replace("$words: String, ", ""), narrow, branches=NORTH, line="LIFE") == {
        "customers": nobody
    }
    by_number = '{ policy(by: {number: "SOUTHERN77"}) { id } }'
    assert searching.get(by_number, narrow, branches=NORTH) == {"policy": None}
    assert searching.get(by_number, "ADMIN", branches=NORTH) == {"policy": {"id": "p1"}}
