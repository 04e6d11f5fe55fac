"""Who sees what: every list, count, search and id says what the rule says of the rows."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from indexing.engines.embedded import EmbeddedEngine
from indexing.worker import Worker
from loaders import batches
from master.clock import Clock
from master.keys import Keys
from master.session import Master
from master.tables.every import metadata
from master.writes.derived import refresh
from tests.flows.sights import (
    LINES,
    OPEN_STAGES,
    OWN_ROLES,
    WORDS,
    Seeing,
    World,
    changes,
    filled,
    remade,
    role,
    seeings,
    worlds,
)
from tests.schema.hub import Hub, filling

LISTS = """query ($c: String, $p: String, $l: String, $f: CustomerFilter) {
  customers(first: 3, after: $c, filter: $f) {
    nodes { number } totalCount pageInfo { hasNextPage endCursor } }
  policies(first: 3, after: $p) { nodes { number } totalCount pageInfo { hasNextPage endCursor } }
  leads(first: 3, after: $l) { nodes { title } totalCount pageInfo { hasNextPage endCursor } } }"""
SEARCH = """query ($words: String, $after: String, $filter: CustomerFilter) {
  searchCustomers(query: $words, first: 3, after: $after, filter: $filter) {
    nodes { number } totalCount pageInfo { hasNextPage endCursor }
    facets { tags { value count } branches { value count } statuses { count } } } }"""
WHOLE = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer { number
  policies(first: 100) { nodes { number } totalCount } leads { nodes { title } totalCount }
  contacts { nodes { subject } totalCount }
  summary { policyCount inForceCount annualPremium openLeadCount lastContactAt } } } }"""
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"

Fresh = Callable[[], AbstractContextManager[Hub]]


@pytest.fixture
def fresh(master: Master, empty_sqlite: Path, tmp_path: Path, keys: Keys, clock: Clock) -> Fresh:
    """A hub without rows, for each example anew."""
    numbers = count()

    @contextmanager
    def opened() -> Iterator[Hub]:
        place = tmp_path / f"example-{next(numbers)}"
        place.mkdir()
        engine = EmbeddedEngine(place / "index", keys)
        own = (
            _empty(master)
            if master.engine.dialect.name == "postgresql"
            else _copy(empty_sqlite, place, keys, clock)
        )
        yield Hub(own, engine)
        asyncio.run(engine.close())
        if own is not master:
            own.close()

    return opened


def _empty(master: Master) -> Master:
    names = ", ".join(table.name for table in metadata.sorted_tables)
    with master.committing() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    return master


def _copy(template: Path, place: Path, keys: Keys, clock: Clock) -> Master:
    path = place / "kehu.db"
    path.write_bytes(template.read_bytes())
    return Master.open(f"sqlite:///{path}", keys, clock)


def indexed(hub: Hub) -> None:
    assert isinstance(hub.search, EmbeddedEngine)
    asyncio.run(Worker(hub.master, hub.search, refresh).drain())


def asked(hub: Hub, seeing: Seeing, document: str, **variables: Any) -> Any:
    branches = [f"B{top}" for top in sorted(seeing.tops)]
    return hub.get(document, seeing.role, branches=branches, **variables)


def numbers(people: set[int]) -> list[str]:
    return [f"C{person + 1:09d}" for person in sorted(people)]


