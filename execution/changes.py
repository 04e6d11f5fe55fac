"""Changes: the command runs as on the ordinary path, and what its payload shows is read by one statement."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from sqlalchemy import ColumnElement, bindparam

from execution.document import Asked, Selections
from execution.lists import one, or_null
from execution.reasons import NotCompiled, Reason
from execution.resolving import resolving
from execution.steps import Ready, Run, as_json, marked
from execution.told import value_of, writer
from execution.work import Work
from master.json_text import joined, said
from master.session import Transaction
from master.statements import Statement
from master.wire import Afterwards
from schema.fields import Commanded, Loaded


def command_of(schema: strawberry.Schema, selections: Selections, roots: list[Asked]) -> Ready:
    """What runs the command, and keeps its payload. Raises NotCompiled."""
    if len(roots) != 1 or roots[0].definition is None or not isinstance(roots[0].how, Commanded):
        raise NotCompiled(Reason.CHANGE)
    resolve = resolving(schema, selections, roots[0])

    async def ready(run: Run) -> None:
        try:
            await resolve(run)
        except Exception as error:  # the ordinary path finds it in the context, and words it
            raise NotCompiled(Reason.CHANGE) from error

    return ready


def payload_text(work: Work, asked: Asked) -> ColumnElement[str]:
    """What the command gave: members of Python, and rows that it names by their keys."""
    parts: list[ColumnElement[Any]] = [said("{")]
    for number, member in enumerate(work.selections.below(asked, asked.kind)):
        parts += [said(f'{"," if number else ""}"{member.key}":'), _member(work, asked.key, member)]
    return joined(*parts, said("}"))


def _member(work: Work, command: str, member: Asked) -> ColumnElement[str]:
    if member.definition is None:
        return said(f'"{member.parent.name}"')
    if isinstance(member.how, Loaded):
        return _row(work, command, member, member.how)
    read, write = value_of(member), writer(work.selections, member)
    return marked(work.steps.add(lambda run, values: as_json(write(read(run.kept[command])))))


def _row(work: Work, command: str, member: Asked, how: Loaded) -> ColumnElement[str]:
    if not isinstance(how.key, str) or how.relation.kind != "one":
        raise NotCompiled(Reason.RESOLVER, member.path)
    name, key = work.name("k"), partial(_key, command, how.key)
    work.brings.append(lambda run: {name: key(run)})
    bind = bindparam(name, type_=how.relation.columns()[str(how.relation.key)].type)
    fields = work.selections.below(member, member.kind)
    return or_null(member, one(work, fields, how.relation, lambda column: column == bind, key))


def _key(command: str, attribute: str, run: Run) -> Any:
    """Of the row; before the command has run what it is about to give, and None while a plan is made."""
    payload = run.kept.get(command)
    return run.ahead if payload is None else getattr(payload, attribute)


@dataclass
class Ahead:
    """The statement of a payload, sent with the command's COMMIT: of the row whose id the command is about to
    give, which is what nearly every payload shows."""

    run: Run
    statement: Statement
    bound: Callable[[Run], Mapping[str, Any]]
    values: list[Any] | None = None
    behind: Afterwards | None = None

    def ask(self, tx: Transaction, id: int) -> None:
        """What is wrong with it is found again where the payload is read, and must not undo the change."""
        self.run.ahead, self.values, self.behind = id, None, None
        with suppress(Exception):
            self.values = self.statement.values(self.bound(self.run))
            self.behind = tx.afterwards(self.statement, self.values)

    def told(self, values: list[Any]) -> bytes | None:
        """What it gave, if these were its values."""
        return None if self.behind is None or values != self.values else self.behind.value


def variables_below(tree: DocumentNode, operation: OperationDefinitionNode) -> frozenset[str]:
    """Those that stand anywhere but in the arguments of the commands, which no plan looks at."""
    search = _Variables()
    for selection in operation.selection_set.selections:
        parts: list[Node | None] = [selection]
        if isinstance(selection, FieldNode):
            parts = [*(selection.directives or ()), selection.selection_set]
        for part in parts:
            if part is not None:
                visit(part, search)
    for each in tree.definitions:
        if isinstance(each, FragmentDefinitionNode):
            visit(each, search)
    return frozenset(search.names)


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)
