"""What a role may not ask for is refused as a whole, before anything is read; and what it may not ask by."""

from collections.abc import Iterator

import pytest
from graphql import FieldNode, TypeInfo, TypeInfoVisitor, Visitor, parse, visit

from app.graphql import schema
from schema.classes import classes
from tests.leaks.expecting import leaked
from tests.leaks.opening import Answer, Hub, on_one_database
from tests.leaks.paths import TYPES, Entry, commands, document, entries
from tests.leaks.test_fields import READING, refused

pytestmark = on_one_database
MOST_TOLD = 20  # refused paths, of one document


def refusing(hub: Hub) -> list[str]:
    return [role for role in READING if hub.roles[role].refused]


class _Paths(Visitor):
    """The response paths of some fields, in the document's order."""

    def __init__(self, types: TypeInfo, of: frozenset[str]) -> None:
        super().__init__()
        self._types, self._of, self._at = types, of, list[str]()
        self.found: list[str] = []

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self._at.append(node.name.value)
        parent = self._types.get_parent_type()
        if parent is not None and f"{parent.name}.{node.name.value}" in self._of:
            self.found.append(".".join(self._at))

    def leave_field(self, node: FieldNode, *_: object) -> None:
        self._at.pop()


def paths_of(text: str, of: frozenset[str]) -> list[str]:
    types = TypeInfo(schema._schema)
    paths = _Paths(types, of)
    visit(parse(text), TypeInfoVisitor(types, paths))
    return paths.found


def require_refused(answer: Answer, text: str, of: frozenset[str]) -> None:
    """One error with the paths, and nothing else: no data, not even null."""
    assert set(answer.json) == {"errors"}, answer.text
    [error] = answer.json["errors"]
    paths = paths_of(text, of)[:MOST_TOLD]
    assert paths, text
    assert (error["extensions"]["code"], error["extensions"]["refused"]) == ("FORBIDDEN", paths)
    assert "path" not in error


def test_an_operation_with_refused_fields_is_refused_on_every_path(hub: Hub) -> None:
    everything = [mark for person in hub.filled.everybody for mark in person.values["Contact.notes"]]
    checked = 0
    for role in refusing(hub):
        of = refused(hub, role)
        for entry in (*entries(hub.filled), *commands(hub.filled)):
            if text := document(entry, frozenset(), only=of):
                answer = hub.ask(text, role)
                require_refused(answer, text, of)
                assert leaked(answer.text, everything) == []
                checked += len(paths_of(text, of))
    assert checked > 900


def test_each_refused_field_alone_refuses_the_operation(hub: Hub) -> None:
    everywhere = (*entries(hub.filled), *commands(hub.filled), Entry("reviewTasks"), Entry("batches"))
    for role in refusing(hub):
        for name in sorted(refused(hub, role)):
            texts = (document(entry, frozenset(), only=frozenset([name])) for entry in everywhere)
            text = next(text for text in texts if text)
            require_refused(hub.ask(text, role), text, refused(hub, role))


def asked_by(hub: Hub) -> dict[str, list[tuple[str, list[str]]]]:
    """By the input field of each class but open: documents that ask by it, and the path of the refusal."""
    alice = hub.filled.alice
    number, mobile = alice.first("IdentityDocument.number"), alice.first("ContactPoint.value")
    policy, born = alice.first("Policy.number"), alice.first("Customer.birthDate")

    def filtered(name: str, value: str) -> list[tuple[str, list[str]]]:
        ways = [f"{root}(filter: {{{name}: {value}}})" for root in ("customers", "searchCustomers")]
        return [(f"{{ {way} {{ nodes {{ id }} }} }}", ["filter", name]) for way in ways]

    key, source = f'{{number: "{number}"}}', f'{{source: "CORE", key: "{policy}"}}'
    return {
        "CustomerFilter.document": filtered("document", key),
        "CustomerFilter.mobile": filtered("mobile", f'"{mobile}"'),
        "CustomerFilter.bornFrom": filtered("bornFrom", f'"{born}"'),
        "CustomerFilter.bornTo": filtered("bornTo", f'"{born}"'),
        "CustomerKey.document": [(f"{{ customer(by: {{document: {key}}}) {{ id }} }}", ["by", "document"])],
        "PolicyFilter.number": [
            (f'{{ policies(filter: {{number: "{policy}"}}) {{ nodes {{ id }} }} }}', ["filter", "number"])
        ],
        "PolicyKey.number": [(f'{{ policy(by: {{number: "{policy}"}}) {{ id }} }}', ["by", "number"])],
        "PolicyKey.source": [(f"{{ policy(by: {{source: {source}}}) {{ id }} }}", ["by", "source"])],
        "CustomerOrderField.NAME": [
            ("{ customers(orderBy: {field: NAME}) { nodes { id } } }", ["orderBy", "field"])
        ],
    }


def of_inputs() -> Iterator[str]:
    """What lists are asked for by and may be refused."""
    for name, of in classes().items():
        if of != "open" and not hasattr(TYPES[name.partition(".")[0]], "interfaces"):
            yield name


@pytest.mark.parametrize("role", READING)
def test_nobody_asks_by_what_the_role_refuses_and_everybody_by_all_else(hub: Hub, role: str) -> None:
    asked, its = asked_by(hub), hub.roles[role]
    assert set(asked) == set(of_inputs())
    for name, documents in asked.items():
        of = classes()[name]
        is_order = name == "CustomerOrderField.NAME"
        parts = of in its.masked and "fragments" not in its.permissions
        for text, path in documents:
            answer = hub.ask(text, role)
            if of in its.refused or (is_order and parts):
                [error] = answer.json["errors"]
                assert error["extensions"]["code"] == "FORBIDDEN", text
                assert error["extensions"]["inputPath"] == path
                assert list((answer.data or {}).values()) == [None]
            else:
                assert "errors" not in answer.json, (text, answer.text)
                assert hub.filled.alice.ids["c"] in answer.text or '"p1"' in answer.text


@pytest.mark.parametrize("role", ["AGENT", "ALL_MASKED", "ADMIN"])
def test_a_mask_is_no_value_to_ask_by(hub: Hub, role: str) -> None:
    """Else one could try what stands behind its stars."""
    for text in (
        '{ customer(by: {document: {number: "110101********0010"}}) { id } }',
        '{ customers(filter: {mobile: "138****5711"}) { totalCount } }',
        '{ searchCustomers(filter: {mobile: "138****5711"}) { totalCount } }',
        '{ policy(by: {number: "P*******1441"}) { id } }',
        '{ policies(filter: {number: "P*******1441"}) { totalCount } }',
    ):
        assert hub.ask(text, role).codes == ["INVALID"], text


def test_a_role_that_may_not_see_masked_values_reveals_none(hub: Hub) -> None:
    asked = 'revealField(customer: "c1", field: "Customer.name", reason: "why")'
    text = f"mutation {{ {asked} {{ value errors {{ code }} }} }}"
    for role in (
        "MARKETER",
        "PARTNER",
        "AUDITOR",
        "SECURITY",
        "READER",
        "ALL_FOUND",
        "ALL_MASKED",
        "REFUSES_NAME",
    ):
        told = hub.get(text, role)["revealField"]
        assert told == {"value": None, "errors": [{"code": "FORBIDDEN"}]}, role
