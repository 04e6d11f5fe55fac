"""A source that knows one customer by two keys: what it says by one does not undo what the other says."""

from datetime import date

from sqlalchemy import select

from master.session import Master
from master.tables.base import table
from master.tables.codes import ContactPointKind, Gender
from master.tables.customers import ContactPointRow, CustomerRow
from master.tables.sources import SourceSystemRow
from master.tables.tags import CustomerTagRow
from master.writes.derived import refresh
from master.writes.sourced.customers import apply_customers
from master.writes.sourced.rows import Outcome, SourcedRow, sourced_point
from tests.conftest import TESTER
from tests.master.merging.saying import mobiles, put, rows
from tests.master.merging.town import merge, unmerge
from tests.schema.hub import filling

customers, points, given = table(CustomerRow), table(ContactPointRow), table(CustomerTagRow)
MOBILE = ContactPointKind.MOBILE


def apply(master: Master, *told: SourcedRow) -> list[Outcome]:
    """As an import's batch does."""
    with master.transaction(TESTER) as tx:
        source = tx.connection.scalar(select(table(SourceSystemRow).c.id))
        assert source is not None
        batch = apply_customers(tx, source, told)
        refresh(tx, batch.touched)
        return [batch.applied[row.key].outcome for row in told]


def test_both_keys_in_one_batch_change_the_customer_and_nothing_is_there_twice(master: Master) -> None:
    one = put(master, "CORE", "K1", name="张三", mobiles=("13800138000",))
    other = put(master, "CORE", "K2", name="张三", mobiles=("13800138001",))
    merge(master, one, other)
    new = sourced_point(MOBILE, "13700137000")
    first, second = sourced_point(MOBILE, "13800138000"), sourced_point(MOBILE, "13800138001")
    outcomes = apply(
        master,
        SourcedRow("K1", {"name": "张三", "gender": Gender.MALE, "mobile": (first, new)}),
        SourcedRow("K2", {"name": "张三", "birth_date": date(1980, 1, 1), "mobile": (second, new)}),
    )
    assert outcomes == [Outcome.CHANGED, Outcome.CHANGED]
    assert rows(master, select(customers.c.gender, customers.c.birth_date)) == [("MALE", date(1980, 1, 1))]
    assert mobiles(master, one) == ["13700137000", "13800138000", "13800138001"]


def test_a_mobile_that_one_key_drops_stays_while_the_other_key_says_it(master: Master) -> None:
    one = put(master, "CORE", "K1", name="张三", mobiles=("13800138000",))
    other = put(master, "CORE", "K2", name="张三", mobiles=("13800138000",))
    merge(master, one, other)
    put(master, "CORE", "K2", name="张三", mobiles=("13900139000",))
    assert mobiles(master, one) == ["13800138000", "13900139000"]
    put(master, "CORE", "K1", name="张三", mobiles=())
    assert mobiles(master, one) == ["13900139000"]


def test_a_mobile_that_both_keys_drop_in_one_batch_is_ended(master: Master) -> None:
    one = put(master, "CORE", "K1", name="张三", mobiles=("13800138000",))
    other = put(master, "CORE", "K2", name="张三", mobiles=("13800138000",))
    merge(master, one, other)
    apply(master, SourcedRow("K1", {"mobile": ()}), SourcedRow("K2", {"mobile": ()}))
    assert mobiles(master, one) == []


def test_a_tag_that_one_key_drops_stays_while_the_other_key_says_it(master: Master) -> None:
    with filling(master) as fill:
        tag = fill.tag("VIP")
    one = put(master, "CORE", "K1", name="张三")
    other = put(master, "CORE", "K2", name="张三")
    merge(master, one, other)
    apply(master, SourcedRow("K1", {"tags": (tag,)}), SourcedRow("K2", {"tags": (tag,)}))
    its = select(given.c.customer_id).where(given.c.ended_at.is_(None))
    assert rows(master, its) == [(one,)]
    apply(master, SourcedRow("K2", {"tags": ()}))
    assert rows(master, its) == [(one,)]
    apply(master, SourcedRow("K1", {"tags": ()}))
    assert rows(master, its) == []


def test_a_tag_that_one_key_dropped_while_merged_is_the_other_keys_alone(master: Master) -> None:
    with filling(master) as fill:
        tags = [fill.tag(code) for code in ("VIP", "AGENT")]
    one = put(master, "CORE", "K1", name="张三")
    other = put(master, "CORE", "K2", name="李四")
    apply(master, SourcedRow("K1", {"tags": tuple(tags)}))
    done = merge(master, one, other)
    apply(master, SourcedRow("K2", {"tags": (tags[1],)}))
    apply(master, SourcedRow("K1", {"tags": (tags[0],)}))
    unmerge(master, done.merges[0])
    its = select(given.c.customer_id, given.c.tag_id).where(given.c.ended_at.is_(None))
    assert rows(master, its.order_by(given.c.customer_id)) == [(one, tags[0]), (other, tags[1])]
