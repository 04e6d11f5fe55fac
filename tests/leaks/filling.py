"""A small hub in which every value that may be hidden is a text that stands nowhere else."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from master.session import Master
from master.tables.codes import CustomerKind
from master.tables.policies import PolicyPartyRow
from master.tables.relations import HouseholdMemberRow
from master.tables.sources import HandValueRow
from master.writes.derived import refresh
from master.writes.merging.merge import Merging, merge_customers
from matching.numbers import resident_id_check_digit
from schema.ids import global_id
from tests.schema.hub import Filler, filling

NONNA, KIDDO = "Nonna Externa", "Kiddo Externo"  # not customers of the hub
SHARED_PASSPORT = "E99990001"
SHARED_POLICY = "SHARED-20260001"
# Kept by a colleague, and shared with the head office, so with everybody.
SAVED = {"name": "lookout for quorums", "query": "quorumvale", "filter": '{"productLine": "QUORUM"}'}


@dataclass
class Person:
    """A customer: values by "Type.field", and the global ids of what hangs on it, by their letter."""

    name: str
    id: int = 0
    number: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def noted(self, name: str, value: str) -> str:
        self.values.setdefault(name, []).append(value)
        return value

    def first(self, name: str) -> str:
        return self.values[name][0]

    def marks(self) -> Iterator[str]:
        """Everything that tells of this customer, as it stands in JSON."""
        yield from (value for values in self.values.values() for value in values)
        yield self.number
        yield from (f'"{id}"' for id in self.ids.values())


@dataclass
class Filled:
    """Who is in the hub: east and west know nothing of one another but by alice and barnaby."""

    alice: Person
    bob: Person
    company: Person
    wendy: Person
    zeb: Person
    una: Person
    barnaby: Person
    shared_ids: dict[str, str] = field(default_factory=dict)
    # By "Type.field": values of no customer's own, as names on policies of those who are none.
    values: dict[str, list[str]] = field(default_factory=dict)

    @property
    def everybody(self) -> list[Person]:
        return [self.alice, self.bob, self.company, self.wendy, self.zeb, self.una, self.barnaby]

    def planted(self, name: str) -> set[str]:
        """All values of a "Type.field"."""
        own = {value for person in self.everybody for value in person.values.get(name, [])}
        return own | set(self.values.get(name, []))


def documents_of(n: int) -> list[tuple[str, str]]:
    resident = f"110101{1961 + n}03{10 + n}00{n}"
    return [("RESIDENT_ID", resident + resident_id_check_digit(resident)), ("PASSPORT", f"E7{n}83521{n}")]


def points_of(n: int) -> list[tuple[str, str]]:
    return [
        ("MOBILE", f"1380{n}55{n}7{n}1"),
        ("LANDLINE", f"010-66{n}5{n}319"),
        ("EMAIL", f"quill{n}.inkwell@example.com"),
        ("WECHAT", f"wx_feather_{n}"),
        ("ADDRESS", f"上海市浦东新区世纪大道{n}88号"),
    ]


def source_key_of(n: int) -> str:
    return f"KEY-{n}-{n}"


def lead_key_of(person: Person) -> str:
    """By which a source system knows the lead."""
    return "LEAD-" + person.first("SourceRecord.key")


def policy_number_of(n: int) -> str:
    return f"POL{n}-2026-{n}44{n}"


def nobody() -> Person:
    """Somebody who is not in the hub, with numbers of the same forms."""
    return Person(
        "无人知晓",
        number="C000999999",
        values={
            "IdentityDocument.number": [number for _, number in documents_of(0)],
            "ContactPoint.value": [value for _, value in points_of(0)],
            "SourceRecord.key": [source_key_of(0)],
            "Policy.number": [policy_number_of(0)],
        },
    )


def fill(master: Master) -> Filled:
    with filling(master) as into:
        filled = _Town(into).filled()
        refresh(into.tx, [person.id for person in filled.everybody])
    return filled


class _Town:
    """Puts the rows; `at` are the ids of branches, `by` those of staff."""

    def __init__(self, into: Filler) -> None:
        self._into = into
        head = into.branch("HQ")
        east, west = into.branch("EAST", head), into.branch("WEST", head)
        self.at = {
            "HQ": head,
            "EAST": east,
            "EAST1": into.branch("EAST1", east),
            "EAST2": into.branch("EAST2", east),
        }
        self.at |= {"WEST": west, "WEST1": into.branch("WEST1", west)}
        self.by = {"SE": into.staff("SE", self.at["EAST1"]), "SW": into.staff("SW", self.at["WEST1"])}
        self.product = into.product("TERM", "LIFE")
        self.car = into.product("CAR", "MOTOR")
        self.tags = {"EVERYWHERE": into.tag("EVERYWHERE"), "WESTERN": into.tag("WESTERN")}
        self.sources = {code: into.source(code) for code in ("CORE", "OLD")}

    def filled(self) -> Filled:
        filled = Filled(
            alice=self._person(1, "欧阳芷若", "EAST1", "SE"),
            bob=self._person(2, "Quentin Marlowe", "EAST", "SE"),
            company=self._person(3, "北京星辰远航贸易有限公司", "EAST1", "SE", CustomerKind.ORGANIZATION),
            wendy=self._person(4, "司徒靖远", "WEST1", "SW"),
            zeb=self._person(5, "Zebulon Thackeray", "WEST", "SW"),
            una=self._person(6, "Ignatius Unplaced", None, None),
            barnaby=self._person(7, "Barnaby Crosswell", "WEST1", "SW"),
        )
        self._between(filled)
        self._merged(filled.alice)
        return filled

    def _merged(self, alice: Person) -> None:
        """Somebody of whom nothing is known but the name turned out to be alice."""
        name = alice.noted("MergedCustomer.name", "Dorothea Duplicata")
        reason = alice.noted("MergedCustomer.reason", "merged by word1")
        gone = self._into.customer(8, name)
        merge_customers(self._into.tx, Merging(alice.id, (gone,), reason))

    def _person(
        self,
        n: int,
        name: str,
        branch: str | None,
        staff: str | None,
        kind: CustomerKind = CustomerKind.PERSON,
    ) -> Person:
        person, home = Person(name), self.at.get(branch or "")
        birth = date(1961 + n, 3, 10 + n)
        is_person = kind is CustomerKind.PERSON
        its = {"birth_date": birth, "gender": "FEMALE"} if is_person else {}
        person.noted("Customer.name", name)
        person.id = self._into.customer(n, name, kind=kind, branch_id=home, **its)
        person.number, person.ids["c"] = f"C{n:09d}", global_id("c", person.id)
        if is_person:
            person.noted("Customer.birthDate", birth.isoformat())
        self._numbers(n, person)
        self._dealings(n, person, home, staff)
        return person

    def _numbers(self, n: int, person: Person) -> None:
        for type, number in documents_of(n):
            person.noted("IdentityDocument.number", number)
            id = self._into.document(person.id, number, type, primary=True, doubt="Seen once only.")
            person.ids["d"] = global_id("d", id)
        for kind, value in points_of(n):
            person.noted("ContactPoint.value", value)
            id = self._into.point(person.id, value, kind, preferred=True, doubt="Rang through.")
            person.ids["k"] = global_id("k", id)
        said = {"field": "name", "value": json.dumps(person.name), "said_by": "somebody"}
        why = person.noted("ProvenanceValue.why", f"as spelled{n}")
        self._into.add(HandValueRow, customer_id=person.id, why=why, **said)

    def _dealings(self, n: int, person: Person, home: int | None, staff: str | None) -> None:
        by, into = self.by.get(staff or ""), self._into
        words = ("subject", "outcome", "notes")
        told = {name: person.noted(f"Contact.{name}", f"{name} word{n}") for name in words}
        person.ids["i"] = global_id("i", into.contact(person.id, agent_id=by, **told))
        title = person.noted("Lead.title", f"chance{n}")
        worth = person.noted("Money.amount", f"{5100 + n}.0{n}")
        lead = into.lead(
            person.id, title, owner_id=by, product_id=self.product, expected_premium=Decimal(worth),
            currency="CNY", score=0.5, due_at=into.tx.at,
        )  # fmt: skip
        person.ids["l"] = global_id("l", lead)
        into.tagged(
            person.id,
            self.tags["EVERYWHERE"],
            evidence=person.noted("CustomerTag.evidence", f"evidence{n}"),
            expires_at=into.tx.at.replace(year=2040),
        )
        into.sourced(person.id, self.sources["CORE"], person.noted("SourceRecord.key", source_key_of(n)))
        into.lead_sourced(lead, self.sources["CORE"], lead_key_of(person))
        self.policy(n, person, home, "APPLICANT")

    def policy(self, n: int, person: Person, branch: int | None, role: str) -> int:
        values = {
            "annual_premium": Decimal(person.noted("Policy.annualPremium", f"{8200 + n}.{n}1")),
            "sum_insured": Decimal(person.noted("Policy.sumInsured", f"{93000 + n}.{n}3")),
            "source_status": person.noted("Policy.sourceStatus", f"st-{n}-running"),
        }
        number = person.noted("Policy.number", policy_number_of(n))
        id = self._into.policy(
            number, self.product, (person.id, role), branch_id=branch, expiry_date=date(2039, 1, 1),
            currency="USD" if n == 1 else "CNY", source_id=self.sources["CORE"], **values,
        )  # fmt: skip
        person.ids[f"p{n}"] = global_id("p", id)
        return id

    def _between(self, filled: Filled) -> None:
        alice, bob, wendy, barnaby, into = filled.alice, filled.bob, filled.wendy, filled.barnaby, self._into
        # Alice belongs to the west too, as one insured there; wendy to the west only.
        both = self.policy(9, alice, self.at["WEST1"], "INSURED")
        into.add(PolicyPartyRow, policy_id=both, customer_id=wendy.id, role="APPLICANT")
        into.add(
            PolicyPartyRow, policy_id=both, name=NONNA, role="BENEFICIARY", position=1, share=Decimal("62.5")
        )
        # Barnaby, at home in the west, has dealt with the east once; that policy is the only one of its line.
        eastern = self._barnaby_in_the_east(barnaby)
        into.related(alice.id, wendy.id, "SPOUSE", "SPOUSE")
        into.related(alice.id, bob.id, "SIBLING", "SIBLING")
        home = into.household("欧阳之家", (alice.id, "head"), (wendy.id, "spouse"))
        into.add(HouseholdMemberRow, household_id=home, name=KIDDO, role="child", since=date(2020, 1, 1))
        for person in (alice, bob, wendy):
            into.document(person.id, SHARED_PASSPORT)
        for person, source in ((alice, "CORE"), (wendy, "OLD")):
            into.policy(
                SHARED_POLICY, self.product, (person.id, "INSURED"), source_id=self.sources[source],
                branch_id=self.at["EAST1" if person is alice else "WEST1"], expiry_date=date(2025, 1, 1),
            )  # fmt: skip
        into.tagged(wendy.id, self.tags["WESTERN"])
        # One pair that may be one, or relatives, lies in the east, the other one across.
        into.review_task(alice.id, bob.id)
        into.review_task(alice.id, wendy.id)
        into.suggestion(alice.id, bob.id)
        into.suggestion(alice.id, wendy.id)
        into.saved_search(SAVED["name"], SAVED["query"], SAVED["filter"], self.at["HQ"])
        filled.shared_ids = {"h": global_id("h", home), "t": global_id("t", self.tags["EVERYWHERE"])}
        names = [person.name for person in filled.everybody]
        filled.values = {
            "PolicyParty.name": [*names, NONNA],
            "CustomerRelation.name": [alice.name, bob.name, wendy.name],
            "HouseholdMember.name": [alice.name, wendy.name, KIDDO],
            "Household.name": ["欧阳之家"],
            **{f"SavedSearch.{name}": [value] for name, value in SAVED.items()},
            "IdentityDocument.number": [SHARED_PASSPORT],
            **eastern.values,
            "Policy.number": [SHARED_POLICY, *eastern.values["Policy.number"]],
        }

    def _barnaby_in_the_east(self, barnaby: Person) -> Person:
        eastern = Person(barnaby.name, barnaby.id)  # its values are no secret to the east
        self.policy(8, eastern, self.at["EAST1"], "INSURED")
        number = barnaby.noted("Policy.number", "MOTOR-2026-7788")
        self._into.policy(number, self.car, (barnaby.id, "INSURED"), branch_id=self.at["WEST1"])
        return eastern
