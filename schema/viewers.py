"""Who is asking."""

import asyncio
from typing import Any

from loaders.branches import branches_by_id
from master.access import Viewer as ViewerRead
from schema.branches import Branch
from schema.classes import masked_fields, refused_fields
from schema.context import Info
from schema.described import described_from
from schema.fields import answered_by, computed_by


def _roles(role: Any) -> list[str]:
    return [role.name]


def _permissions(permissions: Any) -> list[str]:
    return sorted(permissions)


async def _branches(root: ViewerRead, info: Info) -> Any:
    """By id, as the viewer holds them; a viewer of every branch has null."""
    if root.sight is None:
        return None
    rows = await asyncio.gather(
        *(info.context.loaders.load(branches_by_id, id) for id, _ in root.sight.branches)
    )
    return sorted((row for row in rows if row), key=lambda row: str(row.code))


@described_from(ViewerRead)
class Viewer:
    """Who is asking, and what they may do."""

    name: str
    """The token's name."""
    roles: list[str] = computed_by(_roles, "role")
    """The roles held."""
    branches: list[Branch] | None = answered_by(_branches)
    """null: every branch."""
    permissions: list[str] = computed_by(_permissions, "permissions")
    """What these roles allow."""
    masked: list[str] = computed_by(masked_fields, "role")
    """Fields (as IdentityDocument.number) that this viewer sees masked."""
    refused: list[str] = computed_by(refused_fields, "role")
    """Fields that this viewer may not ask for."""
