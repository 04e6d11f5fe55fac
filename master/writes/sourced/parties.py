"""The people on a source's policies: those who came are added, those who went are closed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
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

NAMED = ("beneficiary_name",)

Who = tuple[int | None, str | None]  # customer, name


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
    """Make the people of each policy those that the source says now, in the roles of which it says something
    else than last.

    Only sources put people on policies: so who is there is compared with what is said, and not what was said
    last, which may name a customer that was merged, or one that it was merged with.
    """
    statement = select(parties).where(parties.c.ended_at.is_(None)).order_by(parties.c.id)
    ids = [change.entity_id for change in changes]
    there = grouped(rows_in(tx, statement, parties.c.policy_id, ids), "policy_id")
    ended: list[int] = []
    shares: dict[int, dict[str, Any]] = {}
    added: list[tuple[int, str, Sequence[SourcedParty]]] = []
    for change in changes:
        present = grouped(there.get(change.entity_id, []), "role")
        for field in (each for each in PARTY_FIELDS if each in change.fields):
            here = _by_person(_of_field(field, present.get(PARTY_FIELDS[field], [])))
            now = _by_person(change.row.values[field] or ())
            added += [(change.entity_id, field, now[who]) for who in now if who not in here]
            for who, rows in here.items():
                kept = _kept(rows, now.get(who, []))
                ended += [row.id for row in rows if row.id not in kept]
                shares |= {
                    row.id: {"share": kept[row.id].share}
                    for row in rows
                    if row.id in kept and row.share != kept[row.id].share
                }
    update_each(tx, parties, shares)
    end_each(tx, parties, ended)
    add_parties(tx, added)


def customers_on(tx: Transaction, policy_ids: Sequence[int]) -> set[int]:
    """The customers in any open role on these policies."""
    statement = select(parties.c.customer_id).where(
        parties.c.customer_id.is_not(None), parties.c.ended_at.is_(None)
    )
    return {row.customer_id for row in rows_in(tx, statement, parties.c.policy_id, policy_ids)}


def _of_field(field: str, rows: Sequence[Any]) -> list[Any]:
    """Of people in one role those that this field names: by their names, or as customers."""
    return [row for row in rows if (row.customer_id is None) == (field in NAMED)]


def _by_person(people: Iterable[Any]) -> dict[Who, list[Any]]:
    """Rows, or what is said. One person is there more than once after a merge: each was with a share."""
    found: defaultdict[Who, list[Any]] = defaultdict(list)
    for each in people:
        found[each.customer_id, each.name].append(each)
    return found


def _kept(rows: Sequence[Any], said: Sequence[SourcedParty]) -> dict[int, SourcedParty]:
    """By row, what is said of it now, of rows of one person: with the share that it has, if that is said."""
    left, kept = list(rows), {}
    shares = {row.share for row in rows}
    for party in sorted(said[-len(rows) :], key=lambda party: party.share not in shares):
        row = next((row for row in left if row.share == party.share), left[0])
        left.remove(row)
        kept[row.id] = party
    return kept
