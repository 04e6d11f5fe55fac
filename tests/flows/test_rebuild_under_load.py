"""The index is made anew, swapped, swapped back and tidied while people search and write: nobody notices."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.flows.conftest import Running, initialised
from tests.flows.test_backup import settings
from tests.flows.test_cluster import FOUND, LIMITS, READ, WRITE, calling, read, until_indexed, write
from tests.flows.test_server_profile import workers
from tests.services import opensearch, postgresql
from tests.services.postgresql import own_database

COMMANDS = (["rebuild"], ["rollback"], ["rebuild"], ["rebuild", "--drop-old"])
PROFILES = ["embedded", *(["server"] if opensearch.is_there() and postgresql.is_there() else [])]


@pytest.fixture(params=PROFILES)
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    """Served, and indexed: by the server itself, or by two workers beside it."""
    (tmp_path / "limits.toml").write_text(LIMITS)
    told = {"KEHU_LIMITS": str(tmp_path / "limits.toml")}
    with ExitStack() as stack:
        if request.param == "server":
            cluster = request.getfixturevalue("cluster")
            search = cluster.own()
            stack.callback(cluster.drop, search)
            database = stack.enter_context(own_database(stack.enter_context(postgresql.running())))
            told |= settings(database, search, tmp_path)
        hub = stack.enter_context(initialised(tmp_path, **told))
        hub.start("serve", *(["--no-worker"] if request.param == "server" else []))
        stack.enter_context(workers(hub, 2 if request.param == "server" else 0))
        yield hub


def test_no_search_fails_and_no_write_is_lost_while_the_index_is_made_anew(hub: Running) -> None:
    hub.ask(WRITE, "PARTNER", key="K", name="孙悟空")
    hub.token("AGENT")
    hub.until(READ, FOUND)
    with calling(hub, write) as writes, calling(hub, read) as reads:
        for command in COMMANDS:
            hub.run("index", *command)
    until_indexed(hub)
    print(f"writes {dict(writes.answers)}, reads {dict(reads.answers)}")
    assert (set(writes.answers), set(reads.answers)) == ({"ok"}, {"ok"})
    master, index = (hub.run("dump", store, "--source", "CLUSTER") for store in ("master", "index"))
    assert master == index
    assert len(master.splitlines()) == 1 + writes.answers["ok"]
    assert "missing: 0\nstale: 0\norphans: 0" in hub.run("index", "check", "--full")
