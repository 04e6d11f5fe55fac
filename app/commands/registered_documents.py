"""document: GraphQL documents registered for tokens, listed and removed."""

import sys
from pathlib import Path

import click

from app.commands.context import CLI, Finding, opened_master, settings
from app.graphql import schema
from app.http.documents import Document, DocumentRefused, Documents
from app.limits import read_limits
from master.clock import spelled
from master.errors import Refusal
from master.reads.registered_documents import all_documents
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
    documents = Documents(schema, read_limits(told.limits))
    checked = [_checked(documents, path) for path in files]
    with opened_master(told) as master, master.transaction(CLI) as tx:
        for each in checked:
            id = register_document(tx, _operations(each), each.text, token_id)
            click.echo(f"{id}  {_operations(each)}")


def _checked(documents: Documents, path: Path) -> Document:
    try:
        return documents.read(path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError:
        raise Finding(f"{path} is not in UTF-8: save it so") from None
    except Refusal as refusal:
        raise Finding(f"{path}: {refusal.message}") from None
    except DocumentRefused as refused:
        raise Finding(f"{path}: {'; '.join(error.message for error in refused.errors)}") from None


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
