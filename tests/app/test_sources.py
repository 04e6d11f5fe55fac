"""`kehu sources`: which there are, and how far each is trusted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.exc import OperationalError

from app.cli import main
from app.opening import open_master
from app.settings import read_settings
from master.keys import Keys
from master.session import Master, Transaction
from master.writes.source_systems import choose_on, trust_source
from tests.conftest import TESTER
from tests.master.merging.saying import put
from tests.master.merging.town import merge


@pytest.fixture
def master(tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Master]:
    """Of a hub in which commands run: one customer whom CORE and CRM call by different names."""
    Keys.create(tmp_path / "keys.toml")
    (tmp_path / "master.db").write_bytes(empty_sqlite.read_bytes())
    monkeypatch.setenv("KEHU_DATA_DIR", str(tmp_path))
    opened = open_master(read_settings({"KEHU_DATA_DIR": str(tmp_path)}))
    merge(opened, put(opened, "CORE", "A", name="张三"), put(opened, "CRM", "B", name="张珊"))
    yield opened
    opened.close()


def kehu(*words: str) -> Result:
    return CliRunner().invoke(main, ["sources", *words])


def test_sources_are_listed_with_their_ranks(master: Master) -> None:
    assert kehu("add", "ERP").exit_code == 0
    assert kehu("trust", "CRM", "5").output == "changed: 1\n"
    assert kehu("trust", "CORE", "7", "--group", "NAMES").output == "changed: 1\n"
    assert kehu("list").output.splitlines() == [
        "code  name  trust  names  identity  demographics  service",
        "CORE  CORE  0      7",
        "CRM   CRM   5",
        "ERP   ERP   0",
    ]
    assert kehu("trust", "CORE", "same", "--group", "NAMES").output == "changed: 1\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("trust", "ERP", "5"), "There is no source system with this code: `kehu sources list`."),
        (("trust", "CRM", "high"), "A rank is a whole number, or `same`."),
        (("trust", "CRM", "1001"), "A rank lies between 0 and 1000."),
        (("trust", "CRM", "same"), "A rank lies between 0 and 1000."),
        (("add", "CRM"), "The source CRM is known already."),
    ],
)
def test_what_may_not_stand_is_refused(master: Master, words: tuple[str, ...], told: str) -> None:
    refused = kehu(*words)
    assert (refused.exit_code, refused.output) == (1, f"kehu: {told}\n")


def test_a_change_of_ranks_that_was_interrupted_is_told_and_gone_on_with(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        trust_source(tx, "CRM", 5)
    line = kehu("list").output.splitlines()[2]
    assert line.split("  ")[0] == "CRM"
    assert line.endswith("  values follow still: run `kehu sources follow`")
    assert kehu("follow").output == "changed: 1\n"
    assert kehu("follow").output == "changed: 0\n"


class Deadlock(Exception):
    sqlstate = "40P01"


def test_a_change_of_ranks_goes_on_where_the_database_ended_a_deadlock(
    master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    def choose(tx: Transaction) -> int | None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OperationalError("UPDATE customers", {}, Deadlock())
        return choose_on(tx)

    monkeypatch.setattr("app.commands.sources.choose_on", choose)
    done = kehu("trust", "CRM", "5")
    assert (done.exit_code, done.output, tries) == (0, "changed: 1\n", 3)
