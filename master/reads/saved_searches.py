"""Saved searches: a holder's own, and those that others share."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, or_, select

from master.access import SIGHT, Viewer
from master.sight import bound
from master.spelling import in_numbers
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.saved_searches import SavedSearchRow
from master.tables.tokens import ApiTokenRow

search, branch, token = table(SavedSearchRow), table(BranchRow), table(ApiTokenRow)

MOST_SHOWN = 500


def saved_searches(connection: Connection, viewer: Viewer) -> Sequence[Row[Any]]:
    """The viewer's own by name, then those of others that are shared with a branch of theirs, by name."""
    is_own = search.c.token_id == viewer.token_id
    found = _seen(viewer).order_by(is_own.desc(), search.c.id.desc()).limit(MOST_SHOWN)
    rows = connection.execute(found, bound(viewer.sight)).all()
    return sorted(
        rows, key=lambda row: (not row.is_own, row.name, row.id)
    )  # as Python sorts on each database


def saved_search(connection: Connection, viewer: Viewer, id: int) -> Row[Any] | None:
    found = _seen(viewer).where(search.c.id == id)
    return connection.execute(found, bound(viewer.sight)).one_or_none()


def _seen(viewer: Viewer) -> Select[Any]:
    is_own = search.c.token_id == viewer.token_id
    rows = select(search, token.c.name.label("owner"), is_own.label("is_own"))
    return rows.join(token, token.c.id == search.c.token_id).where(or_(is_own, _is_shared(viewer)))


def _is_shared(viewer: Viewer) -> ColumnElement[bool]:
    """With a branch in sight, or with one above: it is for all who deal with customers there."""
    if viewer.sight is None:
        return search.c.branch_id.is_not(None)
    own = select(branch.c.id, branch.c.parent_id).where(in_numbers(branch.c.id, SIGHT))
    up = own.cte("up", recursive=True)
    above = branch.alias("above")
    up = up.union(select(above.c.id, above.c.parent_id).join(up, up.c.parent_id == above.c.id))
    return search.c.branch_id.in_(select(up.c.id))
