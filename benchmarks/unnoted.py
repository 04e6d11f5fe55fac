"""The hub without its notes of who saw whom: how much of a request these are."""

from app import main, noting, serve
from app.hub import Hub
from schema.context import Context


async def _note_nothing(self: noting.AccessNotes, context: Context) -> None:
    """In place of AccessNotes.note."""


def application() -> Hub:
    """What granian loads."""
    noting.AccessNotes.note = _note_nothing  # type: ignore[method-assign]  # which is what this is for
    return main.application()


if __name__ == "__main__":
    serve.APPLICATION = "benchmarks.unnoted:application"
    serve.serve()
