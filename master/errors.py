"""What can be refused.

Refusal                what the caller can mend; told in `errors` of a payload or as a GraphQL error
├── NotFound           nothing (in sight) has this id, number or code
├── Invalid            a value that may not stand
├── Conflict           the object changed since the caller read it
├── Duplicate          somebody with this document or mobile is there already
├── Merged             the customer is another one now
├── Forbidden          the role does not allow it
├── Ambiguous          several answer to what was asked for as one
├── LimitExceeded      more is asked for at once than may be
├── Unavailable        a part of the hub is away; the rest still answers
└── TimedOut           it took longer than it may; what it would have changed is as before
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class Refusal(Exception):
    """Says what is wrong, where (path: names of input fields) and, by a stable code, what kind it is."""

    code = "INVALID"

    def __init__(
        self, message: str, path: Sequence[str] = (), extensions: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = tuple(path)
        self.extensions = dict(extensions or {})


class NotFound(Refusal):
    code = "NOT_FOUND"


class Invalid(Refusal):
    code = "INVALID"


class Conflict(Refusal):
    code = "CONFLICT"


@dataclass(frozen=True)
class Candidate:
    """A customer that is there already, and what it has in common: "document", "mobile" or, as search tells,
    "similar" values."""

    customer_id: int
    field: str


class Duplicate(Refusal):
    """Carries the customers that are there, most likely first."""

    code = "DUPLICATE"

    def __init__(self, message: str, candidates: Sequence[Candidate]) -> None:
        super().__init__(message)
        self.candidates = tuple(candidates)


class Merged(Refusal):
    code = "MERGED"


class Forbidden(Refusal):
    code = "FORBIDDEN"


class Ambiguous(Refusal):
    code = "AMBIGUOUS"


class LimitExceeded(Refusal):
    """Tells in extensions the limit, and, where they are known, what was asked and what it is a limit of."""

    code = "LIMIT_EXCEEDED"

    def __init__(
        self,
        message: str,
        limit: int,
        path: Sequence[str] = (),
        *,
        what: str | None = None,
        value: int | None = None,
    ) -> None:
        told = {"limit": limit, "value": value, "what": what}
        super().__init__(message, path, {name: each for name, each in told.items() if each is not None})


class Unavailable(Refusal):
    code = "UNAVAILABLE"


class TimedOut(Refusal):
    code = "TIMEOUT"
