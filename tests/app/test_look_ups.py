"""Look-ups of masked numbers in an open hub: noted whatever becomes of the answer, and limited by the day."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app import noting
from app.graphql import schema
from app.opening import open_master
from app.settings import Settings, read_settings
from loaders.customers import all_customers
from loaders.look_ups import LookUp
from master.keys import Keys
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from schema.look_ups import may_look_up
from tests.app.test_access_log import Served, with_hub

audit = table(AuditEntryRow)


@pytest.fixture
def settings(tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Those of an empty hub, whose answers wait for their notes as long as it takes."""
    monkeypatch.setattr(noting, "PATIENCE_SECONDS", 60.0)
    Keys.create(tmp_path / "keys.toml")
    (tmp_path / "master.db").write_bytes(empty_sqlite.read_bytes())
    said = {"KEHU_DATA_DIR": str(tmp_path), "KEHU_INDEX_WORKER": "off", "KEHU_ALLOWED_HOSTS": "hub.test"}
    return read_settings(said, tmp_path / "no.env")


def test_masked_mobiles_are_looked_up_so_often_only_twenty_aliases_at_once_too(settings: Settings) -> None:
    """159****6565 has ten thousand fillings; an agent may miss 300 times a day."""

    def asked_for(start: int) -> str:
        numbers = (f"159{number:04d}6565" for number in range(start, start + 20))
        counts = (
            f'a{number}: customers(filter: {{mobile: "{number}"}}) {{ totalCount }}' for number in numbers
        )
        return "{ " + " ".join(counts) + " }"

    async def asked(hub: Served) -> None:
        for start in range(0, 300, 20):
            assert "errors" not in await hub.ask(asked_for(start))
        refused = (await hub.ask(asked_for(300)))["errors"]
        assert [each["extensions"]["code"] for each in refused] == ["LIMIT_EXCEEDED"] * 20
        (error,) = (await hub.ask('{ customers(filter: {mobile: "15912346565"}) { totalCount } }'))["errors"]
        assert error["message"] == (
            "You have looked up numbers that nobody has 300 times today: try again tomorrow."
        )
        assert error["extensions"]["limit"] == 300

    with_hub(settings, asked)


def test_what_is_looked_up_is_noted_though_the_answer_is_never_made(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else who breaks off in time would look up as often as they like."""

    async def broken(*anything: Any, **more: Any) -> Any:
        context = more["context_value"]
        assert await may_look_up(context, LookUp(("contact",), (((all_customers, "mobile", "1"),),)))
        raise RuntimeError("broken off")

    async def asked(hub: Served) -> None:
        monkeypatch.setattr(type(schema), "execute", broken)
        await hub.ask("{ viewer { name } }")

    with_hub(settings, asked)
    master = open_master(settings)
    with master.reading() as connection:
        wanted = select(audit.c.role, audit.c.outcome).where(audit.c.action == "search.whole")
        assert connection.execute(wanted).all() == [("AGENT", "NOBODY")]
    master.close()
