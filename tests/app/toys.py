"""A small schema and door, so that the front is tested without a master."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import strawberry
from graphql import GraphQLError

from app.http.asgi import Call
from app.http.documents import KnownDocument
from app.http.front import Door, GraphQLFront
from app.http.limiter.allowance import Allowance
from app.http.requests import GraphQLRequest
from app.http.running import Runs
from app.http.shell import Allowed, Route, Shell
from app.limits import Limits, shipped_limits
from master.errors import Ambiguous, NotFound, Unavailable

TOKEN = "kehu_toy_0123456789abcdef"
REGISTERED = "sha256:toy"


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello {name}"

    @strawberry.field
    def viewer_name(self, info: strawberry.Info) -> str:
        return str(info.context)

    @strawberry.field
    def preview_merge(self) -> str:
        return "nothing was changed"

    @strawberry.field
    def twice(self, number: int) -> int:
        return number * 2

    @strawberry.field
    def ambiguous(self) -> str | None:
        raise Ambiguous(
            "Several customers hold this.", ["document"], {"numbers": ["C000000001", "C000000002"]}
        )

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("secret: 110101199003071234")

    @strawberry.field
    def worded(self) -> str | None:
        raise GraphQLError("secret wording of a library")

    @strawberry.field
    def never_null(self) -> str:
        return None  # type: ignore[return-value]

    @strawberry.field
    async def slow(self, seconds: float) -> str | None:
        await asyncio.sleep(seconds)
        return "done"

    @strawberry.field
    async def held(self, info: strawberry.Info) -> str:
        """Answered when the test that asks lets it go."""
        await info.context.let_go.wait()
        return "done"

    @strawberry.field
    def long(self, length: int) -> str:
        return "x" * length


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self, to: str) -> str:
        return to

    @strawberry.mutation
    async def delay(self, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "done"


schema = strawberry.Schema(Query, Mutation, extensions=[KnownDocument])


async def authenticate(token: str | None, call: Call) -> str | None:
    if token == "away":
        raise Unavailable("The master can not be reached.")
    return "toy" if token == TOKEN else None


@asynccontextmanager
async def open_context(viewer: object, call: Call) -> AsyncIterator[object]:
    yield viewer


async def text_of(request: GraphQLRequest, viewer: str, call: Call) -> str:
    if request.query is not None:
        return request.query
    if request.document_id != REGISTERED:
        raise NotFound("No document of this documentId is registered for this token.")
    return 'query Hello($name: String!) { hello(name: $name) } mutation Change { change(to: "x") }'


async def admit_changes(viewer: str, call: Call, count: int) -> None:
    """Lets everything through: rates are tested with a real hub."""


class Observed:
    """What the front reported, as (operation, status, codes), and the names of limits that were exceeded."""

    def __init__(self) -> None:
        self.over: list[str] = []
        self.calls: list[tuple[str, int, list[str]]] = []

    def __call__(self, operation: str, status: int, seconds: float, codes: list[str]) -> None:
        assert seconds >= 0
        self.calls.append((operation, status, codes))


def toy_application(
    limits: Limits | None = None,
    *,
    observed: Observed | None = None,
    allowed: Allowed | None = None,
    allowance: Allowance | None = None,
    schema: strawberry.Schema = schema,
) -> Shell:
    limits = limits or shipped_limits()
    observed = observed or Observed()
    its_allowance = allowance or Allowance(limits=limits, most_rows=100)
    door = Door(
        authenticate,
        open_context,
        observed,
        lambda _: its_allowance,
        observed.over.append,
        text_of,
        lambda *_: nullcontext(),
        admit_changes,
    )
    front = GraphQLFront(schema, door, limits, Runs())
    return Shell({"/graphql": Route("graphql", front)}, allowed or Allowed(["hub.test", "127.0.0.1"]), limits)


application = toy_application()
