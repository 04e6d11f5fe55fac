"""Asking who an incoming record may be, as callers do, in a hub of four."""

from datetime import date
from typing import Any

from master.roles import Role
from master.session import Master
from tests.schema.hub import Hub, filling

IDENTIFY = """query ($record: CustomerRecordInput!, $first: Int) {
  identifyCustomer(record: $record, first: $first) {
    customer { number } probability verdict reasons { field level weight } guards } }"""

BORN, BIRTH = "1990-03-07", date(1990, 3, 7)
ID_NUMBER, MOBILE = "11010519491231002X", "13800138000"


def four(master: Master) -> Hub:
    """1: 欧阳震华 with everything; 2: her twin 欧阳振华; 3: 李四, born on that day as well; 4: a company."""
    with filling(master) as fill:
        fill.token()
        east, west = fill.branch("EAST"), fill.branch("WEST")
        one = fill.customer(1, "欧阳震华", branch_id=east, birth_date=BIRTH)
        fill.point(one, MOBILE)
        fill.point(one, "o@example.com", "EMAIL")
        fill.point(one, "上海市浦东新区世纪大道188号15楼", "ADDRESS")
        fill.document(one, "E12345678")
        fill.customer(2, "欧阳振华", branch_id=west, birth_date=BIRTH)
        fill.customer(3, "李四", branch_id=east, birth_date=BIRTH)
        fill.customer(4, "北京安禾科技有限公司", kind="ORGANIZATION", branch_id=east)
        fill.derive()
    return Hub(master)


def points(**values: str) -> list[dict[str, str]]:
    return [{"kind": kind, "value": value} for kind, value in values.items()]


def told(hub: Hub, role: str | Role = "ADMIN", **record: Any) -> list[tuple[str, str]]:
    found = hub.get(IDENTIFY, role, record=record)["identifyCustomer"]
    return [(each["customer"]["number"][-1], each["verdict"]) for each in found]
