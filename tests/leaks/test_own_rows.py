"""Who sees own rows only is told nothing of what other branches did with a customer that both know."""

from tests.leaks.expecting import leaked
from tests.leaks.opening import Hub
from tests.leaks.paths import Entry, document, entries

OWN = ("EAST1", "EAST2")
ROLE = "OWN_ROWS"


def others(hub: Hub) -> list[str]:
    """What the west did with barnaby and alice."""
    barnaby, alice = hub.filled.barnaby, hub.filled.alice
    kinds = ("Policy.", "Contact.", "Lead.", "Money.")
    its = [value for name, values in barnaby.values.items() if name.startswith(kinds) for value in values]
    ids = [f'"{barnaby.ids[letter]}"' for letter in ("p7", "i", "l")]
    western = [values[1] for name, values in alice.values.items() if name.startswith("Policy.")]
    return [*its, *ids, *western, f'"{alice.ids["p9"]}"']


def test_no_answer_holds_what_other_branches_did(hub: Hub) -> None:
    barnaby, alice = hub.filled.barnaby, hub.filled.alice
    far = [
        Entry("customer", f'(by: {{id: "{barnaby.ids["c"]}"}})', how_far=2),
        Entry("customers", "(first: 100)", how_far=1),
        Entry("policies", "(first: 100)", how_far=1),
        Entry("leads", "(first: 100)", how_far=1),
        Entry("searchCustomers", '(query: "Barnaby")', how_far=2),
        Entry("node", f'(id: "{barnaby.ids["l"]}")', "Lead"),
        Entry("node", f'(id: "{barnaby.ids["i"]}")', "Contact"),
        Entry("node", f'(id: "{barnaby.ids["p7"]}")', "Policy"),
        Entry("node", f'(id: "{alice.ids["p9"]}")', "Policy"),
    ]
    for entry in (*far, *entries(hub.filled)):
        answer = hub.ask(document(entry, frozenset()), ROLE, OWN)
        assert leaked(answer.text, others(hub)) == [], entry


def test_the_customer_itself_is_told_with_what_its_own_branches_did(hub: Hub) -> None:
    barnaby = hub.filled.barnaby
    document = f"""{{ customer(by: {{id: "{barnaby.ids["c"]}"}}) {{ name documents {{ number }}
      policies {{ totalCount nodes {{ branch {{ code }} }} }} contacts {{ totalCount }} leads {{ totalCount }}
      summary {{ policyCount inForceCount openLeadCount lastContactAt }} }} }}"""
    assert hub.get(document, ROLE, OWN)["customer"] == {
        "name": barnaby.name,
        "documents": [{"number": each} for each in barnaby.values["IdentityDocument.number"]],
        "policies": {"totalCount": 1, "nodes": [{"branch": {"code": "EAST1"}}]},
        "contacts": {"totalCount": 0},
        "leads": {"totalCount": 0},
        "summary": {"policyCount": 1, "inForceCount": 1, "openLeadCount": 0, "lastContactAt": None},
    }


def test_nobody_is_found_by_what_other_branches_did(hub: Hub) -> None:
    """The index does not know whose policy a line of business or a number comes from: it is not asked."""
    number = hub.filled.barnaby.values["Policy.number"][-1]
    line = '{ customers(filter: {productLine: "MOTOR"}) { totalCount nodes { id } } }'
    assert hub.get(line, ROLE, OWN)["customers"] == {"totalCount": 0, "nodes": []}
    assert hub.get(line, "READER", OWN)["customers"] == {"totalCount": 1, "nodes": [{"id": "c7"}]}
    for asked, codes in ((f'query: "{number}"', []), ('filter: {productLine: "MOTOR"}', ["FORBIDDEN"])):
        text = f"{{ searchCustomers({asked}) {{ totalCount facets {{ statuses {{ count }} }} }} }}"
        assert hub.get(text, "READER", OWN)["searchCustomers"]["totalCount"] == 1
        answer = hub.ask(text, ROLE, OWN)
        assert answer.codes == codes, answer.text
        nothing = {"totalCount": 0, "facets": {"statuses": []}}
        assert answer.data == {"searchCustomers": None if codes else nothing}
