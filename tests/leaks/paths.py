"""From the schema: for each way in, the document that asks for every field on every path from there."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from app.graphql import schema
from tests.leaks.filling import Filled, Person, lead_key_of

TYPES = schema._schema.type_map
# How far documents go: below every type once, below a customer that hangs on another one too, or no farther
# than the thing itself and what hangs on it.
FAR, FARTHER, NEAR = 1, 2, 0
TWICE = ("Customer", "Branch")
# What lists are made of does not count.
BETWEEN = ("Connection", "Edge", "Suggestion")

MERGING = 'survivor: "%s", survivorVersion: 99, duplicates: ["%s"], reason: "x"'


@dataclass(frozen=True)
class Entry:
    """A field of Query or Mutation with its arguments as text.

    on: the type, where it gives an interface; by: the input field ("Type.field") that its arguments use,
    where that may be refused; how_far, turn: see _Selecting. whence: asks for provenance too, which no plan
    answers: with it in all of them, the compiled path would not be held; kin: for suggested relatives, which
    are for few roles.
    """

    root: str
    arguments: str = ""
    on: str = ""
    by: str = ""
    how_far: int = NEAR
    turn: int = 0
    whence: bool = False
    kin: bool = False

    def __str__(self) -> str:
        return f"{self.root}{self.arguments} {self.on}".strip()


def entries(of: Filled) -> list[Entry]:
    """Every field of Query but `viewer`, by every key and for every type it can give."""
    alice, barnaby = of.alice, of.barnaby
    nodes = {
        "Customer": alice.ids["c"],
        "Policy": alice.ids["p9"],
        "Contact": alice.ids["i"],
        "Lead": alice.ids["l"],
        "Tag": of.shared_ids["t"],
        "Household": of.shared_ids["h"],
    }
    found = [
        *(
            Entry("node", f'(id: "{id}")', name, how_far=FARTHER if name == "Customer" else FAR)
            for name, id in nodes.items()
        ),
        *(Entry("nodes", f'(ids: ["{id}"])', name) for name, id in nodes.items()),
        *customer_keys(alice),
        Entry("customers", '(filter: {branch: "EAST1"}, first: 2)', how_far=FAR),
        Entry("searchCustomers", f'(query: "{alice.number}", first: 2)', how_far=FAR),
        Entry("suggest", f'(text: "{alice.number}", first: 2)', how_far=FAR),
        Entry("identifyCustomer", f"(record: {record_of(alice)})", how_far=FAR),
        Entry("suggest", '(text: "EVERYWHERE")'),
        Entry("savedSearches"),
        *policy_keys(barnaby),
        Entry("policies", '(filter: {productLine: "MOTOR"})', how_far=FAR),
        Entry("tag", '(code: "EVERYWHERE")'),
        Entry("tags", how_far=FAR),
        Entry("products"),
        Entry("lead", f'(id: "{alice.ids["l"]}")'),
        Entry("leads", '(filter: {owner: "SE"}, first: 2)'),
        Entry("branches", '(under: "EAST")'),
        Entry("customer", f'(by: {{id: "{alice.ids["c"]}"}})', how_far=FAR, whence=True),
        Entry("customers", '(filter: {branch: "EAST1"}, first: 2)', whence=True),
    ]
    return [replace(each, turn=place) for place, each in enumerate(found)]


def commands(of: Filled) -> list[Entry]:
    """Every field of Mutation; the first three change nothing, and tell much."""
    id, mobile = of.alice.ids["c"], of.alice.first("ContactPoint.value")
    points = f'contactPoints: [{{kind: MOBILE, value: "{mobile}"}}]'
    noted = f'customer: "{id}", channel: CALL, direction: INBOUND, subject: "x"'
    found = [
        Entry("updateCustomer", f'(input: {{id: "{id}", version: 99}})', how_far=FAR),
        Entry("updateLead", f'(input: {{id: "{of.alice.ids["l"]}", version: 99}})', how_far=FAR),
        Entry("createCustomer", f'(input: {{name: "Nobody", {points}}})', how_far=FAR),
        Entry("putCustomer", '(input: {sourceKey: {source: "CORE", key: "none"}, name: "Nobody"})'),
        Entry("submitRecords", '(input: {source: "CORE", records: [{key: "none", name: "Nobody"}]})'),
        Entry("tagCustomer", f'(customer: "{id}", tag: "WESTERN")'),
        Entry("untagCustomer", f'(customer: "{id}", tag: "WESTERN")'),
        Entry("recordContact", f"(input: {{{noted}}})"),
        Entry("createLead", f'(input: {{customer: "{id}", title: "x"}})'),
        Entry("mergeCustomers", f"(input: {{{MERGING % (id, of.una.ids['c'])}}})"),
        Entry("pinValue", f'(input: {{customer: "{id}", version: 99, field: NAME, reason: "x"}})'),
        Entry("unpinValue", f'(input: {{customer: "{id}", version: 99, field: NAME, reason: "x"}})'),
        Entry("relateCustomers", f'(input: {{customer: "{id}", other: "{id}", kind: OTHER}})'),
        Entry("endCustomerRelation", '(input: {relation: "r999"})'),
        Entry("createHousehold", '(input: {name: "x", members: []})'),
        Entry("addHouseholdMember", f'(input: {{household: "h1", customer: "{id}", role: "none"}})'),
        Entry("endHouseholdMembership", f'(input: {{household: "h999", customer: "{id}"}})'),
        Entry("unmergeCustomer", '(input: {mergeId: "m1", reason: "x"})'),
        Entry("splitRecord", '(input: {sourceKey: {source: "CORE", key: "none"}, reason: "x"})'),
        Entry("saveSearch", '(input: {name: "x", query: "x"})'),
        Entry("changeSavedSearch", '(input: {id: "s1", name: "x"})'),
        Entry("deleteSavedSearch", '(id: "s1")'),
        Entry("revealField", f'(customer: "{id}", field: "Customer.name", reason: "x")'),
    ]
    return [replace(each, turn=place) for place, each in enumerate(found)]


def customer_keys(person: Person) -> list[Entry]:
    document, source = person.first("IdentityDocument.number"), person.first("SourceRecord.key")
    return [
        Entry("customer", f'(by: {{id: "{person.ids["c"]}"}})', how_far=FAR),
        Entry("customer", f'(by: {{number: "{person.number}"}})'),
        Entry("customer", f'(by: {{document: {{number: "{document}"}}}})', by="CustomerKey.document"),
        Entry("customer", f'(by: {{source: {{source: "CORE", key: "{source}"}}}})'),
    ]


def record_of(person: Person) -> str:
    """What is found by all who may see its name, its documents or its mobile, masked or clear."""
    document, mobile = person.first("IdentityDocument.number"), person.first("ContactPoint.value")
    return (
        f'{{name: "{person.name}", documents: [{{number: "{document}"}}],'
        f' contactPoints: [{{kind: MOBILE, value: "{mobile}"}}]}}'
    )


def policy_keys(person: Person) -> list[Entry]:
    number = person.first("Policy.number")
    id = next(id for letter, id in person.ids.items() if letter.startswith("p"))
    return [
        Entry("policy", f'(by: {{id: "{id}"}})'),
        Entry("policy", f'(by: {{number: "{number}"}})', by="PolicyKey.number"),
        Entry("policy", f'(by: {{source: {{source: "CORE", key: "{number}"}}}})', by="PolicyKey.source"),
    ]


def ways_to(person: Person) -> list[Entry]:
    """Every way to ask for one person, or what hangs on it, by an id or another key."""
    kinds = {"c": "Customer", "p": "Policy", "i": "Contact", "l": "Lead"}
    its = [(kinds[id[0]], id) for id in person.ids.values() if id[0] in kinds]
    document, mobile = person.first("IdentityDocument.number"), person.first("ContactPoint.value")
    number = person.first("Policy.number")
    filters = (f'{{document: {{number: "{document}"}}}}', f'{{mobile: "{mobile}"}}')
    words = [person.name, person.number, document, mobile, number, mobile[-4:]]
    return [
        *(Entry("node", f'(id: "{id}")', name) for name, id in its),
        *(Entry("nodes", f'(ids: ["{id}"])', name) for name, id in its),
        *customer_keys(person),
        *policy_keys(person),
        Entry("identifyCustomer", f"(record: {record_of(person)})"),
        Entry("lead", f'(id: "{person.ids["l"]}")'),
        Entry("policies", f'(filter: {{number: "{number}"}})', by="PolicyFilter.number"),
        Entry("leads", f'(filter: {{source: {{source: "CORE", key: "{lead_key_of(person)}"}}}})'),
        *(Entry("customers", f"(filter: {each})") for each in filters),
        *(Entry("searchCustomers", f"(filter: {each})") for each in filters),
        *(Entry(*asked) for each in words for asked in typed(each)),
    ]


def typed(words: str) -> list[tuple[str, str]]:
    """Every field that takes typed words, with its arguments."""
    return [("searchCustomers", f'(query: "{words}")'), ("suggest", f'(text: "{words}")')]


@lru_cache(maxsize=1000)
def document(entry: Entry, leave_out: frozenset[str], *, only: frozenset[str] = frozenset()) -> str:
    """Asks for all fields below the entry but some ("Type.field"); only: for these and no others.

    accessLog is asked for where `$log` is true. Empty where there is nothing to ask for.
    """
    operation = "mutation" if entry.root in mutation().fields else "query"
    leave_out |= set() if entry.whence or only else {"Customer.provenance"}
    leave_out |= set() if entry.kin or only else {"Customer.suggestedRelatives"}
    root = (mutation() if operation == "mutation" else query()).fields[entry.root]
    selected = _Selecting(leave_out, only, entry.how_far, entry.turn).below(concrete(entry))
    if not selected:
        return ""
    if isinstance(get_named_type(root.type), GraphQLInterfaceType):
        selected = f"... on {entry.on} {{ {selected} }}"
    text = f"{{ {entry.root}{entry.arguments} {{ {selected} }} }}"
    return f"{operation} ($log: Boolean = false) {text}" if "$log" in text else f"{operation} {text}"


@dataclass
class _Selecting:
    """Writes what is selected below a type: its leaves on every path, what lies below them on one of these.

    turn: at which field of each type it begins, so that other documents go deep on other paths.
    """

    leave_out: frozenset[str]
    only: frozenset[str]
    how_far: int
    turn: int
    _deep: Counter[str] = field(default_factory=Counter)

    def below(self, each: GraphQLObjectType) -> str:
        is_between = each.name.endswith(BETWEEN)
        most = self.how_far if each.name in TWICE else min(self.how_far, FAR)
        goes_on = is_between or not self._deep or self._deep[each.name] < most
        if not is_between:
            self._deep[each.name] += 1
        names = [name for name in each.fields if f"{each.name}.{name}" not in self.leave_out]
        first = self.turn % len(names) if names else 0
        parts = (self._field(each, name, goes_on=goes_on) for name in (*names[first:], *names[:first]))
        return " ".join(part for part in parts if part)

    def _field(self, each: GraphQLObjectType, name: str, *, goes_on: bool) -> str:
        target = get_named_type(each.fields[name].type)
        is_wanted = not self.only or f"{each.name}.{name}" in self.only
        if is_leaf_type(target):
            return name if is_wanted else ""
        assert isinstance(target, GraphQLObjectType)
        inside = self.below(target) if goes_on else ""
        if self.only and is_wanted:
            inside = inside or "__typename"
        log = " @include(if: $log)" if name == "accessLog" else ""
        return f"{name}{log} {{ {inside} }}" if inside else ""


def concrete(entry: Entry) -> GraphQLObjectType:
    """The type of what the entry gives."""
    roots = {**query().fields, **mutation().fields}
    found = get_named_type(roots[entry.root].type)
    given = TYPES[entry.on] if isinstance(found, GraphQLInterfaceType) else found
    assert isinstance(given, GraphQLObjectType)
    return given


def query() -> GraphQLObjectType:
    found = schema._schema.query_type
    assert found is not None
    return found


def mutation() -> GraphQLObjectType:
    found = schema._schema.mutation_type
    assert found is not None
    return found


def readable_fields() -> Iterator[str]:
    """Every "Type.field" that a query reaches."""
    seen: set[str] = set()
    waiting = [get_named_type(field.type).name for field in query().fields.values()]
    while waiting:
        name = waiting.pop()
        found = TYPES[name]
        if name in seen or is_leaf_type(found):
            continue
        seen.add(name)
        if isinstance(found, GraphQLInterfaceType):
            waiting += [each.name for each in schema._schema.get_possible_types(found)]
            continue
        assert isinstance(found, GraphQLObjectType)
        for field_name, told in found.fields.items():
            assert not any(is_required_argument(each) for each in told.args.values())
            yield f"{name}.{field_name}"
            waiting.append(get_named_type(told.type).name)
