"""The people on a source's policies: those who came are added, those who went are closed."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from master.session import Transaction
from master.tables.base import table
from master.tables.codes import PolicyRole
from master.tables.policies import PolicyPartyRow
from master.writes.sourced.records import Change
from master.writes.sourced.rows import SourcedParty
from master.writes.sourced.statements import end_each, grouped, insert_many, rows_in, update_each

parties = table(PolicyPartyRow)

PARTY_FIELDS = {
    "applicant": PolicyRole.APPLICANT,
    "insured": PolicyRole.INSURED,
    "beneficiary": PolicyRole.BENEFICIARY,
    "beneficiary_name": PolicyRole.BENEFICIARY,
}

Who = tuple[str, int | None, str | None]  # role, customer, name


def add_parties(tx: Transaction, new: Iterable[tuple[int, str, Sequence[SourcedParty]]]) -> None:
    """Put (policy, field, people) on policies, each person once in a role."""
    rows = {
        (policy_id, PARTY_FIELDS[field], party.customer_id, party.name): {
            "policy_id": policy_id,
            "customer_id": party.customer_id,
            "role": PARTY_FIELDS[field],
            "name": party.name,
            "share": party.share,
        }
        for policy_id, field, given in new
        for party in given
    }
    insert_many(tx, parties, list(rows.values()), {"recorded_at": tx.at})


def change_parties(tx: Transaction, changes: Sequence[Change]) -> None:
    """Bring the people of each policy from what the source said last to what it says now."""
    statement = select(parties).where(parties.c.ended_at.is_(None))
    ids = [change.entity_id for change in changes]
    there = grouped(rows_in(tx, statement, parties.c.policy_id, ids), "policy_id")
    ended: list[int] = []
    shares: dict[int, dict[str, Any]] = {}
    added: list[tuple[int, str, Sequence[SourcedParty]]] = []
    for change in changes:
        present = {(row.role, row.customer_id, row.name): row for row in there.get(change.entity_id, [])}
        for field in (each for each in PARTY_FIELDS if each in change.fields):
            before, now = _before(change, field), _now(change, field)
            gone = before.keys() - now.keys()
            ended += [present[who].id for who in gone if who in present]
            for who, party in now.items():
                if who not in before and who not in present:
                    added.append((change.entity_id, field, [party]))
                elif who in present and before.get(who) != party.share:
                    shares[present[who].id] = {"share": party.share}
    update_each(tx, parties, shares)
    end_each(tx, parties, ended)
    add_parties(tx, added)


def customers_on(tx: Transaction, policy_ids: Sequence[int]) -> set[int]:
    """The customers in any open role on these policies."""
    statement = select(parties.c.customer_id).where(
        parties.c.customer_id.is_not(None), parties.c.ended_at.is_(None)
    )
    return {row.customer_id for row in rows_in(tx, statement, parties.c.policy_id, policy_ids)}


def _before(change: Change, field: str) -> dict[Who, Decimal | None]:
    role = PARTY_FIELDS[field]
    return {
        (role, customer_id, name): None if share is None else Decimal(share)
        for customer_id, name, share in change.before.get(field) or ()
    }


def _now(change: Change, field: str) -> dict[Who, SourcedParty]:
    role = PARTY_FIELDS[field]
    return {(role, party.customer_id, party.name): party for party in change.row.values[field] or ()}
