"""Tokens and registered documents in a running hub: what a command does holds for the next request."""

import json
from pathlib import Path

import httpx

from tests.flows.conftest import Running

WHO = "query Who { viewer { name } }"
MAY = "{ viewer { permissions } }"
NOON, NEXT_NOON, TWO_NOONS_ON = (f"2026-11-{day}T04:00:00Z" for day in (22, 23, 24))


def made(hub: Running, *arguments: str) -> str:
    return hub.run("token", "create", "--all-branches", *arguments).strip()


def id_of(token: str) -> str:
    return token.split("_")[1]


def answer(hub: Running, token: str, **parameters: object) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"}
    return httpx.post(f"{hub.url}/graphql", json=parameters or {"query": WHO}, headers=headers, timeout=30)


def codes(response: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json().get("errors", [])]


def test_a_revoked_token_is_refused_at_the_next_request_and_never_logged(running: Running) -> None:
    token = made(running, "--role", "AGENT", "--name", "desk")
    running.start("serve")
    assert answer(running, token).status_code == 200
    running.run("token", "revoke", id_of(token))
    refused = answer(running, token)
    assert (refused.status_code, codes(refused)) == (401, ["UNAUTHENTICATED"])
    running.stop()
    logged = (running.folder / "server.log").read_text()
    assert id_of(token) in logged
    assert token.split("_")[2] not in logged


def test_a_token_may_less_than_its_role(running: Running) -> None:
    token = made(running, "--role", "AGENT", "--name", "desk", "--scope", "read", "--scope", "contacts.write")
    running.start("serve")
    viewer = answer(running, token, query=MAY).json()["data"]["viewer"]
    assert viewer["permissions"] == ["contacts.write", "read"]
    create = 'mutation { createCustomer(input: {name: "张三"}) { errors { code message } } }'
    assert answer(running, token, query=create).json()["data"]["createCustomer"]["errors"] == [
        {
            "code": "FORBIDDEN",
            "message": "The token may not do this: it lacks the permission customers.write.",
        }
    ]


def test_a_partner_feeds_the_sources_that_its_token_is_made_for_and_no_other(running: Running) -> None:
    running.run("import", "customers", feed(running), "--source", "CORE")
    alone = made(running, "--role", "PARTNER", "--name", "alone")
    named = made(running, "--role", "PARTNER", "--name", "named", "--source", "CORE", "--source", "WEB")
    running.start("serve")
    assert [put(running, alone, source) for source in ("CORE", "OWN")] == ["FORBIDDEN", "put"]
    told = [put(running, named, source) for source in ("CORE", "WEB", "OWN", "ANY")]
    assert told == ["put", "put", "FORBIDDEN", "FORBIDDEN"]
    first, second = map(json.loads, running.run("token", "list", "--json").splitlines())
    assert (first["sources"], second["sources"]) == (None, ["CORE", "WEB"])
    assert "feeds only CORE, WEB" in running.run("token", "list")
    again = running.run("token", "rotate", id_of(alone)).strip()
    assert put(running, again, "OWN") == "put"


def feed(hub: Running) -> str:
    path = Path(hub.folder / "customers.csv")
    path.write_text("source_key,name\nK1,张三\n")
    return str(path)


def put(hub: Running, token: str, source: str) -> str:
    """What became of it."""
    key = f'{{source: "{source}", key: "K1"}}'
    text = f'mutation {{ putCustomer(input: {{sourceKey: {key}, name: "李四"}}) {{ errors {{ code }} }} }}'
    errors = answer(hub, token, query=text).json()["data"]["putCustomer"]["errors"]
    return errors[0]["code"] if errors else "put"


def test_both_secrets_open_until_the_overlap_ends_by_the_hub_s_clock(running: Running) -> None:
    clock = running.folder / "clock"
    running.environment |= {"KEHU_SANDBOX": "1", "KEHU_CLOCK": str(clock)}
    clock.write_text(NOON)
    old = made(running, "--role", "AGENT", "--name", "desk", "--expires", "2")
    running.start("serve")
    new = running.run("token", "rotate", id_of(old)).strip()
    assert statuses(running, old, new) == [200, 200]
    assert listed(running)["oldSecretUntil"] == "2026-11-23T04:00:00.000Z"
    assert "old secret until 2026-11-23T04:00:00.000Z" in running.run("token", "list")
    clock.write_text(NEXT_NOON)
    assert statuses(running, old, new) == [401, 200]
    assert "old secret" not in running.run("token", "list")
    clock.write_text(TWO_NOONS_ON)
    assert statuses(running, old, new) == [401, 401]
    assert "expired 2026-11-24T04:00:00.000Z" in running.run("token", "list")
    assert "has expired: make a new one" in running.fail("token", "rotate", id_of(old))


def statuses(hub: Running, *tokens: str) -> list[int]:
    return [answer(hub, token).status_code for token in tokens]


def listed(hub: Running) -> dict[str, object]:
    (line,) = hub.run("token", "list", "--json").splitlines()
    told: dict[str, object] = json.loads(line)
    return told


def test_a_partner_runs_what_is_registered_until_it_is_removed(running: Running) -> None:
    partner = made(running, "--role", "PARTNER", "--name", "partner", "--registered-only")
    id, operations = running.run("document", "add", document(running, WHO), "--token", id_of(partner)).split()
    assert operations == "Who"
    assert f"{id}  for {id_of(partner)}" in running.run("document", "list")
    running.start("serve")
    data = {"viewer": {"name": "partner"}}
    assert answer(running, partner, documentId=id).json() == {"data": data}
    assert answer(running, partner, query=WHO).json() == {"data": data}
    assert codes(answer(running, partner, query=MAY)) == ["FORBIDDEN"]
    running.run("document", "remove", id)
    assert codes(answer(running, partner, documentId=id)) == ["NOT_FOUND"]
    assert codes(answer(running, partner, query=WHO)) == ["FORBIDDEN"]


def test_what_is_no_document_of_this_hub_is_not_registered(running: Running) -> None:
    wrong = {
        "{ nothing }": "Cannot query field 'nothing' on type 'Query'.",
        "{": "Syntax Error: Expected Name, found <EOF>.",
        "fragment F on Customer { id }": "The document holds no operation.",
        "{ customers(first: 101) { nodes { id } } }": "first may be at most 100.",
        "{ viewer {" + " name" * 2000 + " } }": "The document holds more than 2000 tokens:"
        " pass values as variables, or make several of it.",
    }
    for text, message in wrong.items():
        path = document(running, text)
        assert running.fail("document", "add", path) == f"kehu: {path}: {message}\n"
    assert "No such file" in running.fail("document", "add", "nowhere.graphql")
    assert running.run("document", "list") == ""


def document(hub: Running, text: str) -> str:
    path = Path(hub.folder / "document.graphql")
    path.write_text(text)
    return str(path)
