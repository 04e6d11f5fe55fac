"""Who looks on while something takes long, and is told how far it has come."""

from collections.abc import Callable

Onlooker = Callable[[int, int], None]  # told what is done, and of how much


def nobody(done: int, wanted: int) -> None:
    """Work goes on untold."""
