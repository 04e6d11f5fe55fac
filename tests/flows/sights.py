"""Small random hubs, and who sees what of them worked out in plain Python from the rows."""

from collections import Counter
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from master.roles import EXPORT, FRAGMENTS, READ, Role
from master.tables.branches import BranchRow
from master.tables.policies import PolicyRow
from tests.conftest import NOW
from tests.schema.hub import Filler

LINES = ("LIFE", "MOTOR")
NAMES = ("张伟", "张敏", "王伟", "欧阳伟", "Zhang Wei", "Maria Li")
WORDS = ("zhang", "wei", "张", "伟", "ouyang", "POL", "maria")
ROLES = ("APPLICANT", "INSURED", "BENEFICIARY")
STAGES = ("NEW", "ASSIGNED", "WON")
OWN_ROLES, OPEN_STAGES = ROLES[:2], STAGES[:2]

Spot = int | None  # the place of a branch, staff or source in its list


@dataclass(frozen=True)
class Person:
    name: str
    home: Spot
    source: Spot
    tags: frozenset[int]


@dataclass(frozen=True)
class Party:
    person: int
    role: str
    has_left: bool


@dataclass(frozen=True)
class Contract:
    branch: Spot
    line: str
    parties: tuple[Party, ...]

    def holders(self) -> set[int]:
        return {party.person for party in self.parties if not party.has_left}


@dataclass(frozen=True)
class Work:
    """A lead or a contact: of whom, and by which member of staff."""

    person: int
    staff: Spot
    stage: str


@dataclass(frozen=True)
class World:
    """Each thing is named by its place, and has the id after it."""

    parents: tuple[Spot, ...]
    staff: tuple[Spot, ...]
    sources: tuple[Spot, ...]
    people: tuple[Person, ...]
    contracts: tuple[Contract, ...]
    leads: tuple[Work, ...]
    contacts: tuple[Work, ...]
    households: tuple[frozenset[int], ...]

    def below(self, tops: frozenset[int]) -> set[int]:
        seen: set[int] = set()
        wanted = set(tops)
        while wanted:
            seen |= wanted
            wanted = {place for place, up in enumerate(self.parents) if up in wanted} - seen
        return seen

    def belongs(self, person: int) -> set[int]:
        """The branches that a customer belongs to, for any reason."""
        its = self.people[person]
        spots = {its.home, None if its.source is None else self.sources[its.source]}
        spots |= {contract.branch for contract in self.contracts if person in contract.holders()}
        spots |= {
            self.staff[lead.staff] for lead in self.leads if lead.person == person and lead.staff is not None
        }
        return {spot for spot in spots if spot is not None}


@dataclass(frozen=True)
class Seeing:
    """Somebody's view of a world: the rule of the hub, said a second time."""

    world: World
    tops: frozenset[int]
    role: Role

    @property
    def near(self) -> set[int]:
        """The branches in sight."""
        return self.world.below(self.tops)

    def people(self) -> set[int]:
        return {person for person in range(len(self.world.people)) if self.sees(person)}

    def sees(self, person: int) -> bool:
        branches = self.world.belongs(person)
        return bool(branches & self.near) or (not branches and self.role.sees_unassigned)

    def is_near(self, branch: Spot) -> bool:
        return branch is None or branch in self.near

    def contracts(self) -> set[int]:
        found = set()
        for place, contract in enumerate(self.world.contracts):
            by_party = any(self.sees(person) for person in contract.holders())
            if self.role.own_rows_only:
                by_party = by_party and contract.branch is None
            if contract.branch in self.near or by_party:
                found.add(place)
        return found

    def contracts_of(self, person: int) -> set[int]:
        return {
            place
            for place, contract in enumerate(self.world.contracts)
            if person in contract.holders() and (not self.role.own_rows_only or self.is_near(contract.branch))
        }

    def held_by(self, person: int, *roles: str) -> set[int]:
        """Those in which the customer has one of these roles."""
        return {
            place
            for place in self.contracts_of(person)
            if any(
                party.person == person and party.role in roles and not party.has_left
                for party in self.world.contracts[place].parties
            )
        }

    def with_line(self, line: str) -> set[int]:
        return {
            person
            for person in self.people()
            if any(self.world.contracts[place].line == line for place in self.contracts_of(person))
        }

    def works(self, works: tuple[Work, ...]) -> set[int]:
        return {
            place
            for place, work in enumerate(works)
            if self.sees(work.person) and (not self.role.own_rows_only or self._is_own(work))
        }

    def _is_own(self, work: Work) -> bool:
        return work.staff is None or self.is_near(self.world.staff[work.staff])

    def households(self) -> set[int]:
        return {
            place
            for place, members in enumerate(self.world.households)
            if any(self.sees(person) for person in members)
        }

    def tags(self, people: set[int]) -> Counter[str]:
        return Counter(f"T{tag}" for person in people for tag in self.world.people[person].tags)

    def homes(self, people: set[int]) -> Counter[str]:
        homes = (self.world.people[person].home for person in people)
        return Counter(f"B{home}" for home in homes if home is not None)


