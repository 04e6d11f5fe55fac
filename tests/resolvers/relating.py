"""A family as the hub comes to know it, and what stewards ask and say of who may be relatives."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.relatives import FoundRelatives
from app.sweeping import Sweep
from master.onlookers import nobody
from master.session import Master
from matching.rules import shipped
from tests.schema.hub import Hub, filling

HOME, MOBILE = "福建省福州市鼓楼区五四路18号3栋501室", "13800138000"

SUGGESTION = """id one { id } other { id } relation relationProbability probability
  reasons { field level weight } status proposedAt reason decidedBy decidedAt"""
SUGGESTIONS = f"""query ($filter: RelativeSuggestionFilter, $first: Int) {{
  relativeSuggestions(filter: $filter, first: $first) {{ totalCount nodes {{ {SUGGESTION} }} }} }}"""
ONE = f"query ($id: ID!) {{ relativeSuggestion(id: $id) {{ {SUGGESTION} }} }}"
OF_ONE = f"query ($id: ID!) {{ customer(by: {{id: $id}}) {{ suggestedRelatives {{ {SUGGESTION} }} }} }}"
FIGURES = "{ relativeFigures { open oldestAt accepted refused } }"
DONE = f"{{ suggestions {{ {SUGGESTION} }} errors {{ code message path }} }}"
ACCEPT = f"mutation ($input: AcceptRelativesInput!) {{ acceptRelatives(input: $input) {DONE} }}"
REFUSE = f"mutation ($input: RefuseRelativesInput!) {{ refuseRelatives(input: $input) {DONE} }}"
UNDO = f"mutation ($ids: [ID!]!) {{ undoRelatives(suggestions: $ids) {DONE} }}"
RELATIONS = """query ($id: ID!) { customer(by: {id: $id}) {
  relations { kind customer { id } from to source recordedBy }
  households { role from to recordedBy household { id name members { role customer { id } from to } } } } }"""

HUSBAND, WIFE, SON, DAUGHTER = "c1", "c2", "c3", "c4"

FAMILY = (
    ("王建国", "MALE", date(1978, 3, 1)),
    ("李娜", "FEMALE", date(1980, 5, 12)),
    ("王小明", "MALE", date(2009, 6, 6)),
    ("王小红", "FEMALE", date(2012, 6, 6)),
)


def family(master: Master, branches: Sequence[str] = ("NORTH",) * 4) -> None:
    """c1 to c4, who share an address, at home in these branches; father and son share a mobile too."""
    with filling(master) as fill:
        fill.token()
        known = {code: fill.branch(code) for code in dict.fromkeys(branches)}
        for n, ((name, gender, birth), branch) in enumerate(zip(FAMILY, branches, strict=True), 1):
            id = fill.customer(n, name, gender=gender, birth_date=birth, branch_id=known[branch])
            fill.point(id, HOME, "ADDRESS")
            if n in (1, 3):
                fill.point(id, MOBILE)
        fill.derive()
    run(master)


def run(master: Master) -> dict[str, int]:
    """What the run made of all customers: how many suggestions are new, known and so on."""
    sweep = Sweep.of(master, shipped())
    return dict(FoundRelatives.of(sweep).keep(nobody))


def pairs(told: Sequence[Any]) -> dict[str, Any]:
    """Suggestions by who the two are, as "c1 c2"."""
    return {f"{each['one']['id']} {each['other']['id']}": each for each in told}


def suggestions(hub: Hub, role: Any = "ADMIN", branches: list[str] | None = None, **filter: Any) -> Any:
    found = hub.get(SUGGESTIONS, role, branches=branches, filter=filter)["relativeSuggestions"]
    return pairs(found["nodes"])


def id_of(hub: Hub, *pair: str) -> list[str]:
    """The ids of the suggestions of these pairs."""
    found = suggestions(hub)
    return [found[each]["id"] for each in pair]


def accept(hub: Hub, *of: str, role: Any = "STEWARD", branches: list[str] | None = None, **said: Any) -> Any:
    given = {"suggestions": list(of), **said}
    return hub.get(ACCEPT, role, branches=branches, input=given)["acceptRelatives"]


def refuse(hub: Hub, *of: str, reason: str = "Flatmates.") -> Any:
    given = {"suggestions": list(of), "reason": reason}
    return hub.get(REFUSE, "STEWARD", input=given)["refuseRelatives"]


def undo(hub: Hub, *of: str) -> Any:
    return hub.get(UNDO, "STEWARD", ids=list(of))["undoRelatives"]


def relations(hub: Hub, id: str) -> dict[str, str]:
    """What others are to this customer."""
    found = hub.get(RELATIONS, id=id)["customer"]["relations"]
    return {each["customer"]["id"]: each["kind"] for each in found}


def households(hub: Hub, id: str) -> list[tuple[str, dict[str, str]]]:
    """Of this customer: what each is called, and who is what in it."""
    found = hub.get(RELATIONS, id=id)["customer"]["households"]
    return [
        (each["household"]["name"], {m["customer"]["id"]: m["role"] for m in each["household"]["members"]})
        for each in found
    ]
