"""The playground: its files, its policy, its examples."""

import hashlib
import re
from importlib.resources import files
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from app.graphql import schema
from app.http.documents import Documents
from app.http.shell import Allowed, Shell
from app.limits import shipped_limits
from app.playground.pages import Playground, examples
from tests.app.asking import ask

CONTRACT = Path(__file__).parents[2] / "contract" / "core.graphql"
hub = Shell(Playground().routes(), Allowed(["hub.test"]), shipped_limits())


@pytest.mark.parametrize("number", range(6))
def test_the_first_examples_are_valid_against_the_contract(number: int) -> None:
    schema = build_schema(CONTRACT.read_text(encoding="utf-8"))
    assert validate(schema, parse(examples()[number]["query"])) == []


@pytest.mark.parametrize("number", range(11))
def test_each_example_passes_the_front(number: int) -> None:
    documents = Documents(schema, shipped_limits())
    document = documents.read(examples()[number]["query"])
    documents.require_valid(document)
    assert len(document.operations) == 1


def test_there_are_eleven_examples_in_the_order_of_a_call() -> None:
    names = [re.findall(r"^(?:query|mutation) (\w+)", example["query"], re.M) for example in examples()]
    assert names == [
        ["CallCentreSearch"],
        ["Customer360"],
        ["SearchByMobileTail"],
        ["Tags"],
        ["LeadsDue"],
        ["CreateCustomer"],
        ["Suggest"],
        ["Readings"],
        ["SaveSearch"],
        ["WhoMayBeOne"],
        ["Batches"],
    ]
    assert ask(hub, "GET", "/graphiql/examples.json").json() == examples()


def test_the_page_loads_nothing_from_elsewhere() -> None:
    response = ask(hub, "GET", "/graphiql")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "unsafe" not in response.headers["content-security-policy"]
    assert "http" not in response.headers["content-security-policy"]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', response.text)
    assert loaded.pop(0) == "data:,"
    assert len(loaded) == 6
    for path in loaded:
        assert path.startswith("/graphiql/assets/")
        assert ask(hub, "GET", path).status_code == 200


def test_the_page_has_no_inline_script_or_style() -> None:
    page = ask(hub, "GET", "/graphiql").text
    assert re.findall(r"<script(?! src=)|<style|style=|\son\w+=", page) == []


def test_an_asset_is_sent_again_only_when_it_changed() -> None:
    first = ask(hub, "GET", "/graphiql/assets/playground.js")
    assert first.headers["content-type"] == "text/javascript; charset=utf-8"
    again = ask(
        hub, "GET", "/graphiql/assets/playground.js", headers={"if-none-match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "name", ["nothing.js", "../pages.py", "..%2fpages.py", "", "index.html", "examples.json"]
)
def test_nothing_else_is_served(name: str) -> None:
    assert ask(hub, "GET", f"/graphiql/assets/{name}").status_code == 404
    assert ask(hub, "POST", "/graphiql").status_code == 405


def test_the_assets_are_those_of_the_readme() -> None:
    playground = files("app.playground")
    table = re.findall(
        r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", playground.joinpath("README.md").read_text(), re.M
    )
    assert len(table) == 4
    for name, digest in table:
        assert hashlib.sha256(playground.joinpath("assets", name).read_bytes()).hexdigest() == digest
