"""A hub in process: a master, a schema, and rows put straight into the tables."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import event, insert, select, update

from app.graphql import schema
from indexing.engines.port import SearchEngine
from master.access import Viewer, sight_of
from master.errors import Refusal
from master.roles import Role, shipped_roles
from master.session import Actor, Master, Transaction
from master.tables.base import Row, table
from master.tables.branches import BranchRow, StaffRow
from master.tables.contacts import ContactRow
from master.tables.customers import ContactPointRow, CustomerRow, IdentityDocumentRow
from master.tables.leads import LeadRow
from master.tables.policies import PolicyPartyRow, PolicyRow, ProductRow
from master.tables.relations import (
    HouseholdMemberRow,
    HouseholdRow,
    RelationRow,
    RelativeSuggestionRow,
)
from master.tables.reviews import ReviewTaskRow
from master.tables.saved_searches import SavedSearchRow
from master.tables.sources import SourceRecordRow, SourceSystemRow
from master.tables.tags import CustomerTagRow, TagCategoryRow, TagRow
from master.tables.tokens import ApiTokenRow
from master.writes.derived import refresh
from schema.context import open_context

MORNING = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@dataclass
class Answer:
    """data, and the errors as (code, path)."""

    data: Any
    errors: list[tuple[str, list[Any] | None]]
    extensions: list[dict[str, Any]] = field(default_factory=list)
    input_paths: list[list[str]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


@dataclass
class Hub:
    """Answers documents for a role, each in a context of its own.

    branches: the codes of those whose customers the viewer sees; None: all. A role may also be one that the
    test made itself. token: the viewer's; sources: the only ones it feeds.
    """

    master: Master
    search: SearchEngine | None = None
    token: str = "t1"
    sources: frozenset[str] | None = None

    def ask(
        self,
        document: str,
        role: str | Role = "ADMIN",
        *,
        branches: Sequence[str] | None = None,
        **variables: Any,
    ) -> Answer:
        """The whole answer."""
        return asyncio.run(self.asked(document, role, variables, branches))

    def get(
        self,
        document: str,
        role: str | Role = "ADMIN",
        *,
        branches: Sequence[str] | None = None,
        **variables: Any,
    ) -> Any:
        """The data of an answer without errors."""
        answer = self.ask(document, role, branches=branches, **variables)
        assert answer.errors == []
        return answer.data

    def viewer(self, role: str | Role, branches: Sequence[str] | None = None) -> Viewer:
        """Who holds a token of this role for these branches."""
        its = shipped_roles()[role] if isinstance(role, str) else role
        if branches is None:
            return Viewer("tester", its, self.token, sources=self.sources)
        row = table(BranchRow)
        with self.master.reading() as connection:
            ids = tuple(connection.scalars(select(row.c.id).where(row.c.code.in_(branches))))
            assert len(ids) == len(branches)
            return Viewer("tester", its, self.token, sight_of(connection, its, ids), sources=self.sources)

    async def asked(
        self,
        document: str,
        role: str | Role,
        variables: dict[str, Any],
        branches: Sequence[str] | None = None,
    ) -> Answer:
        viewer = self.viewer(role, branches)
        async with open_context(self.master, viewer, search=self.search, request_id="r1") as context:
            result = await schema.execute(document, variable_values=variables, context_value=context)
        errors = []
        extensions = []
        input_paths = []
        for error in result.errors or []:
            cause = error.original_error
            if cause is not None and not isinstance(cause, Refusal) and error.path:
                raise cause
            errors.append((cause.code if isinstance(cause, Refusal) else error.message, error.path))
            extensions.append(cause.extensions if isinstance(cause, Refusal) else {})
            input_paths.append(list(cause.path) if isinstance(cause, Refusal) else [])
        messages = [error.message for error in result.errors or []]
        return Answer(result.data, errors, extensions, input_paths, messages)


@contextmanager
def filling(master: Master) -> Iterator["Filler"]:
    with master.transaction(Actor("test")) as tx:
        yield Filler(tx)


@dataclass
class Filler:
    """Puts rows straight into the tables, with what they need by default."""

    tx: Transaction

    def add(self, row: type[Row], **values: Any) -> int:
        """The row's id."""
        key = self.tx.execute(insert(table(row)).values(**values)).inserted_primary_key
        assert key is not None
        id: int = key[0]
        return id

    def change(self, row: type[Row], id: int, **values: Any) -> None:
        target = table(row)
        self.tx.execute(update(target).where(target.c.id == id).values(**values))

    def token(self, id: str = "t1") -> None:
        self.add(ApiTokenRow, id=id, name="tester", role="ADMIN", secret_digest=b"", all_branches=True)

    def branch(self, code: str, parent: int | None = None) -> int:
        return self.add(BranchRow, code=code, name=f"Branch {code}", parent_id=parent)

    def staff(self, code: str, branch: int | None = None) -> int:
        return self.add(StaffRow, code=code, name=f"Staff {code}", branch_id=branch)

    def customer(self, number: int, name: str = "", **values: Any) -> int:
        values = {
            "kind": "PERSON",
            "name": name or f"Name {number}",
            "name_key": (name or f"name {number:05d}").lower(),
            "created_at": MORNING,
            "updated_at": MORNING,
            **values,
        }
        return self.add(CustomerRow, number=f"C{number:09d}", **values)

    def derive(self) -> None:
        """Derives of all customers what writes derive: branches belonged to, match keys, statuses."""
        refresh(self.tx, self.tx.connection.scalars(select(table(CustomerRow).c.id)).all())

    def document(self, customer: int, number: str, type: str = "PASSPORT", **values: Any) -> int:
        return self.add(
            IdentityDocumentRow, customer_id=customer, type=type, number=number, number_index=number, **values
        )

    def point(self, customer: int, value: str, kind: str = "MOBILE", **values: Any) -> int:
        return self.add(
            ContactPointRow, customer_id=customer, kind=kind, value=value, value_index=value, **values
        )

    def product(self, code: str, line: str = "LIFE") -> int:
        return self.add(ProductRow, code=code, name=f"Product {code}", line=line)

    def policy(self, number: str, product: int, *parties: tuple[int, str], **values: Any) -> int:
        """parties: (customer, role)."""
        values = {
            "status": "IN_FORCE",
            "effective_date": date(2026, 1, 1),
            "annual_premium": Decimal("1200.00"),
            **values,
        }
        policy = self.add(PolicyRow, number=number, product_id=product, **values)
        for customer, role in parties:
            self.party(policy, customer, role)
        return policy

    def party(self, policy: int, customer: int, role: str, **values: Any) -> int:
        return self.add(PolicyPartyRow, policy_id=policy, customer_id=customer, role=role, **values)

    def contact(self, customer: int, subject: str, at: datetime = MORNING, **values: Any) -> int:
        values = {"channel": "CALL", "direction": "INBOUND", **values}
        return self.add(ContactRow, customer_id=customer, subject=subject, occurred_at=at, **values)

    def lead(self, customer: int, title: str, **values: Any) -> int:
        values = {"stage": "NEW", "created_at": MORNING, **values}
        return self.add(LeadRow, customer_id=customer, title=title, **values)

    def tag(self, code: str, name: str = "", category: str = "Life") -> int:
        known = self.tx.connection.exec_driver_sql(
            f"SELECT id FROM tag_categories WHERE name = '{category}'"
        ).scalar()
        category_id = known or self.add(TagCategoryRow, name=category)
        return self.add(TagRow, code=code, name=name or f"Tag {code}", category_id=category_id)

    def tagged(self, customer: int, tag: int, **values: Any) -> int:
        values = {"source": "MANUAL", "assigned_at": MORNING, **values}
        return self.add(CustomerTagRow, customer_id=customer, tag_id=tag, **values)

    def related(self, customer: int, other: int, kind: str, inverse: str) -> None:
        self.add(RelationRow, customer_id=customer, other_id=other, kind=kind)
        self.add(RelationRow, customer_id=other, other_id=customer, kind=inverse)

    def household(self, name: str, *members: tuple[int, str]) -> int:
        household = self.add(HouseholdRow, name=name)
        for customer, role in members:
            self.add(HouseholdMemberRow, household_id=household, customer_id=customer, role=role)
        return household

    def saved_search(self, name: str, words: str, filter: str, branch: int, token: str = "keeper") -> int:
        """Of the holder of a token of its own, shared with the branch; filter: as JSON."""
        self.token(token)
        wanted = json.dumps({"query": words, "filter": json.loads(filter)})
        return self.add(
            SavedSearchRow, token_id=token, name=name, wanted=wanted, for_one=False, branch_id=branch,
            updated_at=MORNING,
        )  # fmt: skip

    def review_task(self, one: int, other: int, **values: Any) -> int:
        """As the rules judged two persons of one name and document and different mobiles."""
        judged = {
            "verdict": "REVIEW",
            "odds": 3.5,
            "priority": 350,
            "levels": "6,4,0,-1,-1,-1,1",
            "rarity": 0.0,
        }
        values = {"rules": "R1", "identity": b"", "proposed_at": MORNING, **judged, **values}
        return self.add(ReviewTaskRow, one_id=min(one, other), other_id=max(one, other), **values)

    def suggestion(self, one: int, other: int, **values: Any) -> int:
        """As two are judged who share an address and a surname, the one some years older than the other."""
        judged = {"odds": 5.5, "priority": 550, "levels": "1,-1,1,-1,1", "older": -1}
        values = {"identity": b"", "proposed_at": MORNING, **judged, **values}
        pair = {"one_id": min(one, other), "other_id": max(one, other)}
        return self.add(RelativeSuggestionRow, **pair, **values)

    def source(self, code: str, branch: int | None = None, made_by: str | None = None) -> int:
        return self.add(SourceSystemRow, code=code, name=code, branch_id=branch, made_by=made_by)

    def sourced(self, customer: int, source: int, key: str) -> int:
        return self._record("customers", customer, customer, source, key)

    def lead_sourced(self, lead: int, source: int, key: str) -> int:
        return self._record("leads", lead, None, source, key)

    def _record(self, kind: str, entity: int, customer: int | None, source: int, key: str) -> int:
        return self.add(
            SourceRecordRow,
            source_id=source,
            kind=kind,
            source_key=key,
            entity_id=entity,
            customer_id=customer,
            received_at=MORNING,
            content="{}",
            fingerprint=b"",
        )


@contextmanager
def counted(master: Master) -> Iterator[list[str]]:
    """The SELECTs that are run inside."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append(statement)

    event.listen(master.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(master.engine, "before_cursor_execute", note)
