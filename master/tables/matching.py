"""Who may be the same: the keys by which customers are found beside each other."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, PrimaryKeyConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from master.tables.base import Row
from master.tables.types import Instant


class BlockingKeyRow(Row):
    """What a customer has in common with whoever may be the same; derived (master/writes/blocking_keys.py).

    kind: a number of matching/block.py's KINDS; digest: the first 8 bytes of the keyed digest of its text.
    """

    __tablename__ = "blocking_keys"
    __table_args__ = (
        PrimaryKeyConstraint("kind", "digest", "customer_id"),
        {"sqlite_with_rowid": False},  # every column is in the key: no second copy
    )

    kind: Mapped[int] = mapped_column(SmallInteger, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customers.id", ondelete="CASCADE"), index=True, autoincrement=False
    )


class OwnPhoneRow(Row):
    """A phone of a branch or of staff, by which no customer is known; derived (master/writes/own_phones.py).

    digest: as a blocking key of kind mobile has it.
    """

    __tablename__ = "own_phones"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


class BlockingFillRow(Row):
    """How far the keys of all customers have been made in one form, which matching/block.py numbers."""

    __tablename__ = "blocking_fills"

    form: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    after_customer: Mapped[int] = mapped_column(server_default="0")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
