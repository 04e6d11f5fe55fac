"""document: GraphQL documents registered for tokens, listed and removed."""

import sys
from pathlib import Path

import click

from app.allowances import allowance_of
from app.commands.context import CLI, Finding, opened_master, settings
from app.graphql import schema
from app.http.asgi import Call
from app.http.documents import Document, DocumentRefused, Documents
from app.http.limiter.allowance import Allowance
from app.http.limiter.limiter import Asking, Limiter, OverLimits
from app.limits import read_limits
from master.access import MOST_ROWS, Viewer
from master.clock import spelled
from master.errors import Refusal
from master.reads.registered_documents import all_documents
from master.reads.tokens import scopes_of, token_by_id
from master.session import Transaction
from master.writes.registered_documents import register_document, remove_document

token_option = click.option("--token", "token_id", metavar="ID", help="Only for this token.")


@click.group()
def document() -> None:
    """Registered documents: what tokens made with --registered-only may run."""


@document.command()
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@token_option
def add(files: tuple[Path, ...], *, token_id: str | None) -> None:
    """Register GraphQL documents, for all tokens unless one is named; print each one's id and operations."""
    told = settings()
    limits = read_limits(told.limits)
    documents = Documents(schema, limits)
    with opened_master(told) as master, master.transaction(CLI) as tx:
        allowance = Allowance(limits=limits, most_rows=MOST_ROWS, may_introspect=told.introspection)
        if token_id is not None:
            viewer = _holder(tx, token_id)
            allowance = allowance_of(viewer, limits, introspection=told.introspection)
        checked = [_checked(path, documents, allowance) for path in files]
        ids = [register_document(tx, _operations(each), each.text, token_id) for each in checked]
    for id, each in zip(ids, checked, strict=True):
        click.echo(f"{id}  {_operations(each)}")


def _holder(tx: Transaction, token_id: str) -> Viewer:
    """As far as it matters for what a document may ask for."""
    row = token_by_id(tx.connection, token_id)
    role = None if row is None else tx.master.roles.get(row.role)
    if row is None or role is None:
        raise Finding(f"there is no token {token_id}: `kehu token list` shows those there are")
    return Viewer(row.name, role, row.id, scopes=scopes_of(row))


def _checked(path: Path, documents: Documents, allowance: Allowance) -> Document:
    """The file's document. Raises Finding for what would be refused when it is asked."""
    try:
        document = documents.read(path.read_bytes().decode("utf-8"))
        for operation in document.measure.operations:
            asking = Asking(document.measure, operation.name, {})
            Limiter(_count_nothing).admit(asking, allowance, Call("cli"))
        documents.require_valid(document)
    except UnicodeDecodeError:
        raise Finding(f"{path} is not in UTF-8: save it so") from None
    except Refusal as refusal:
        raise Finding(f"{path}: {refusal.message}") from None
    except OverLimits as over:
        raise Finding(f"{path}: {' '.join(refusal.message for refusal in over.refusals)}") from None
    except DocumentRefused as refused:
        raise Finding(f"{path}: {' '.join(error.message for error in refused.errors)}") from None
    return document


def _count_nothing(limit: str) -> None:
    """No metric tells of what an operator tried."""


def _operations(document: Document) -> str:
    """What the document is listed as."""
    names = (each.name.value if each.name else f"({each.operation.value})" for each in document.operations)
    return ", ".join(names)


@document.command("list")
def show() -> None:
    """Each document's id, who may run it, when it was registered and by whom, and its operations."""
    with opened_master() as master, master.reading() as connection:
        for each in all_documents(connection):
            whose = "all tokens" if each.tokens is None else ", ".join(each.tokens)
            since = f"registered {spelled(each.registered_at)} by {each.registered_by}"
            click.echo(f"{each.id}  for {whose}  {since}  {each.name}")


@document.command()
@click.argument("id")
@token_option
def remove(id: str, *, token_id: str | None) -> None:
    """From now on no token runs this document, or the one that is named does not."""
    with opened_master() as master, master.transaction(CLI) as tx:
        remove_document(tx, id, token_id)
    click.echo(f"removed {id}", file=sys.stderr)
