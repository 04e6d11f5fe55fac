"""What the playground serves: its page, its assets and its examples, read once at start."""

import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files

from app.http.asgi import Answer, Application, RequestRefused, Scope, header_of
from app.http.getting import getting
from app.http.shell import Route

PAGE = "index.html"
EXAMPLES = "examples.json"
ASSETS_PATH = "/graphiql/assets/"

# Everything from our own server. Styles, too, come from files only: GraphiQL sets its others by script.
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_TYPES = {
    "css": b"text/css; charset=utf-8",
    "html": b"text/html; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
    "json": b"application/json; charset=utf-8",
    "txt": b"text/plain; charset=utf-8",
}


def examples() -> list[dict[str, str]]:
    """The example queries as GraphiQL's tabs, in the order of their files' names."""
    found = sorted(
        (file for file in files("app.playground").iterdir() if file.name.endswith(".graphql")),
        key=lambda file: file.name,
    )
    return [{"query": file.read_text(encoding="utf-8")} for file in found]


class Playground:
    """Answers with one file; browsers keep it and ask whether it is still the same."""

    def __init__(self) -> None:
        self._assets = {
            file.name: file.read_bytes() for file in files("app.playground").joinpath("assets").iterdir()
        }
        self._assets[EXAMPLES] = json.dumps(examples()).encode()
        self._tags = {
            name: f'"{hashlib.sha256(content).hexdigest()[:32]}"' for name, content in self._assets.items()
        }

    def routes(self) -> Mapping[str, Route]:
        return {
            "/graphiql": Route("playground", self._serving(PAGE)),
            "/graphiql/examples.json": Route("playground", self._serving(EXAMPLES)),
            ASSETS_PATH: Route("playground", getting(self._asset)),
        }

    def _serving(self, name: str) -> Application:
        async def answer(scope: Scope) -> Answer:
            return self._answer(name, scope)

        return getting(answer)

    async def _asset(self, scope: Scope) -> Answer:
        name = scope["path"].removeprefix(ASSETS_PATH)
        if name not in self._assets or name in (PAGE, EXAMPLES):
            raise RequestRefused(404, "INVALID", "There is nothing here.")
        return self._answer(name, scope)

    def _answer(self, name: str, scope: Scope) -> Answer:
        tag = self._tags[name]
        headers = (
            (b"etag", tag.encode()),
            (b"cache-control", b"no-cache"),
            (b"content-security-policy", POLICY),
        )
        kind = _TYPES[name.rpartition(".")[2]]
        if header_of(scope, b"if-none-match") == tag:
            return Answer(304, b"", kind, headers)
        return Answer(200, self._assets[name], kind, headers)
