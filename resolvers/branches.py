"""Questions about branches."""

from typing import Any

import strawberry

from loaders.branches import all_branches, branches_below
from schema.arguments import refuse_mask
from schema.branches import Branch
from schema.context import Info
from schema.described import described
from schema.fields import answered_by


async def branches(info: Info, under: str | None = strawberry.UNSET) -> Any:
    loaders = info.context.loaders
    if not under:
        return await loaders.load(all_branches, None)
    refuse_mask(under, ["under"])
    return await loaders.load(branches_below, under)


@described
class BranchQuery:
    """Questions about branches."""

    branches: list[Branch] | None = answered_by(branches)
    """The branches below one, or all that the viewer may see."""