def listed(hub: Hub, seeing: Seeing, root: str, field: str, **more: Any) -> tuple[list[str], int]:
    """What stands in all pages of a root list, and how many it says there are."""
    found: list[str] = []
    after = None
    while True:
        page = asked(hub, seeing, LISTS, **{root[0]: after}, **more)[root]
        found += [node[field] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found, page["totalCount"]
        after = page["pageInfo"]["endCursor"]


def searched(hub: Hub, seeing: Seeing, words: str, **filter: Any) -> tuple[set[str], Any]:
    """Who is found on all pages, and the last page."""
    found: list[str] = []
    after = None
    while True:
        page = asked(hub, seeing, SEARCH, words=words, after=after, filter=filter)["searchCustomers"]
        found += [node["number"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            assert len(set(found)) == len(found)
            return set(found), page
        after = page["pageInfo"]["endCursor"]


def check_lists(hub: Hub, seeing: Seeing) -> None:
    people, contracts, leads = seeing.people(), seeing.contracts(), seeing.works(seeing.world.leads)
    assert listed(hub, seeing, "customers", "number") == (numbers(people), len(people))
    policies = [f"POL{place:05d}" for place in sorted(contracts)]
    assert listed(hub, seeing, "policies", "number") == (policies, len(contracts))
    assert listed(hub, seeing, "leads", "title") == ([f"L{place}" for place in sorted(leads)], len(leads))
    for line in LINES:
        of_line = seeing.with_line(line)
        found = listed(hub, seeing, "customers", "number", f={"productLine": line})
        assert found == (numbers(of_line), len(of_line))


def check_ids(hub: Hub, seeing: Seeing) -> None:
    """Every id of every kind: those in sight are there, all others are null."""
    world = seeing.world
    seen = {
        "c": (len(world.people), seeing.people()),
        "p": (len(world.contracts), seeing.contracts()),
        "l": (len(world.leads), seeing.works(world.leads)),
        "i": (len(world.contacts), seeing.works(world.contacts)),
        "h": (len(world.households), seeing.households()),
    }
    ids = {
        f"{kind}{place + 1}": place in there for kind, (many, there) in seen.items() for place in range(many)
    }
    found = asked(hub, seeing, NODES, ids=list(ids))["nodes"]
    assert found == [{"id": id} if is_there else None for id, is_there in ids.items()]


def check_wholes(hub: Hub, seeing: Seeing) -> None:
    """What hangs on each customer in sight."""
    world, people = seeing.world, sorted(seeing.people())
    leads, contacts = seeing.works(world.leads), seeing.works(world.contacts)
    found = asked(hub, seeing, WHOLE, ids=[f"c{person + 1}" for person in people])["nodes"]
    for person, told in zip(people, found, strict=True):
        policies = sorted(f"POL{place:05d}" for place in seeing.contracts_of(person))
        its_leads = [place for place in sorted(leads) if world.leads[place].person == person]
        its_contacts = {place for place in contacts if world.contacts[place].person == person}
        held = seeing.held_by(person, *OWN_ROLES)
        assert sorted(node["number"] for node in told["policies"]["nodes"]) == policies
        assert told["policies"]["totalCount"] == len(policies)
        assert [node["title"] for node in told["leads"]["nodes"]] == [f"L{place}" for place in its_leads]
        assert told["leads"]["totalCount"] == len(its_leads)
        assert {node["subject"] for node in told["contacts"]["nodes"]} == {
            f"N{place}" for place in its_contacts
        }
        assert told["contacts"]["totalCount"] == len(its_contacts)
        summary = told["summary"]
        assert (summary["policyCount"], summary["inForceCount"]) == (len(held), len(held))
        assert float(summary["annualPremium"]) == 1200.0 * len(seeing.held_by(person, "APPLICANT"))
        assert summary["openLeadCount"] == sum(world.leads[place].stage in OPEN_STAGES for place in its_leads)
        assert (summary["lastContactAt"] is not None) == bool(its_contacts)


def check_search(hub: Hub, seeing: Seeing) -> None:
    """Found is what a viewer of everything finds, of it what is in sight; and so are all counts."""
    people = seeing.people()
    found, page = searched(hub, seeing, "")
    assert found == set(numbers(people))
    assert page["totalCount"] == len(people)
    for facet, counts in (("tags", seeing.tags(people)), ("branches", seeing.homes(people))):
        assert {each["value"]: each["count"] for each in page["facets"][facet]} == dict(counts)
    assert sum(each["count"] for each in page["facets"]["statuses"]) == len(people)
    tags = asked(hub, seeing, "{ tags { nodes { code customerCount } } }")["tags"]["nodes"]
    assert {tag["code"]: tag["customerCount"] for tag in tags} == {
        code: seeing.tags(people)[code] for code in ("T0", "T1")
    }
    for words in WORDS:
        everybody = set(_all_found(hub, words))
        found, page = searched(hub, seeing, words)
        hides_policies = words == "POL" and seeing.role.own_rows_only
        assert found == (set() if hides_policies else everybody & set(numbers(people))), words
        assert page["totalCount"] == len(found)
        assert sum(each["count"] for each in page["facets"]["statuses"]) == len(found)


def _all_found(hub: Hub, words: str) -> Iterator[str]:
    page = hub.get(
        "query ($w: String) { searchCustomers(query: $w, first: 100) { nodes { number } } }", role(), w=words
    )
    return (node["number"] for node in page["searchCustomers"]["nodes"])


def check_master(hub: Hub, seeing: Seeing) -> None:
    check_lists(hub, seeing)
    check_ids(hub, seeing)
    check_wholes(hub, seeing)


@pytest.mark.parametrize("few", [0, 5_000], ids=["gone through", "made from the few in sight"])
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(example=st.data())
def test_what_is_in_sight_is_what_the_rule_says(
    fresh: Fresh, few: int, example: st.DataObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "FEW", few)
    monkeypatch.setattr(batches, "FEW_COUNTED", few)
    world: World = example.draw(worlds())
    seeing: Seeing = example.draw(seeings(world))
    with fresh() as hub:
        with filling(hub.master) as fill:
            filled(fill, world)
        check_master(hub, seeing)
        indexed(hub)
        check_search(hub, seeing)
        after = example.draw(changes(world))
        with filling(hub.master) as fill:
            remade(fill, world, after)
        changed = Seeing(after, seeing.tops, seeing.role)
        check_master(hub, changed)
        indexed(hub)
        check_search(hub, changed)
