"""What all tables have in common."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, cast

from sqlalchemy import CheckConstraint, MetaData, Table
from sqlalchemy.orm import DeclarativeBase, mapped_column

from master.spelling import plain_text, utc_now
from master.tables.types import Code, Id, Instant

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(DeclarativeBase):
    """A typed row. Only its table is used: rows are read and written by Core, never by an ORM session."""

    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {int: Id}  # every whole number has 64 bits


def table(row: type[Row]) -> Table:
    """The table of a row class."""
    return cast(Table, row.__table__)


def plain(column: str) -> CheckConstraint:
    """The column's text needs no escapes in JSON."""
    return CheckConstraint(plain_text(column), name=f"plain_{column}")


AUTO: dict[str, Any] = {"sqlite_autoincrement": True}  # an id is never given out again

RowId = Annotated[int, mapped_column(Id, primary_key=True)]
CodeText = Annotated[str, mapped_column(Code)]
Moment = Annotated[datetime, mapped_column(Instant)]
Recorded = Annotated[datetime, mapped_column(Instant, server_default=utc_now())]
