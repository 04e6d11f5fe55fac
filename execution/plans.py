"""Plans: what is made of a query once, and how an answer is made of a plan."""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import strawberry
from sqlalchemy import Dialect, select

from execution.answers import runs_before
from execution.arguments import Read, readings
from execution.changes import Ahead, command_of
from execution.document import Asked, Selections
from execution.keys import KeyOf
from execution.objects import object_text
from execution.reasons import NotCompiled, Reason, TooLate
from execution.resolving import resolving
from execution.roots import root_text
from execution.sites import Site, given_to
from execution.steps import Ready, Run, Steps
from execution.work import Bring, Few, Work
from loaders.relations import Arguments
from master.errors import TimedOut
from master.json_text import as_bytes
from master.sight import bound
from master.statements import Statement, statement_of
from schema.context import Context
from schema.fields import Answered
from schema.finding import Found, the_given


@dataclass(frozen=True)
class Plan:
    """One statement, and what surrounds it in each run.

    names: of all binds; fixed: those that every run binds alike, and asked: the arguments they come from, by
    site; sites: those that each run reads anew, and forms: what their arguments looked like when it was made.
    looked_up: sites by whose filters something may be looked up that the viewer sees masked.
    first: reads arguments, where something is looked up or searched for before the statement runs.
    """

    statement: Statement
    names: frozenset[str]
    fixed: Mapping[str, Any]
    asked: Mapping[int, Arguments]
    sites: tuple[Site, ...]
    forms: tuple[Hashable, ...]
    looked_up: tuple[Site, ...]
    first: tuple[Read, ...]
    before: tuple[Ready, ...]
    brings: tuple[Bring, ...]
    steps: Steps
    asks_few: Few
    is_change: bool

    async def answer(self, run: Run) -> bytes:
        """The response's data as JSON. Raises NotCompiled, TooLate, Refusal and what databases raise."""
        for read in self.first:
            read(run)
        ahead = Ahead(run, self.statement, self._bound)
        if self.is_change and not self.looked_up:
            run.context.ahead = ahead.ask
        for ready in self.before:
            await ready(run)
        values = self.statement.values(self._bound(run))
        for site in self.looked_up:
            await site.look_up(run)
        try:
            text = ahead.told(values) or await _told(run, self.statement, values)
        except TimedOut as late:
            raise TooLate(late) from late
        if text is None:
            raise NotCompiled(Reason.NULL)
        await self.steps.ready(run, text)
        return self.steps.done(run, text)

    def _bound(self, run: Run) -> Mapping[str, Any]:
        """The binds of a run. Raises Refusal."""
        run.asked.update(self.asked)
        given = {**moments(run.context), **self.fixed}
        for site, form in zip(self.sites, self.forms, strict=True):
            arguments = site.read(run)
            given.update(site.binds(arguments))
            if form_of(arguments) != form:
                raise _unlike(site.asked.path)
        for bring in self.brings:
            given.update(bring(run))
        if self.names != given.keys():
            raise _unlike("a bind")
        return given


async def _told(run: Run, statement: Statement, values: Sequence[Any]) -> bytes | None:
    """The statement's value, in a turn of the token that asks."""
    context = run.context
    return await context.master.answering.told(statement, values, context.viewer.token_id)


def _unlike(what: str) -> NotCompiled:
    return NotCompiled(Reason.FAILED, f"variables of one shape came to something else: {what}")


def form_of(arguments: Arguments) -> Hashable:
    """What of arguments stands in the SQL itself."""
    names = tuple(name for name, _ in arguments.filters)
    return names, arguments.order, arguments.reverse, arguments.after is None


def moments(context: Context) -> dict[str, Any]:
    """What every statement of a request may name."""
    clock = context.master.clock
    return {"now": context.now, "today": clock.day_of(context.now), **bound(context.viewer.sight)}


async def plan_of(
    schema: strawberry.Schema,
    selections: Selections,
    dialect: Dialect,
    run: Run,
    *,
    few: Few,
    thread: Executor,
) -> Plan:
    """The plan of a query for viewers like this one, and its first run begun. Raises NotCompiled and Refusal.

    thread: where its SQL is made.
    """
    work = Work(schema, selections, run.context.viewer, dialect, run, few, object_text)
    first = readings(schema, selections, run)
    for _, read in first:
        read(run)
    roots = selections.roots()
    for ready in _readies(work, roots):
        work.before.append(ready)
        await ready(run)
    if selections.is_change:
        work.before.append(command_of(schema, selections, roots))
    return await asyncio.get_running_loop().run_in_executor(
        thread, _made, work, run, [read for varies, read in first if varies]
    )


def _readies(work: Work, roots: list[Asked]) -> list[Ready]:
    """What has to be known before a plan can be made, and before it runs. Raises NotCompiled and Refusal."""
    readies: list[Ready] = []
    for asked in roots:
        how = None if asked.definition is None else asked.how
        if isinstance(how, Answered) and runs_before(asked):
            readies.append(resolving(work.schema, work.selections, asked))
        elif isinstance(how, Found) and work.selections.reads_on(asked):
            name, _ = the_given(given_to(work.schema, asked, work.run)["by"])
            if name != "id":
                readies.append(KeyOf(work.schema, asked, how, name).find)
    return readies


def _made(work: Work, run: Run, first: list[Read]) -> Plan:
    text = root_text(work, work.selections.roots())
    fixed: dict[str, Any] = {}
    varying: dict[str, Any] = moments(run.context)
    for site in work.sites:
        (fixed if site.is_fixed else varying).update(site.binds(run.asked[site.number]))
    for bring in work.brings:
        varying.update(bring(run))
    # Steps keep the work, and so would keep the request, all that was read for it, and the values it gave.
    del work.run, work.selections.variables
    names = frozenset({*fixed, *varying})
    sites = tuple(site for site in work.sites if not site.is_fixed)
    return Plan(
        statement=statement_of(select(as_bytes(text).label("answer")), work.dialect, names),
        names=names,
        fixed=fixed,
        asked={site.number: run.asked[site.number] for site in work.sites if site.is_fixed},
        sites=sites,
        forms=tuple(form_of(run.asked[site.number]) for site in sites),
        looked_up=tuple(
            each for each in work.sites if run.asked[each.number].filters and not each.relation.key
        ),
        first=tuple(first) if work.before else (),
        before=tuple(work.before),
        brings=tuple(work.brings),
        steps=work.steps,
        asks_few=work.asks_few,
        is_change=work.selections.is_change,
    )


@dataclass(frozen=True)
class Key:
    """What tells one plan from another; viewers of one class share theirs."""

    text: str
    operation: str | None
    viewer: Hashable
    shape: Hashable
    few: Few | None = None


def class_of(context: Context) -> Hashable:
    """What of a viewer stands in a plan: all but which branches, which are bound."""
    viewer = context.viewer
    return viewer.permissions, viewer.role.masked, viewer.role.refused, viewer.reach
