"""Sample customers as rows; ids of what a batch makes are places in it until it is written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from intake.sample.clients import Calendar, Client, Household, Policy
from intake.sample.frame import Frame
from intake.sample.policies import SOURCE_STATUS
from master.keys import Keys
from master.reads.blocking_keys import key_digest
from master.reads.records import record_of
from master.sealing import seal_for
from master.tables.base import Row
from master.tables.contacts import ContactRow
from master.tables.customers import (
    AddressRow,
    ContactPointRow,
    CustomerBranchRow,
    CustomerRow,
    IdentityDocumentRow,
    OtherNameRow,
)
from master.tables.leads import LeadRow
from master.tables.matching import BlockingKeyRow
from master.tables.policies import DEFAULT_CURRENCY, PolicyPartyRow, PolicyRow
from master.tables.relations import HouseholdMemberRow, HouseholdRow, RelationRow
from master.tables.sources import SourceRecordRow
from master.tables.tags import CustomerTagRow
from master.writes.blocking_keys import key_rows
from master.writes.customers import customer_number
from master.writes.derived import ENDED, OWN_ROLES, RUNNING
from master.writes.sourced.said import spelled

Cells = list[Any]

# Parents before children. The order of each row's cells.
COLUMNS: dict[type[Row], tuple[str, ...]] = {
    CustomerRow: (
        "id", "number", "kind", "status", "status_by_hand", "name", "name_key", "gender", "birth_date",
        "branch_id", "created_at",
    ),
    OtherNameRow: ("customer_id", "kind", "name"),
    IdentityDocumentRow: ("customer_id", "type", "number", "number_index", "primary", "source_id"),
    ContactPointRow: ("id", "customer_id", "kind", "value", "value_index", "preferred", "source_id"),
    AddressRow: ("contact_point_id", "customer_id", "region_code", "postal_code", "street"),
    BlockingKeyRow: ("kind", "digest", "customer_id"),
    SourceRecordRow: (
        "source_id", "kind", "source_key", "entity_id", "customer_id", "received_at", "content",
        "fingerprint",
    ),
    PolicyRow: (
        "id", "source_id", "number", "product_id", "status", "source_status", "effective_date", "expiry_date",
        "annual_premium", "sum_insured", "currency", "branch_id",
    ),
    PolicyPartyRow: ("policy_id", "customer_id", "role", "name", "position", "share"),
    ContactRow: (
        "customer_id", "channel", "direction", "occurred_at", "subject", "outcome", "notes", "agent_id",
    ),
    CustomerTagRow: ("customer_id", "tag_id", "source", "evidence", "assigned_at", "expires_at", "ended_at"),
    LeadRow: (
        "customer_id", "title", "stage", "product_id", "owner_id", "score", "expected_premium", "currency",
        "due_at", "created_at",
    ),
    RelationRow: ("customer_id", "other_id", "kind", "since", "source_id"),
    HouseholdRow: ("id", "name"),
    HouseholdMemberRow: ("household_id", "customer_id", "role", "since"),
    CustomerBranchRow: ("customer_id", "branch_id", "reason"),
}  # fmt: skip
# A source's own keys look unrelated to ours but never meet, as policy numbers.
KEY_FACTOR, KEY_MODULUS = 146_484_377, 10**9


@dataclass
class Sheets:
    """The rows of a batch, by table."""

    calendar: Calendar
    frame: Frame
    keys: Keys
    rows: dict[type[Row], list[Cells]] = field(default_factory=lambda: {row: [] for row in COLUMNS})

    def __post_init__(self) -> None:
        self.key_digest = key_digest(self.keys)
        self.source_digest: Callable[[str], bytes] = seal_for(self.keys, "sources").digest
        self.core = self.frame.sources["CORE"]

    def write_client(self, client: Client) -> None:
        self._customer(client)
        self._documents(client)
        self._points(client)
        self._keys(client)
        self._source_record(client)
        for policy in client.held:
            self._policy(policy)
        self._contacts(client)
        self._tags(client)
        self._leads(client)
        relations = self.rows[RelationRow]
        for other, kind, since in client.relations:
            relations.append([client.id, other.id, kind, since, self.core])
        self._branches(client)

    def write_household(self, household: Household) -> None:
        place = len(self.rows[HouseholdRow])
        self.rows[HouseholdRow].append([place, household.name])
        for client, role, since in household.members:
            self.rows[HouseholdMemberRow].append([place, client.id, role, since])

    def _customer(self, client: Client) -> None:
        branch = self.frame.branches[client.office]
        number, status = customer_number(client.id), status_of(client)
        self.rows[CustomerRow].append(
            [
                client.id, number, client.kind, status, client.gone, client.name, client.name_key,
                client.gender, client.birth, branch, self._created(client),
            ]
        )  # fmt: skip
        for kind, name in client.other_names:
            self.rows[OtherNameRow].append([client.id, kind, name])

    def _created(self, client: Client) -> datetime:
        return self.calendar.at(client.since, 0)

    def _documents(self, client: Client) -> None:
        for place, document in enumerate(client.documents):
            self.rows[IdentityDocumentRow].append(
                [client.id, document.type, document.number, document.number, place == 0, self.core]
            )

    def _points(self, client: Client) -> None:
        points = self.rows[ContactPointRow]
        for point in client.points:
            place = len(points)
            points.append(
                [place, client.id, point.kind, point.value, point.normal, point.preferred, self.core]
            )
            if point.street:
                self.rows[AddressRow].append(
                    [place, client.id, client.county.code, point.postal_code, point.street]
                )

    def _keys(self, client: Client) -> None:
        person = SimpleNamespace(
            id=client.id, name=client.name, kind=client.kind, gender=client.gender, birth_date=client.birth
        )
        others = [SimpleNamespace(name=name) for _, name in client.other_names]
        points = sorted(client.points, key=lambda point: not point.preferred)
        record = record_of(person, others, client.documents, points)
        self.rows[BlockingKeyRow].extend(map(list, sorted(key_rows([record], self.key_digest))))

    def _source_record(self, client: Client) -> None:
        key = f"CU{client.id * KEY_FACTOR % KEY_MODULUS:09d}"
        content = spelled(self._said(client)).decode()
        self.rows[SourceRecordRow].append(
            [
                self.core, "customers", key, client.id, client.id, self.calendar.midnight, content,
                self.source_digest(content),
            ]
        )  # fmt: skip

    def _said(self, client: Client) -> dict[str, Any]:
        """The row as an import of it would be remembered."""
        said: dict[str, Any] = {
            "name": client.name,
            "kind": client.kind,
            "status": client.gone,
            "gender": client.gender,
            "birth_date": client.birth,
            "branch": self.frame.branches[client.office],
            "created_at": self._created(client),
            "documents": [
                [each.type, each.number, None, place == 0] for place, each in enumerate(client.documents)
            ],
        }
        for point in client.points:
            said.setdefault(point.kind.lower(), []).append([point.value, point.preferred])
        return said

    def _policy(self, policy: Policy) -> None:
        place, frame = len(self.rows[PolicyRow]), self.frame
        self.rows[PolicyRow].append(
            [
                place, frame.sources[policy.source], policy.number, frame.products[policy.product.code],
                policy.status, SOURCE_STATUS[policy.status], policy.effective, policy.expiry,
                money(policy.premium), money(policy.insured_sum), DEFAULT_CURRENCY,
                frame.branches[policy.office],
            ]
        )  # fmt: skip
        parties = self.rows[PolicyPartyRow]
        for party in policy.parties:
            customer = party.client.id if party.client else None
            parties.append([place, customer, party.role, party.name, party.position, party.share])

    def _contacts(self, client: Client) -> None:
        contacts = self.rows[ContactRow]
        for contact in client.contacts:
            contacts.append(
                [
                    client.id, contact.channel, contact.direction, contact.occurred, contact.subject,
                    contact.outcome, contact.notes, contact.agent_id,
                ]
            )  # fmt: skip

    def _tags(self, client: Client) -> None:
        tags = self.rows[CustomerTagRow]
        for grant in client.tags:
            tag = self.frame.tags[grant.tag]
            tags.append(
                [client.id, tag, grant.source, grant.evidence, grant.assigned, grant.expires, grant.ended]
            )

    def _leads(self, client: Client) -> None:
        for lead in client.leads:
            product = self.frame.products[lead.product] if lead.product else None
            premium = None if lead.premium is None else money(lead.premium)
            currency = None if premium is None else DEFAULT_CURRENCY
            self.rows[LeadRow].append(
                [
                    client.id, lead.title, lead.stage, product, lead.owner_id, lead.score, premium, currency,
                    lead.due, lead.created,
                ]
            )  # fmt: skip

    def _branches(self, client: Client) -> None:
        """As master/writes/derived.py finds them."""
        branches = self.frame.branches
        reasons = {("HOME", branches[client.office])}
        reasons |= {("POLICY", branches[policy.office]) for policy in client.involved}
        reasons |= {("LEAD", branches[lead.owner_office]) for lead in client.leads if lead.owner_office}
        rows = self.rows[CustomerBranchRow]
        rows.extend([client.id, branch, reason] for reason, branch in sorted(reasons))


def money(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def status_of(client: Client) -> str:
    """As master/writes/derived.py finds it."""
    if client.gone:
        return client.gone
    own = {policy.status for policy in client.involved if _is_own(client, policy)}
    if not own.isdisjoint(RUNNING):
        return "ACTIVE"
    return "PROSPECT" if own.isdisjoint(ENDED) else "LOST"


def _is_own(client: Client, policy: Policy) -> bool:
    return any(party.client is client and party.role in OWN_ROLES for party in policy.parties)
