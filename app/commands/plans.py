"""plan: how the hub answers the operations of a document, and by which SQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click
import orjson
from graphql import OperationDefinitionNode

from app.commands.context import Finding, opened_master, settings
from app.graphql import schema
from app.http.documents import Document, DocumentRefused, Documents
from app.limits import read_limits
from app.opening import open_search
from app.settings import Settings
from execution.plans import Plan
from execution.queries import Queries, Query
from execution.reasons import NotCompiled, Reason
from master.access import Viewer
from master.errors import Refusal
from master.session import Master
from schema.context import Context, open_context


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--role", default="ADMIN", show_default=True, help="For a viewer of this role.")
@click.option("--variables", default="{}", help="A JSON object: which SQL there is depends on what is given.")
def plan(file: Path, role: str, variables: str) -> None:
    """Print the plan of each operation in FILE: its SQL, or why the ordinary path answers it.

    Searches and lists of tags or products are run, for their plans begin with what they find.
    """
    told = settings()
    with opened_master(told) as master:
        if role not in master.roles:
            raise Finding(f"there is no role {role}: `kehu roles` lists them")
        given, document = orjson.loads(variables), _read(file.read_text(encoding="utf-8"), told)
        viewer = Viewer("plan", master.roles[role], "plan")
        for operation in document.operations:
            query = Query(document.text, document.tree, operation, given)
            click.echo(asyncio.run(_told(query, told, master, viewer)))


def _read(text: str, told: Settings) -> Document:
    """Raises Finding for a document that the hub would refuse."""
    documents = Documents(schema, read_limits(told.limits))
    try:
        document = documents.read(text)
        documents.require_valid(document)
    except DocumentRefused as refused:
        raise Finding("; ".join(each.message for each in refused.errors)) from None
    return document


async def _told(query: Query, told: Settings, master: Master, viewer: Viewer) -> str:
    name = _name(query.operation)
    async with _context(told, master, viewer) as context:
        try:
            return _written(name, await Queries(schema, master, 1).planned(query, context))
        except NotCompiled as missed:
            return f"{name}: on the ordinary path ({missed})\n"
        except Refusal as refusal:
            return f"{name}: on the ordinary path ({Reason.ARGUMENT}: {refusal.message})\n"


@asynccontextmanager
async def _context(told: Settings, master: Master, viewer: Viewer) -> AsyncIterator[Context]:
    search = open_search(told)
    try:
        async with open_context(master, viewer, search=search) as context:
            yield context
    finally:
        await search.close()


def _name(operation: OperationDefinitionNode) -> str:
    return f"{operation.operation.value} {operation.name.value if operation.name else '(no name)'}"


def _written(name: str, plan: Plan) -> str:
    """The statement as the driver gets it, what each run binds, and what Python does to its text."""
    bound = ", ".join(dict.fromkeys(each for _, each, _ in plan.statement.given)) or "nothing"
    facts = f"one statement; each run binds {bound}; {len(plan.steps.steps)} kinds of steps in Python"
    return f"{name}: {facts}\n\n{plan.statement.text}\n"
