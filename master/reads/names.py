"""What people call what codes stand for."""

from collections.abc import Sequence

from sqlalchemy import Connection, Table, select

from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.tags import TagRow

tags, branches = table(TagRow), table(BranchRow)


def names_by_code(connection: Connection, of: Table, codes: Sequence[str]) -> dict[str, str]:
    """Of tags or branches; codes that nothing has are left out."""
    found = connection.execute(select(of.c.code, of.c.name).where(of.c.code.in_(codes)))
    return {row.code: row.name for row in found}
