"""A hub with a few doubles, and `kehu match` run on it."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from app.cli import main
from app.opening import open_master
from app.settings import read_settings
from master.session import Actor, Master
from master.tables.base import table
from master.tables.codes import ContactPointKind, DocumentType
from master.tables.reviews import ReviewTaskRow
from master.writes.customers import create_customer
from master.writes.inputs import GivenContactPoint, GivenDocument, NewCustomer

GOOD_ID = "11010519491231002X"
BORN = date(1980, 1, 1)


def with_doubles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """张三 twice with one document, 王晓梅 and 陈晓梅 with one mobile and birth date, and somebody else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEHU_DATA_DIR", str(tmp_path / "var"))
    assert CliRunner().invoke(main, ["init"]).exit_code == 0
    master = open_master(read_settings({"KEHU_DATA_DIR": str(tmp_path / "var")}))
    document = (GivenDocument(DocumentType.RESIDENT_ID, GOOD_ID),)
    mobile = (GivenContactPoint(ContactPointKind.MOBILE, "13800138000"),)
    with master.transaction(Actor("test")) as tx:
        for customer in (
            NewCustomer("张三", documents=document),
            NewCustomer("ZHANG SAN", documents=document, duplicate_reason="test"),
            NewCustomer("王晓梅", birth_date=BORN, contact_points=mobile),
            NewCustomer("陈晓梅", birth_date=BORN, contact_points=mobile, duplicate_reason="test"),
            NewCustomer("李四"),
        ):
            create_customer(tx, customer)
    master.close()
    return tmp_path


def told(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["match", *arguments])


def opened(hub: Path) -> Master:
    return open_master(read_settings({"KEHU_DATA_DIR": str(hub / "var")}))


def tasks(hub: Path) -> list[tuple[int, int, str, str]]:
    master, row = opened(hub), table(ReviewTaskRow)
    with master.reading() as connection:
        found = [
            (each.one_id, each.other_id, each.verdict, str(each.status))
            for each in connection.execute(select(row).order_by(row.c.priority.desc()))
        ]
    master.close()
    return found


def stricter(hub: Path) -> str:
    """Rules by which nobody is the same: the name of their file."""
    text = (files("matching") / "rules.toml").read_text("utf-8")
    (hub / "stricter.toml").write_text(text.replace("same = 4.25 ", "same = 4000.0 "), "utf-8")
    return "stricter.toml"
