"""Keys by which a query asks for one thing, when they are not its id."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import strawberry

from execution.document import Asked
from execution.reasons import NotCompiled, Reason
from execution.sites import given_to
from execution.steps import Run
from loaders.batches import Slice
from loaders.relations import Arguments
from schema.arguments import refuse_mask
from schema.classes import require_by
from schema.finding import Found, the_given
from schema.look_ups import look_up, look_ups


@dataclass(frozen=True)
class KeyOf:
    """name: of the key for which a plan is made, a filter of the list of all."""

    schema: strawberry.Schema
    asked: Asked
    how: Found
    name: str

    def read(self, run: Run) -> Hashable:
        """The key's value. Raises Refusal."""
        kept = f"{self.asked.key} {self.name}"
        if kept not in run.kept:
            by, given = the_given(given_to(self.schema, self.asked, run)["by"])
            if by != self.name:
                raise NotCompiled(Reason.FAILED, f"{self.asked.path}: by {by}, planned for {self.name}")
            path = ["by", self.name]
            require_by(run.context.viewer, self.how.key, self.name, path)
            refuse_mask(given, path)
            run.kept[kept] = self.how.among.filters[self.name].read(given)
        value: Hashable = run.kept[kept]
        return value

    async def look_up(self, run: Run) -> None:
        """Notes and counts what is looked up by whole masked values. Raises LimitExceeded."""
        filters = ((self.name, self.read(run)),)
        wanted = look_ups(self.how.among, self.how.key, filters, run.context.viewer)
        await look_up(run.context, wanted, "by")

    async def find(self, run: Run) -> None:
        """Finds the id, for the lists below that are read on: their cursors are good for this parent only."""
        await self.look_up(run)
        arguments = Arguments(((self.name, self.read(run)),), first=2)
        found: Slice = await run.context.loaders.load(self.how.among, None, arguments)
        run.kept[f"{self.asked.key} id"] = found.rows[0].id if len(found.rows) == 1 else None

    def id(self, run: Run) -> Any:
        """What `find` has found."""
        return run.kept[f"{self.asked.key} id"]
