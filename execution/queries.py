"""The front of the compiled path: answers a query by its plan, or leaves it to the ordinary path."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import strawberry
import structlog
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, OperationType
from graphql.execution.values import VariableValues, get_variable_values
from sqlalchemy.exc import OperationalError

from execution.changes import variables_below
from execution.crowds import Crowds
from execution.document import Selections
from execution.plans import Key, Plan, class_of, plan_of
from execution.reasons import NotCompiled, Reason, TooLate
from execution.shapes import shapes
from execution.shelves import Shelf
from execution.steps import Run
from execution.work import MANY, Few
from loaders.shown import Shown
from master.answering import Away, TooDeep
from master.errors import Forbidden, Refusal, TimedOut
from master.session import Master
from master.statements import driver_dialect
from master.stopping import NobodyWaits
from master.tables.codes import Occasion
from schema.context import Context

KEPT_PLANS = 256
KEPT_COUNTS = 1000  # of queries that have no plan yet
LONGEST = 16 * 1024  # characters of a document, as app/http/documents.py keeps them

# In this order: a search that took too long is a refusal too.
FORESEEN: Mapping[type[Exception], Reason] = {
    TimedOut: Reason.TIMEOUT,
    Refusal: Reason.ARGUMENT,
    GraphQLError: Reason.ARGUMENT,
    Away: Reason.AWAY,
    OperationalError: Reason.AWAY,
}

log = structlog.get_logger("kehu.plans")


@dataclass(frozen=True, slots=True)
class Query:
    """An operation of a valid document, and its variables as they were given. is_registered: it was asked for
    by the name of a registered document, which is sure to come again."""

    text: str
    tree: DocumentNode
    operation: OperationDefinitionNode
    variables: Mapping[str, object]
    is_registered: bool = False

    @property
    def is_change(self) -> bool:
        return self.operation.operation is OperationType.MUTATION


@dataclass(frozen=True, slots=True)
class Answered:
    """The response's data as JSON, or None, and then the reason why the ordinary path is to answer."""

    reason: Reason
    data: bytes | None = None


@dataclass
class _Entry:
    """What is known of a key: its plan, or why there is none: not the error, which would hold the request."""

    plan: Plan | None = None
    refused: Reason | None = None


