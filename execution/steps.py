"""What Python does to the text that a statement gives: it opens, masks, makes cursors, notes who is shown."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson
from graphql.execution.values import VariableValues
from sqlalchemy import ColumnElement

from execution.reasons import NotCompiled, Reason
from loaders.relations import Arguments
from loaders.shown import Shown
from master.json_text import NULL_FOUND, STEP_BEGINS, STEP_ENDS, joined, said
from schema.context import Context

_NULL_FOUND, _BEGINS, _ENDS = NULL_FOUND.encode(), STEP_BEGINS.encode(), STEP_ENDS.encode()


@dataclass
class Run:
    """One answer in the making. asked: what each site's arguments come to; shown: of whom it tells; kept:
    what Python knew before the statement ran, by the name of what made it; ahead: the id that a command is
    about to give."""

    context: Context
    variables: VariableValues
    asked: dict[int, Arguments] = field(default_factory=dict)
    shown: Shown = field(default_factory=Shown)
    kept: dict[str, Any] = field(default_factory=dict)
    ahead: int | None = None


# Makes JSON text of the values that stand in a step's place.
Make: TypeAlias = Callable[[Run, Sequence[Any]], bytes]
Ready: TypeAlias = Callable[[Run], Awaitable[None]]


@dataclass(frozen=True)
class Step:
    """ready: what has to be known first, where the answer has such a step at all."""

    make: Make
    ready: Ready | None = None


@dataclass
class Steps:
    """Those of one plan, each under its number."""

    steps: list[Step] = field(default_factory=list)

    def add(self, make: Make, ready: Ready | None = None) -> int:
        self.steps.append(Step(make, ready))
        return len(self.steps) - 1

    async def ready(self, run: Run, text: bytes) -> None:
        """Finds out what the steps in this text need to know."""
        for number, step in enumerate(self.steps):
            if step.ready is not None and b"%b%d:" % (_BEGINS, number) in text:
                await step.ready(run)

    def done(self, run: Run, text: bytes) -> bytes:
        """The text with every step taken. Raises NotCompiled where a null stands that may not."""
        if _NULL_FOUND in text or b"\0" in text:  # SQLite's CHECKs look at text up to its first NUL
            raise NotCompiled(Reason.NULL)
        before, *marked = text.split(_BEGINS)
        parts = [before]
        for each in marked:
            step, _, rest = each.partition(_ENDS)
            number, _, values = step.partition(b":")
            parts += (self.steps[int(number)].make(run, orjson.loads(b"[%b]" % values)), rest)
        return b"".join(parts)


def marked(number: int, *values: ColumnElement[Any]) -> ColumnElement[str]:
    """A step's place in the text, with the JSON texts of its values; null where one of them is."""
    parts: list[ColumnElement[Any]] = [said(f"{STEP_BEGINS}{number}:")]
    for place, value in enumerate(values):
        parts += [said(","), value] if place else [value]
    return joined(*parts, said(STEP_ENDS))


def as_json(value: Any) -> bytes:
    """As the ordinary path writes it."""
    return orjson.dumps(value)
