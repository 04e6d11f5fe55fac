"""Branches and staff."""

from sqlalchemy import ColumnElement, Select, literal, select

from loaders.relations import Columns, Order, Relation, Rows, Tied
from master.access import branches_in_sight
from master.sight import Reach
from master.tables.base import table
from master.tables.branches import BranchRow, StaffRow

branch = table(BranchRow)
staff = table(StaffRow)

branch_rows = Rows("Branch")
staff_rows = Rows("Staff")

branches_by_id = Relation("branches_by_id", "one", select(branch), key="id", rows=branch_rows)


def _paths(tied: Tied) -> Select[object]:
    """Each branch with all above it; height: 0 for itself."""
    path = (
        select(branch.c.id.label("branch_id"), branch.c.id.label("step_id"), literal(0).label("height"))
        .where(tied(branch.c.id))
        .cte("path", recursive=True, nesting=True)
    )
    below = branch.alias("below")
    path = path.union(
        select(path.c.branch_id, below.c.parent_id, path.c.height + 1)
        .join(below, below.c.id == path.c.step_id)
        .where(below.c.parent_id.is_not(None), path.c.height < 100)
    )
    return select(branch, path.c.branch_id, path.c.height).join(path, path.c.step_id == branch.c.id)


branch_path_by_id = Relation(
    "branch_path_by_id",
    "many",
    _paths,
    key="branch_id",
    rows=branch_rows,
    order=Order(("branch_id", "height"), descending=True),
)


def _in_sight(columns: Columns, reach: Reach | None) -> ColumnElement[bool]:
    return branches_in_sight(columns["id"])


def _below(tied: Tied) -> Select[object]:
    """All branches below each branch, by the upper one's code."""
    top = branch.alias("top")
    tree = (
        select(top.c.code.label("under"), branch.c.id.label("step_id"))
        .join(branch, branch.c.parent_id == top.c.id)
        .where(tied(top.c.code))
        .cte("tree", recursive=True, nesting=True)
    )
    tree = tree.union(
        select(tree.c.under, branch.c.id).select_from(tree).join(branch, branch.c.parent_id == tree.c.step_id)
    )
    return select(branch, tree.c.under).join(tree, tree.c.step_id == branch.c.id)


branches_below = Relation(
    "branches_below",
    "many",
    _below,
    key="under",
    rows=branch_rows,
    order=Order(("code",)),
    in_sight=_in_sight,
)

all_branches = Relation(
    "all_branches",
    "many",
    select(branch),
    key=None,
    rows=branch_rows,
    order=Order(("code",)),
    in_sight=_in_sight,
)

staff_by_id = Relation("staff_by_id", "one", select(staff), key="id", rows=staff_rows)
