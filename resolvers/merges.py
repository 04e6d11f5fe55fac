"""Merging customers, looking at what that would do, and undoing it."""

from collections.abc import Sequence

import strawberry

from master.errors import LimitExceeded, Refusal, TimedOut
from master.roles import MERGE
from master.session import Transaction
from master.tables.base import Row, table
from master.tables.contacts import ContactRow
from master.tables.customers import ContactPointRow, IdentityDocumentRow
from master.tables.leads import LeadRow
from master.tables.merges import MergedCustomerRow
from master.tables.policies import PolicyPartyRow
from master.tables.relations import HouseholdMemberRow, RelationRow
from master.tables.sources import SourceRecordRow
from master.tables.tags import CustomerTagRow
from master.writes.customers import is_in_sight
from master.writes.idempotency import once
from master.writes.merging.later import Undecided as UndecidedRow
from master.writes.merging.merge import Merging, Outcome, merge_customers
from master.writes.merging.unmerge import Undone, unmerge_customer
from resolvers.commands import command, few, found, given
from schema import ids
from schema.context import Info
from schema.described import described
from schema.errors import told
from schema.fields import answered_by, commanded_by
from schema.merges import (
    MergeCustomersInput,
    MergeDifference,
    MergeMove,
    MergePayload,
    MergePreview,
    PreviewMergeInput,
    Undecided,
    UnmergeCustomerInput,
)

# How the rows of a table are told of: their type, and the letter of the id by which people know them.
KINDS: dict[type[Row], tuple[str, str]] = {
    ContactRow: ("Contact", ids.CONTACT),
    LeadRow: ("Lead", ids.LEAD),
    IdentityDocumentRow: ("IdentityDocument", ids.DOCUMENT),
    ContactPointRow: ("ContactPoint", ids.CONTACT_POINT),
    CustomerTagRow: ("CustomerTag", ids.TAG),
    PolicyPartyRow: ("PolicyParty", ids.POLICY),
    HouseholdMemberRow: ("HouseholdMembership", ids.HOUSEHOLD),
    RelationRow: ("CustomerRelation", ids.RELATION),
    SourceRecordRow: ("SourceRecord", ""),
    MergedCustomerRow: ("MergedCustomer", ids.MERGE),
}
BY_TABLE = {table(row).name: kind for row, kind in KINDS.items()}


async def merge(info: Info, input: MergeCustomersInput) -> MergePayload:
    key, present = given(input.idempotency_key), ids.row_id(ids.CUSTOMER, input.survivor)
    gone: list[int] = []

    def act(tx: Transaction) -> int:
        wanted = _wanted(input.survivor, input.duplicates, input.reason, input.survivor_version)
        gone[:] = wanted.duplicates
        return once(tx, key, "mergeCustomers", wanted, lambda: merge_customers(tx, wanted).survivor)

    done = await command(info, MERGE, act, present=present, reason=input.reason, beside=lambda: gone)
    return MergePayload(
        survivor_id=done.id, restored_ids=[], undecided=[], freshness=done.freshness, errors=done.errors
    )


async def unmerge(info: Info, input: UnmergeCustomerInput) -> MergePayload:
    undone: list[Undone] = []
    seen: list[int] = []

    def act(tx: Transaction) -> int:
        merge = found(ids.MERGE, input.merge_id, ["mergeId"], "merge")
        done = unmerge_customer(tx, merge, input.reason)
        undone[:] = [done]
        seen[:] = [id for id in (done.restored,) if is_in_sight(tx, id)]
        return done.survivor

    done = await command(
        info, MERGE, act, reason=input.reason, beside=lambda: [each.restored for each in undone]
    )
    rows: Sequence[UndecidedRow] = [] if done.id is None else undone[0].undecided
    return MergePayload(
        survivor_id=done.id,
        restored_ids=[] if done.id is None else seen,
        undecided=[_undecided(row) for row in rows],
        freshness=done.freshness,
        errors=done.errors,
    )


async def preview(info: Info, input: PreviewMergeInput) -> MergePreview:
    def act(tx: Transaction) -> Outcome:
        return merge_customers(tx, _wanted(input.survivor, input.duplicates, "preview"))

    try:
        done = await info.context.rehearse(MERGE, act)
    except (LimitExceeded, TimedOut):  # an error of the request as everywhere, not of what was given
        raise
    except Refusal as refusal:
        return MergePreview(survivor_id=None, moves=[], filled=[], differences=[], errors=[told(refusal)])
    return MergePreview(
        survivor_id=done.survivor,
        moves=[
            MergeMove(entity=entity, count=done.moved[name], folded=done.folded[name])
            for name, (entity, _) in BY_TABLE.items()
            if done.moved[name]
        ],
        filled=done.filled,
        differences=[MergeDifference(field=name, duplicate_id=id) for name, id in done.differing],
        errors=[],
    )


def _wanted(
    survivor: str, duplicates: list[strawberry.ID], reason: str, version: int | None = None
) -> Merging:
    """Raises NotFound and LimitExceeded."""
    return Merging(
        survivor=found(ids.CUSTOMER, survivor, ["survivor"], "customer"),
        duplicates=tuple(
            found(ids.CUSTOMER, id, ["duplicates", str(place)], "customer")
            for place, id in enumerate(few(duplicates, "duplicates"))
        ),
        reason=reason,
        version=version,
    )


def _undecided(row: UndecidedRow) -> Undecided:
    entity, prefix = BY_TABLE[row.table]
    return Undecided(entity=entity, id=strawberry.ID(ids.global_id(prefix, row.id)), reason=row.reason)


@described
class MergeQuery:
    """Questions about merging."""

    preview_merge: MergePreview | None = answered_by(preview)
    """What mergeCustomers would do with these: what would move, and which values do not agree. Nothing is
    changed."""


@described
class MergeMutation:
    """Commands that merge customers."""

    merge_customers: MergePayload | None = commanded_by(merge)
    """Fold the duplicates into the survivor; undone by unmergeCustomer. Refused as CONFLICT for a lost update
    or a customer that was merged already, and as INVALID for customers with valid documents that differ."""
    unmerge_customer: MergePayload | None = commanded_by(unmerge)
    """Undo one merge: each customer gets its own children and values back; what can not be placed is listed
    as undecided."""
