"""What stands before the first customer: branches, staff, products, tags and source systems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import insert, select

from intake.sample import names
from intake.sample.chance import dice_of, one_of, whole
from intake.sample.clients import PRODUCTS
from intake.sample.lists.reading import named_rows
from intake.sample.places import HEAD_OFFICE, OFFICES
from intake.sample.policies import SOURCES
from master.session import Transaction
from master.spelling import next_ids
from master.tables.base import Row, table
from master.tables.branches import BranchRow, StaffRow
from master.tables.policies import ProductRow
from master.tables.sources import SourceSystemRow
from master.tables.tags import TagCategoryRow, TagRow

TRUST = {"CORE": 90, "AUTO": 80, "BANCA": 60}
HEAD_OFFICE_STAFF = 24  # the call centre
ENTRIES = named_rows("tags")


@dataclass(frozen=True)
class Frame:
    """Ids by code; staff: ids by the code of their branch."""

    branches: dict[str, int]
    staff: dict[str, list[int]]
    products: dict[str, int]
    tags: dict[str, int]
    sources: dict[str, int]

    def somebody(self, dice: Random, office: str) -> int:
        return one_of(dice, self.staff[office])


def build_frame(tx: Transaction, seed: int) -> Frame:
    """Make what is not there yet, by code."""
    branches = _branches(tx)
    products = [
        {"code": product.code, "name": product.name, "line": product.line} for product in PRODUCTS.values()
    ]
    sources = [{"code": code, "name": name, "trust": TRUST[code]} for code, name in SOURCES.items()]
    return Frame(
        branches,
        _staff(tx, branches, dice_of(seed, "staff")),
        _ensure(tx, ProductRow, "code", products),
        _tags(tx),
        _ensure(tx, SourceSystemRow, "code", sources),
    )


def _ensure(tx: Transaction, row: type[Row], key: str, wanted: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The ids of these rows by their key; rows that are there stay as they are."""
    target = table(row)
    found = tx.execute(select(target.c.id, target.c[key])).mappings()
    there = {str(each[key]): int(each["id"]) for each in found}
    new = [each for each in wanted if each[key] not in there]
    ids = next_ids(tx.connection, target.name, len(new))
    rows = [{**each, "id": id, "recorded_at": tx.at} for id, each in zip(ids, new, strict=True)]
    if rows:
        tx.execute(insert(target), rows)
    return there | {str(each[key]): int(each["id"]) for each in rows}


def _branches(tx: Transaction) -> dict[str, int]:
    """Level by level, since each names its parent's id."""
    found: dict[str, int] = {}
    waiting = list(OFFICES)
    while waiting:
        level = [office for office in waiting if office.parent is None or office.parent in found]
        waiting = [office for office in waiting if office not in level]
        rows = [
            {
                "code": office.code,
                "name": office.name,
                "parent_id": found[office.parent] if office.parent else None,
            }
            for office in level
        ]
        found |= _ensure(tx, BranchRow, "code", rows)
    return found


def _staff(tx: Transaction, branches: Mapping[str, int], dice: Random) -> dict[str, list[int]]:
    rows: list[dict[str, Any]] = []
    offices: dict[str, str] = {}
    for office in OFFICES:
        count = HEAD_OFFICE_STAFF if office.code == HEAD_OFFICE else whole(dice, 3, 5)
        for _ in range(count):
            code = f"S{len(rows) + 1:05d}"
            name = names.han_name(dice, one_of(dice, ("MALE", "FEMALE")), whole(dice, 1972, 2002))
            rows.append({"code": code, "name": name, "branch_id": branches[office.code]})
            offices[code] = office.code
    ids = _ensure(tx, StaffRow, "code", rows)
    found: dict[str, list[int]] = {}
    for code, place in offices.items():
        found.setdefault(place, []).append(ids[code])
    return found


def _tags(tx: Transaction) -> dict[str, int]:
    named = [{"name": name} for name in dict.fromkeys(entry["category"] for entry in ENTRIES)]
    columns = table(TagCategoryRow).c
    there = {row.name: row.id for row in tx.execute(select(columns.id, columns.name))}
    new = [each for each in named if each["name"] not in there]
    ids = next_ids(tx.connection, "tag_categories", len(new))
    if new:
        tx.execute(
            insert(table(TagCategoryRow)), [{**each, "id": id} for id, each in zip(ids, new, strict=True)]
        )
    categories = there | {each["name"]: id for id, each in zip(ids, new, strict=True)}
    rows = [
        {
            "code": entry["code"],
            "name": entry["name"],
            "category_id": categories[entry["category"]],
            "description": entry["description"],
        }
        for entry in ENTRIES
    ]
    return _ensure(tx, TagRow, "code", rows)
