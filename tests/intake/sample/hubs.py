"""Hubs filled with samples, and what is in them."""

import hashlib
import shutil
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Table, select

from intake.sample.rows import COLUMNS
from master.clock import Clock
from master.keys import Keys
from master.session import Master
from master.tables import base
from master.tables.base import table
from master.tables.branches import BranchRow, StaffRow
from master.tables.customers import CustomerBranchRow
from master.tables.matching import BlockingKeyRow
from master.tables.policies import ProductRow
from master.tables.sources import SourceSystemRow
from master.tables.tags import TagRow
from tests.conftest import NOW

CLOCK = Clock(ZoneInfo("Asia/Shanghai"), lambda: NOW)
TODAY = date(2026, 11, 22)
CUSTOMERS = 2_000
FRAME: tuple[type[base.Row], ...] = (BranchRow, StaffRow, ProductRow, TagRow, SourceSystemRow)
FILLED = (*FRAME, *COLUMNS)
CONTENT = [table(row) for row in FILLED if row not in (CustomerBranchRow, BlockingKeyRow)]
# What the transaction is called differs from hub to hub.
NOT_COMPARED = {"revised_in", "versioned_in"}


def new_hub(template: Path, folder: Path, keys: Keys) -> Master:
    """An empty hub in this folder."""
    folder.mkdir(exist_ok=True)
    shutil.copy(template, folder / "kehu.db")
    return Master.open(f"sqlite:///{folder / 'kehu.db'}", keys, CLOCK)


def all_of(seen: Connection, target: Table) -> list[Row[Any]]:
    return list(seen.execute(select(target).order_by(*target.primary_key.columns)))


def digest_of(master: Master) -> dict[str, str]:
    """A digest of the clear values of each table."""
    found = {}
    with master.reading() as connection:
        for target in CONTENT:
            columns = [column for column in target.c if column.name not in NOT_COMPARED]
            rows = connection.execute(select(*columns).order_by(*target.primary_key.columns)).all()
            found[target.name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found
