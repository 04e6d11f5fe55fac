"""A filled hub, asked through its HTTP front with real tokens, on each way that operations are executed."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from app.graphql import schema
from app.hub import opened
from app.logging import configure_logging
from app.opening import open_master, open_search
from app.settings import Settings, read_settings
from indexing.worker import Worker
from master.keys import Keys
from master.roles import CLASSES, MASKABLE, Role, read_roles
from master.session import Master
from master.writes.derived import refresh
from master.writes.tokens import NewToken, create_token
from tests.conftest import DATABASES, TESTER
from tests.leaks.filling import Filled, fill

# Roles that no hub ships: what any mix of classes does.
ROLES = f"""
[READER]
title = "Sees everything clear"
permissions = ["read", "customers.write", "leads.write"]

[ALL_MASKED]
title = "Finds by whole values only"
permissions = ["read"]
masked = {list(MASKABLE)}

[ALL_FOUND]
title = "Finds by parts of what it sees masked"
permissions = ["read", "fragments", "customers.write", "contacts.write", "leads.write", "audit.read"]
masked = {list(MASKABLE)}

[OWN_ROWS]
title = "Sees what its own branches did"
permissions = ["read", "leads.write", "audit.read"]
own_rows_only = true
""" + "".join(
    f"""
[REFUSES_{name.upper()}]
title = "May not ask for {name}"
permissions = ["read", "fragments", "reveal", "customers.write", "leads.write"]
refused = ["{name}"]
"""
    for name in CLASSES
)
# This suite asks for much at once, and fast.
LIMITS = """
document_tokens = 50000
depth = 60
fields = 50000
cost = 100000000
cost_with_export = 100000000
comparisons = 50000000
body_bytes = 4000000
answer_bytes = 100000000
operations_a_minute = 1000000
burst = 1000000
mutations_a_minute = 1000000
operation_seconds = 60
"""

Variables = Mapping[str, object]


@dataclass(frozen=True)
class Answer:
    """What came back: the whole text, and what JSON it is."""

    status: int
    text: str
    json: Any

    @property
    def data(self) -> Any:
        return self.json.get("data")

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.json.get("errors", [])]

    @property
    def alike(self) -> str:
        """The text without what differs each time: the request's id."""
        ids = {error["extensions"]["requestId"] for error in self.json.get("errors", [])}
        text = self.text
        for id in ids:
            text = text.replace(id, "")
        return text


Ask = Callable[[str, str, Variables], Answer]  # of a token, a document and its variables


@contextmanager
def through_the_front(settings: Settings, compile_at: int) -> Iterator[Ask]:
    """Operations run as the hub runs them; compile_at: the how-manieth of a kind by a plan, 0: none."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        told = replace(settings, compile_at=compile_at)
        shell = runner.run(stack.enter_async_context(opened(told, schema)))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=shell), base_url="http://hub.test")

        def ask(token: str, document: str, variables: Variables) -> Answer:
            body = {"query": document, "variables": variables}
            bearer = {"authorization": f"Bearer {token}"}
            response = runner.run(client.post("/graphql", headers=bearer, json=body))
            return Answer(response.status_code, response.text, response.json())

        try:
            yield ask
        finally:
            runner.run(client.aclose())
            runner.run(stack.aclose())


# Each way on which operations are executed answers the whole suite.
WAYS: Mapping[str, Callable[[Settings], AbstractContextManager[Ask]]] = {
    "ordinary": partial(through_the_front, compile_at=0),
    "compiled": partial(through_the_front, compile_at=1),
}

# The hubs of the `hub` fixture; those on the first database serve what no database has a part in, and the
# compiled one there, which leaves every refusal to the ordinary path, what no way of execution has either.
HUBS = [f"{way} {database}" for database in DATABASES for way in WAYS]
FIRST_HUBS = [hub for hub in HUBS if hub.endswith(DATABASES[0])]
on_one_database = pytest.mark.parametrize("hub", FIRST_HUBS[-1:], indirect=True)


def as_roles(everywhere: Sequence[str], on_one: Sequence[str]) -> pytest.MarkDecorator:
    """Runs a test as some roles on every database, as others on the first."""
    pairs = [*product(HUBS, everywhere), *product(FIRST_HUBS, on_one)]
    pairs.sort(key=lambda pair: HUBS.index(pair[0]))
    return pytest.mark.parametrize(("hub", "role"), pairs, indirect=["hub"], scope="package")


@dataclass
class Hub:
    """Answers for a role and the branches of its token; None: all of them."""

    filled: Filled
    roles: Mapping[str, Role]
    master: Master
    logged: StringIO
    _ask: Ask
    _clear: dict[tuple[str, str], Any] = field(default_factory=dict)
    _tokens: dict[tuple[str, tuple[str, ...] | None], str] = field(default_factory=dict)

    def ask(
        self, document: str, role: str, branches: tuple[str, ...] | None = ("HQ",), **variables: object
    ) -> Answer:
        """The whole answer."""
        return self._ask(self.token(role, branches), document, variables)

    def get(
        self, document: str, role: str, branches: tuple[str, ...] | None = ("HQ",), **variables: object
    ) -> Any:
        """The data of an answer without errors."""
        answer = self.ask(document, role, branches, **variables)
        assert "errors" not in answer.json, answer.text
        return answer.data

    def clear(self, document: str, role: str) -> Any:
        """What everybody is compared with: asked once."""
        if (document, role) not in self._clear:
            self._clear[document, role] = self.get(document, role)
        return self._clear[document, role]

    def token(self, role: str, branches: tuple[str, ...] | None) -> str:
        if self.roles[role].branches == "all" or role == "SECURITY":
            branches = None
        if (role, branches) not in self._tokens:
            with self.master.transaction(TESTER) as tx:
                self._tokens[role, branches] = create_token(tx, NewToken(f"the {role}", role, branches))
        return self._tokens[role, branches]


@contextmanager
def served(folder: Path, way: str, url: str | None) -> Iterator[Hub]:
    """url: of a migrated, empty PostgreSQL; None: an embedded master that lies in the folder."""
    (folder / "roles.toml").write_text(ROLES, encoding="utf-8")
    (folder / "limits.toml").write_text(LIMITS, encoding="utf-8")
    Keys.create(folder / "keys.toml")
    said = {
        "KEHU_DATA_DIR": str(folder),
        "KEHU_KEYS": str(folder / "keys.toml"),
        "KEHU_ROLES": str(folder / "roles.toml"),
        "KEHU_LIMITS": str(folder / "limits.toml"),
        "KEHU_INDEX_WORKER": "off",
        "KEHU_ALLOWED_HOSTS": "hub.test",
        **({"KEHU_DATABASE_URL": url} if url else {}),
    }
    settings, logged = read_settings(said, Path("/nonexistent/.env")), StringIO()
    configure_logging(stream=logged)
    master = open_master(settings)
    filled = fill(master)
    asyncio.run(_indexed(settings, master))
    with WAYS[way](settings) as ask:
        yield Hub(filled, read_roles(settings.roles), master, logged, ask)
    master.close()
    structlog.reset_defaults()


async def _indexed(settings: Settings, master: Master) -> None:
    search = open_search(settings)
    await search.serve_generation(await search.new_generation())
    await Worker(master, search, refresh).drain()
    await search.close()
