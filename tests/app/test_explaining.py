"""kehu search explain: what was asked for, and why the hits stand in this order; numbers masked."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from app.opening import open_master
from app.settings import read_settings
from master.session import Actor
from master.tables.codes import ContactPointKind
from master.writes.customers import create_customer
from master.writes.inputs import GivenContactPoint, NewCustomer


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEHU_DATA_DIR", str(tmp_path / "var"))
    assert CliRunner().invoke(main, ["init"]).exit_code == 0
    master = open_master(read_settings({"KEHU_DATA_DIR": str(tmp_path / "var")}))
    with master.transaction(Actor("test")) as tx:
        mobile = (GivenContactPoint(ContactPointKind.MOBILE, "13800138000"),)
        create_customer(tx, NewCustomer("张三", birth_date=date(1990, 3, 7), contact_points=mobile))
        create_customer(tx, NewCustomer("张三丰"))
    master.close()
    assert CliRunner().invoke(main, ["index", "rebuild"]).exit_code == 0


def told(words: str, *options: str) -> list[str]:
    result = CliRunner().invoke(main, ["search", "explain", words, *options])
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines()


def test_a_search_is_explained_from_its_parts_to_its_order(hub: None) -> None:
    lines = told("zhangsan")
    assert lines[:2] == ["taken for:", "  zhangsan: PINYIN, or INITIALS, WORD"]
    assert lines[2:4] == ["asked for, way 1:", "  zhangsan"]
    assert "      75  py:=zhangsan" in lines
    assert "      65  py:^zhangsan…" in lines
    assert lines[-3] == "found: 2"
    assert lines[-2].startswith("  1. C000000001 张三: 105 = 75 by the index + 30 by the name; in force 0,")
    assert lines[-1].startswith("  2. C000000002 张三丰: ")
    assert len(told("zhangsan", "--first", "1")) == len(lines) - 1


def test_numbers_are_masked_in_all_that_is_told(hub: None) -> None:
    lines = told("张三 13800138000")
    assert "  11 characters: PHONE, or DOCUMENT, POLICY" in lines
    assert any(line.startswith("  1. C000000001 张三: ") for line in lines)
    assert [line for line in lines if "13800138000" in line or "0013800" in line] == []


def test_nothing_to_look_for_finds_nothing(hub: None) -> None:
    assert told("车牌京A") == ["taken for:", "  京a: PLATE", "found: 0"]
