"""Leads by the keys of source systems, and policies by their whole numbers."""

from master.session import Master
from tests.schema.hub import Hub, filling


def test_a_lead_is_found_by_the_key_that_a_source_system_has_for_it(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        core, old = fill.source("CORE"), fill.source("OLD")
        me, other = fill.customer(1), fill.customer(2)
        fill.lead_sourced(fill.lead(me, "mine"), core, "L-1")
        fill.lead_sourced(fill.lead(other, "other"), old, "L-1")
        fill.sourced(me, core, "L-2")
    document = """query ($filter: LeadFilter) { leads(filter: $filter) { nodes { title } totalCount }
      customer(by: {id: "c1"}) { leads(filter: $filter) { totalCount } } }"""
    for source, key, titles, mine in (
        ("CORE", "L-1", ["mine"], 1),
        ("OLD", "L-1", ["other"], 0),
        ("CORE", "L-2", [], 0),
        ("NONE", "L-1", [], 0),
    ):
        told = hub.get(document, filter={"source": {"source": source, "key": key}})
        assert [node["title"] for node in told["leads"]["nodes"]] == titles, (source, key)
        assert told["leads"]["totalCount"] == len(titles)
        assert told["customer"]["leads"]["totalCount"] == mine
    assert hub.ask(document, filter={"source": {"source": "CORE", "key": "L*1"}}).errors[0][0] == "INVALID"


def test_policies_are_listed_by_a_whole_number_in_every_source(hub: Hub, master: Master) -> None:
    with filling(master) as fill:
        core, old, product = fill.source("CORE"), fill.source("OLD"), fill.product("TERM")
        me, other = fill.customer(1), fill.customer(2)
        fill.policy("P-1", product, (me, "INSURED"), source_id=core)
        fill.policy("P-1", product, (other, "INSURED"), source_id=old)
        fill.policy("P-12", product, (me, "INSURED"), source_id=core)
    document = """query ($filter: PolicyFilter) { policies(filter: $filter) { nodes { id number } }
      customer(by: {id: "c1"}) { policies(filter: $filter) { nodes { id } } } }"""
    told = hub.get(document, filter={"number": "P-1"})
    assert [(node["id"], node["number"]) for node in told["policies"]["nodes"]] == [
        ("p1", "P-1"),
        ("p2", "P-1"),
    ]
    assert told["customer"]["policies"]["nodes"] == [{"id": "p1"}]
    assert hub.get(document, filter={"number": "P-"})["policies"]["nodes"] == []
