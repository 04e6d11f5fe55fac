"""Merges: who went into whom, what moved and changed by it, and the customers that are another one now."""

from datetime import datetime

from sqlalchemy import Column, Enum, ForeignKey, Index, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from master.tables.base import AUTO, CodeText, Moment, Row, RowId, plain, table
from master.tables.customers import CustomerRow
from master.tables.types import Id, Instant

customers = table(CustomerRow)


class MergeRow(Row):
    """One customer that went into another; both ids as they were then, so no foreign keys.

    last_ids: by table, the last key there was, as JSON: what has a later one came after the merge.
    """

    __tablename__ = "merges"
    __table_args__ = (Index("ix_merges_survivor_id", "survivor_id"), AUTO)

    id: Mapped[RowId]
    survivor_id: Mapped[int]
    customer_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[Moment]
    actor: Mapped[str]
    reason: Mapped[str]
    last_ids: Mapped[str]
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_by: Mapped[str | None]
    undone_reason: Mapped[str | None]


class SplitRow(Row):
    """A customer that was made of a record of another one; both ids as they were then, so no foreign keys.

    since: when that record was taken for the one with whom it was.
    """

    __tablename__ = "splits"
    __table_args__ = AUTO

    id: Mapped[RowId]
    stays_id: Mapped[int]
    customer_id: Mapped[int] = mapped_column(index=True)
    since: Mapped[datetime] = mapped_column(Instant)
    at: Mapped[Moment]
    actor: Mapped[str]
    reason: Mapped[str]


class MergeChangeRow(Row):
    """The ledger: a column of a row before and after, as JSON. Only ever added to."""

    __tablename__ = "merge_changes"
    __table_args__ = (Index("ix_merge_changes_merge_id_entity_field", "merge_id", "entity", "field"), AUTO)

    id: Mapped[RowId]
    merge_id: Mapped[int] = mapped_column(ForeignKey("merges.id"))
    entity: Mapped[CodeText]
    row_id: Mapped[int]
    field: Mapped[CodeText]
    before: Mapped[str]
    after: Mapped[str]


def _kept(column: Column[object]) -> Column[object]:
    """Its codes are not checked again: it goes back as it came."""
    kind = String() if isinstance(column.type, Enum) else column.type
    keys = [ForeignKey(key.target_fullname) for key in column.foreign_keys]
    return Column(
        column.name,
        kind,
        *keys,
        primary_key=column.primary_key,
        nullable=column.nullable,
        autoincrement=False,
    )


class MergedCustomerRow(Row):
    """The row of a customer that is another one now: it has left `customers`, where no read can find it and
    nothing can hang on it any more. survivor_id: who it is today, however often that one was merged since."""

    __table__ = Table(
        "merged_customers",
        Row.metadata,
        *(_kept(column) for column in customers.columns),
        Column("survivor_id", Id, ForeignKey("customers.id"), nullable=False, index=True),
        Column("merge_id", Id, ForeignKey("merges.id"), nullable=False),
        UniqueConstraint("number"),
        UniqueConstraint("merge_id"),
        plain("number"),
    )