def filled(fill: Filler, world: World) -> None:
    """Puts the world's rows into an empty master."""
    for place, up in enumerate(world.parents):
        fill.branch(f"B{place}", None if up is None else up + 1)
    for place, branch in enumerate(world.staff):
        fill.staff(f"S{place}", None if branch is None else branch + 1)
    for place, branch in enumerate(world.sources):
        fill.source(f"F{place}", None if branch is None else branch + 1)
    for tag in range(2):
        fill.tag(f"T{tag}")
    products = {line: fill.product(line, line) for line in LINES}
    for place, person in enumerate(world.people):
        home = None if person.home is None else person.home + 1
        id = fill.customer(place + 1, person.name, branch_id=home)
        for tag in sorted(person.tags):
            fill.tagged(id, tag + 1)
        if person.source is not None:
            fill.sourced(id, person.source + 1, f"K{place}")
    for place, contract in enumerate(world.contracts):
        branch = None if contract.branch is None else contract.branch + 1
        policy = fill.policy(f"POL{place:05d}", products[contract.line], branch_id=branch)
        for party in contract.parties:
            fill.party(policy, party.person + 1, party.role, ended_at=NOW if party.has_left else None)
    for place, lead in enumerate(world.leads):
        owner = None if lead.staff is None else lead.staff + 1
        fill.lead(lead.person + 1, f"L{place}", owner_id=owner, stage=lead.stage)
    for place, contact in enumerate(world.contacts):
        agent = None if contact.staff is None else contact.staff + 1
        fill.contact(contact.person + 1, f"N{place}", agent_id=agent)
    for place, members in enumerate(world.households):
        fill.household(f"H{place}", *((person + 1, "other") for person in sorted(members)))
    fill.derive()


def moved(world: World, contract: int, branch: Spot) -> World:
    """The same world, in which a policy went to another branch."""
    contracts = list(world.contracts)
    contracts[contract] = replace(contracts[contract], branch=branch)
    return replace(world, contracts=tuple(contracts))


def hung(world: World, branch: int, up: Spot) -> World:
    """The same world, in which a branch hangs below another one."""
    parents = list(world.parents)
    parents[branch] = up
    return replace(world, parents=tuple(parents))


def remade(fill: Filler, before: World, after: World) -> None:
    """Makes the master of one world that of another, which moved or hung differs in."""
    for place, contract in enumerate(after.contracts):
        if contract.branch != before.contracts[place].branch:
            fill.change(
                PolicyRow, place + 1, branch_id=None if contract.branch is None else contract.branch + 1
            )
    for place, up in enumerate(after.parents):
        if up != before.parents[place]:
            fill.change(BranchRow, place + 1, parent_id=None if up is None else up + 1)
    fill.derive()


def _spots(count: int) -> st.SearchStrategy[Spot]:
    return st.none() | st.integers(0, count - 1) if count else st.none()


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Trees of up to seven branches, often deep; up to eight customers and what hangs on them."""
    size = draw(st.integers(1, 7))
    is_deep = draw(st.booleans())
    parents = tuple(
        (place - 1 if place else None) if is_deep else draw(_spots(place)) for place in range(size)
    )
    staff = tuple(draw(st.lists(_spots(size), min_size=1, max_size=3)))
    sources = tuple(draw(st.lists(_spots(size), min_size=1, max_size=2)))
    people = tuple(draw(st.lists(_people(size, len(sources)), min_size=1, max_size=8)))
    one = st.integers(0, len(people) - 1)
    party = st.builds(Party, one, st.sampled_from(ROLES), st.booleans())
    contract = st.builds(
        Contract, _spots(size), st.sampled_from(LINES), st.lists(party, max_size=3).map(tuple)
    )
    work = st.builds(Work, one, _spots(len(staff)), st.sampled_from(STAGES))
    return World(
        parents,
        staff,
        sources,
        people,
        tuple(draw(st.lists(contract, min_size=1, max_size=6))),
        tuple(draw(st.lists(work, max_size=4))),
        tuple(draw(st.lists(work, max_size=4))),
        tuple(draw(st.lists(st.frozensets(one, min_size=1, max_size=3), max_size=2))),
    )


def _people(branches: int, sources: int) -> st.SearchStrategy[Person]:
    tags = st.frozensets(st.integers(0, 1))
    return st.builds(Person, st.sampled_from(NAMES), _spots(branches), _spots(sources), tags)


@st.composite
def seeings(draw: st.DrawFn, world: World) -> Seeing:
    """Somebody of some branches, mostly one; of none at all too."""
    tops = draw(st.frozensets(st.integers(0, len(world.parents) - 1), max_size=2))
    return Seeing(world, tops, role(own_rows_only=draw(st.booleans()), sees_unassigned=draw(st.booleans())))


def role(*, own_rows_only: bool = False, sees_unassigned: bool = False) -> Role:
    permissions = frozenset([READ, FRAGMENTS, EXPORT])
    return Role("SOMEBODY", "Sees", permissions, own_rows_only=own_rows_only, sees_unassigned=sees_unassigned)


@st.composite
def changes(draw: st.DrawFn, world: World) -> World:
    """The world after a policy went to another branch, or a branch to another place in the tree, or both."""
    if draw(st.booleans()):
        contract = draw(st.integers(0, len(world.contracts) - 1))
        world = moved(world, contract, draw(_spots(len(world.parents))))
    branch = draw(st.integers(0, len(world.parents) - 1))
    return hung(world, branch, draw(_spots(branch)))  # below one that stands before it: no ring
