"""Fields that a role may not ask for: the whole operation is refused, before it runs, with every path."""

import pytest
from graphql import parse

from app.graphql import schema
from app.http.documents import Documents
from app.http.refusing import refused_paths
from app.limits import shipped_limits

OF = frozenset({"Contact.notes", "Contact.subject", "Money.amount"})


def paths(text: str, **variables: object) -> list[str]:
    documents = Documents(schema, shipped_limits())
    document = documents.read(text)
    documents.require_valid(document)
    return refused_paths(schema._schema, document, None, variables, OF)


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ("{ viewer { name } __typename __schema { queryType { name } } }", []),
        ("{ node(id: 1) { id ... on Contact { notes } } }", ["node.notes"]),
        ("{ leads { nodes { worth: expectedPremium { much: amount } } } }", ["leads.nodes.worth.much"]),
        (
            "{ customer(by: {id: 1}) { contacts { nodes { ...C } edges { node { ...C } } } } }"
            " fragment C on Contact { id ...D } fragment D on Contact { subject notes }",
            [
                "customer.contacts.nodes.subject", "customer.contacts.nodes.notes",
                "customer.contacts.edges.node.subject", "customer.contacts.edges.node.notes",
            ],
        ),
        (
            'mutation { recordContact(input: {customer: "c1", channel: CALL, direction: INBOUND,'
            ' subject: "x"})'
            " { contact { ... { notes } } } }",
            ["recordContact.contact.notes"],
        ),
    ],
)  # fmt: skip
def test_every_path_is_found(document: str, found: list[str]) -> None:
    assert paths(document) == found


def test_what_a_client_leaves_out_is_not_asked_for() -> None:
    text = (
        "query ($with: Boolean = false, $not: Boolean!) { node(id: 1) { ... on Contact {"
        " notes @include(if: $with) subject @skip(if: $not) } } }"
    )
    assert paths(text, **{"not": True}) == []
    assert paths(text, **{"not": False, "with": True}) == ["node.notes", "node.subject"]
    assert paths("{ node(id: 1) { ... on Contact @skip(if: true) { notes } } }") == []


def test_a_fan_of_fragments_is_told_once_and_ends() -> None:
    fan = " ".join(f"fragment F{n} on Contact {{ ...F{n + 1} ...F{n + 1} }}" for n in range(20))
    text = f"{{ node(id: 1) {{ ...F0 }} }} {fan} fragment F20 on Contact {{ notes }}"
    assert paths(text) == ["node.notes"]
    assert parse(text)