class Queries:
    """compile_at: the how-manieth request of a query makes its plan; 0: none does.

    One plan is made at a time, on a thread of its own: it takes a core for tens of milliseconds. Who would
    have to wait for that goes the ordinary path, also where it is the plan of the same query.
    """

    def __init__(self, schema: strawberry.Schema, master: Master, compile_at: int) -> None:
        self._schema = schema
        self._compile_at = compile_at
        self._dialect = driver_dialect(master.engine.dialect)
        self._entries: Shelf[_Entry] = Shelf(KEPT_PLANS)
        self._asked: Shelf[int] = Shelf(KEPT_COUNTS)
        self._below: Shelf[frozenset[str]] = Shelf(KEPT_PLANS)  # of changes: see execution/changes.py
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="plans")
        self._is_making = False
        self._crowds = Crowds()

    async def answer(self, query: Query, context: Context) -> Answered:
        """Raises nothing but what stops a request, and TooLate: whatever else fails is left to the ordinary
        path."""
        if not self._compile_at:
            return Answered(Reason.OFF)
        try:
            return await self._answer(query, context)
        except NobodyWaits:
            raise
        except TooLate:
            if query.is_change:  # it is done, which is to be told
                return Answered(Reason.TIMEOUT)
            raise
        except Exception as error:
            return Answered(_reason(error, context))

    async def _answer(self, query: Query, context: Context) -> Answered:
        if len(query.text) > LONGEST:
            raise NotCompiled(Reason.LONG)
        run = Run(context, self._variables(query))
        name = query.operation.name.value if query.operation.name else None
        shape = shapes(query.operation.variable_definitions or (), self._telling(query, run))
        key = Key(query.text, name, class_of(context), shape)
        if not query.is_registered and not self._is_frequent(key, context.viewer.token_id):
            return Answered(Reason.NEW)
        entry, plan, reason = await self._plan_for(key, query, run, MANY)
        if (few := await self._crowds.few(context, plan.asks_few)) != MANY:
            entry, plan, reason = await self._plan_for(replace(key, few=few), query, run, few)
        return Answered(reason, await _told(entry, plan, run))

    async def planned(self, query: Query, context: Context) -> Plan:
        """The plan that a query would have, made anew. Raises NotCompiled and Refusal."""
        return await self._made(query, Run(context, self._variables(query)), MANY)

    def _variables(self, query: Query) -> VariableValues:
        """Raises NotCompiled for values that are not of their types."""
        definitions = query.operation.variable_definitions or ()
        variables = get_variable_values(self._schema._schema, definitions, dict(query.variables))
        if isinstance(variables, list):
            raise NotCompiled(Reason.ARGUMENT, variables[0].message)
        return variables

    def _telling(self, query: Query, run: Run) -> Mapping[str, object]:
        """The variables by which plans are told from one another."""
        if not query.is_change:
            return run.variables.coerced
        name = query.operation.name.value if query.operation.name else None
        if (below := self._below.get((query.text, name))) is None:
            below = variables_below(query.tree, query.operation)
            self._below.put((query.text, name), below, run.context.viewer.token_id)
        return {name: value for name, value in run.variables.coerced.items() if name in below}

    def _is_frequent(self, key: Key, token: str) -> bool:
        """Whether it has been asked for so often that a plan pays."""
        if key in self._entries or self._compile_at == 1:
            return True
        asked = (self._asked.get(key) or 0) + 1
        self._asked.put(key, asked, token)
        return asked >= self._compile_at

    async def _plan_for(self, key: Key, query: Query, run: Run, few: Few) -> tuple[_Entry, Plan, Reason]:
        """The one that is kept, or one made now. A query that can have no plan is remembered."""
        entry = self._entries.get(key)
        if entry is None:
            if self._is_making:
                raise NotCompiled(Reason.NEW)
            return await self._entered(key, query, run, few)
        if entry.plan is None or entry.refused is not None:
            raise NotCompiled(entry.refused or Reason.FAILED)
        return entry, entry.plan, Reason.HIT

    async def _entered(self, key: Key, query: Query, run: Run, few: Few) -> tuple[_Entry, Plan, Reason]:
        """A plan made now, which is kept, as is the reason why there can be none."""
        entry, self._is_making = _Entry(), True
        try:
            entry.plan = await self._made(query, run, few)
        except NotCompiled as missed:
            entry.refused = missed.reason
            raise
        except Forbidden:  # to all viewers of this class
            entry.refused = Reason.ARGUMENT
            raise
        finally:
            self._is_making = False
            if entry.plan is not None or entry.refused is not None:
                token = run.context.viewer.token_id
                self._entries.put(key, entry, token, is_lasting=query.is_registered)
        return entry, entry.plan, Reason.MADE

    async def _made(self, query: Query, run: Run, few: Few) -> Plan:
        selections = Selections(self._schema._schema, query.tree, query.operation, run.variables)
        try:
            return await plan_of(self._schema, selections, self._dialect, run, few=few, thread=self._thread)
        except RecursionError:
            raise NotCompiled(Reason.DEEP) from None


def _reason(error: Exception, context: Context) -> Reason:
    """Why the ordinary path is to answer. What nobody foresaw is a bug, which the log has."""
    reason = error.reason if isinstance(error, NotCompiled) else Reason.FAILED
    for kind, its in FORESEEN.items():
        if isinstance(error, kind):
            reason = its
            break
    if reason is Reason.FAILED:
        log.error("plan failed", request_id=context.request_id, exc_info=error)
    return reason


def _note(shown: Shown, into: Shown) -> None:
    """What an answer showed, into what the request has shown."""
    into.customers |= shown.customers
    if shown.occasion is Occasion.EXPORT:
        into.occasion = Occasion.EXPORT


async def _told(entry: _Entry, plan: Plan, run: Run) -> bytes:
    try:
        data = await plan.answer(run)
    except TooDeep:
        entry.refused = Reason.DEEP
        raise NotCompiled(Reason.DEEP) from None
    _note(run.shown, run.context.shown)
    return data
