"""Branches and staff."""

from loaders.branches import branch_path_by_id, branches_by_id
from schema.described import described
from schema.fields import loaded_by


@described
class Branch:
    """One of the insurer's places, in the tree that its branches form."""

    code: str
    """The insurer's own code."""
    name: str
    """The branch's name."""
    parent: "Branch | None" = loaded_by(branches_by_id, key="parent_id")
    """The branch above; null for the head office."""
    path: "list[Branch]" = loaded_by(branch_path_by_id)
    """From the head office down to this one."""


@described
class Staff:
    """One of the insurer's own people."""

    code: str
    """The insurer's own code."""
    name: str
    """The person's name."""
    branch: Branch | None = loaded_by(branches_by_id, key="branch_id")
    """Where the person works."""
