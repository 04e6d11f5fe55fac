"""How a refusal is told: as an entry in a payload's errors, or as a GraphQL error with a stable code."""

import strawberry

from master.errors import Refusal
from schema.described import described


@described
class UserError:
    """What the caller can mend.

    code is stable (NOT_FOUND, INVALID, CONFLICT, DUPLICATE, FORBIDDEN); path names the input field.
    On CONFLICT the payload's object is the present state.
    """

    code: str
    """Stable: clients may go by it."""
    message: str
    """What is wrong, in words for people."""
    path: list[str] | None = strawberry.UNSET
    """The input field that is meant, from the outside in."""


def told(refusal: Refusal) -> UserError:
    return UserError(code=refusal.code, message=refusal.message, path=list(refusal.path) or None)
