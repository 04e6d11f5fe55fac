"""A hub as its users run it: commands, a server process, HTTP."""

import csv
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx

from tests.flows.conftest import Running

CREATE = """
mutation($name: String!) {
  createCustomer(input: {name: $name}) { customer { id number } freshness errors { code } }
}
"""
FRESH = """
query($words: String!, $freshness: String!) {
  searchCustomers(query: $words, consistentWith: $freshness) { stale nodes { number } }
}
"""


def test_a_change_is_found_by_who_waits_for_it(running: Running) -> None:
    running.start("serve")
    made = running.ask(CREATE, name="司马光")["createCustomer"]
    assert made["errors"] == []
    found = running.ask(FRESH, words="simaguang", freshness=made["freshness"])["searchCustomers"]
    assert found == {"stale": False, "nodes": [{"number": made["customer"]["number"]}]}
    assert running.stop() == 0


def test_an_imported_file_is_searched_and_dumped(running: Running) -> None:
    rows = [
        {"source_key": f"K{n}", "name": f"赵{name}", "mobile": f"1390000{n:04d}"}
        for n, name in enumerate("甲乙丙")
    ]
    path = write(running.folder / "customers.csv", rows)
    counts = running.run("import", "customers", str(path), "--source", "CORE")
    assert counts.splitlines()[:2] == ["read: 3", "added: 3"]
    running.start("serve")
    found = running.ask('{ searchCustomers(query: "zhao 0001") { nodes { name sources { source key } } } }')
    assert found["searchCustomers"]["nodes"] == [
        {"name": "赵乙", "sources": [{"source": "CORE", "key": "K1"}]}
    ]
    running.stop()
    expected = [{"key": f"K{n}", "n": f"赵{name}", "version": 1} for n, name in enumerate("甲乙丙")]
    for store in ("master", "index"):
        assert lines(running.run("dump", store, "--source", "CORE")) == expected
    assert [event["version"] for event in lines(running.run("dump", "events", "--source", "CORE"))] == [
        1,
        1,
        1,
    ]
    told = {"source": "CORE", "key": "K0", "customer": "C000000001"}
    assert lines(running.run("dump", "sources"))[0] == told


def test_a_refused_row_is_reported_and_ends_with_exit_code_1(running: Running) -> None:
    path = write(
        running.folder / "customers.csv",
        [{"source_key": "K1", "name": "赵甲"}, {"source_key": "K2", "name": ""}],
    )
    report = running.folder / "report.csv"
    counts = running.run(
        "import", "customers", str(path), "--source", "CORE", "--report", str(report), code=1
    )
    assert "added: 1" in counts
    with report.open(encoding="utf-8", newline="") as file:
        (refused,) = csv.DictReader(file)
    assert (refused["line"], refused["column"]) == ("3", "name")


def test_a_deleted_index_is_made_anew(running: Running) -> None:
    running.run("sample", "--customers", "30")
    assert running.run("outbox", "--pending", code=1) == "30\n"
    running.start("serve")
    running.until("{ searchCustomers { totalCount } }", {"searchCustomers": {"totalCount": 30}})
    running.stop()
    assert running.run("outbox", "--pending") == "0\n"
    shutil.rmtree(running.folder / "var" / "index")
    assert running.run("index", "rebuild").splitlines()[-1] == "customers: 30"
    assert running.run("index", "check").splitlines() == [
        "compared: 30",
        "documents read: 0",
        "missing: 0",
        "stale: 0",
        "orphans: 0",
    ]


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_nobody_reads_without_a_token(running: Running) -> None:
    running.start("serve")
    answer = httpx.post(f"{running.url}/graphql", json={"query": "{ viewer { name } }"})
    assert (answer.status_code, answer.headers["www-authenticate"].split()[0]) == (401, "Bearer")
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_doctor_finds_nothing_wrong_and_says_what_is(running: Running) -> None:
    assert "ok  master" in running.run("doctor")
    (running.folder / "var" / "keys.toml").chmod(0o644)
    assert "BAD keys" in running.run("doctor", code=1)


def test_doctor_reads_the_env_file_and_a_clock_that_is_not_there(running: Running) -> None:
    (running.folder / ".env").write_text("KEHU_SANDBOX=1\nKEHU_CLOCK=nowhere\nKEHU_TIMEZONE=Asia/Urumqi\n")
    said = running.run("doctor", code=1)
    assert "KEHU_TIMEZONE = Asia/Urumqi" in said
    assert "BAD clock" in said


def test_doctor_says_whether_redis_answers_and_not_its_password(running: Running) -> None:
    running.environment["KEHU_REDIS_URL"] = "redis://:hunter2@127.0.0.1:1/0"
    said = running.run("doctor", code=1)
    assert "BAD redis: Redis does not answer" in said
    assert "hunter2" not in said


def test_a_master_of_a_later_version_is_left_alone(running: Running) -> None:
    path = running.folder / "var" / "master.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for command in (["init"], ["token", "list"], ["serve"]):
        assert "later version" in running.fail(*command)
    assert "BAD master: the database is of a later version" in running.run("doctor", code=1)
