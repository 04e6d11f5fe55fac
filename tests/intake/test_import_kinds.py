"""Every kind of import file but customers: what it makes, changes, keeps as OTHER and refuses."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from master.errors import Invalid
from master.tables.base import table
from master.tables.branches import BranchRow, StaffRow
from master.tables.contacts import ContactRow
from master.tables.customers import CustomerBranchRow, CustomerRow, IdentityDocumentRow
from master.tables.leads import LeadRow
from master.tables.policies import PolicyPartyRow, PolicyRow
from master.tables.relations import RelationRow
from master.tables.tags import TagCategoryRow, TagRow
from tests.conftest import NOW
from tests.intake.importing import Importing, counts

ID = "11010519491231002X"
PEOPLE = "source_key,name\nC1,张三\nC2,李四\nC3,王五\n"
POLICY = (
    "number,product,status,effective_date,expiry_date,annual_premium,sum_insured,branch,applicant,insured,"
    "beneficiary,beneficiary_name\n"
)


@pytest.fixture
def people(hub: Importing) -> Importing:
    """With three customers."""
    hub.take("customers", PEOPLE)
    return hub


def test_branches_stand_in_a_tree_whatever_their_order(hub: Importing) -> None:
    branches = table(BranchRow)
    found = {
        code: (id, parent)
        for code, id, parent in hub.rows(select(branches.c.code, branches.c.id, branches.c.parent_id))
    }
    head = found["HQ"][0]
    assert {code: parent for code, (_, parent) in found.items()} == {"HQ": None, "B1": head, "B2": head}
    text = "code,name,parent\nHQ,总公司,\nB1,北京,HQ\nB2,上海分公司,HQ\n"
    assert counts(hub.take("branches", text, None)) == {"read": 3, "changed": 1, "unchanged": 2}


def test_a_branch_below_itself_or_below_nothing_is_refused(hub: Importing) -> None:
    text = "code,name,parent\nHQ,总公司,B1\nB3,三,NO\nB4,四,B3\nB5,五,B1\nB6,六,B7\nB7,七,B6\n"
    assert counts(hub.take("branches", text, None)) == {"read": 6, "added": 1, "refused": 5}
    assert sorted(hub.report()) == [
        (2, "parent", "INVALID"),
        (3, "parent", "UNKNOWN_CODE"),
        (4, "parent", "UNKNOWN_CODE"),
        (6, "parent", "INVALID"),
        (7, "parent", "INVALID"),
    ]


def test_tags_bring_their_categories_and_products_their_lines(hub: Importing) -> None:
    tags, categories = table(TagRow), table(TagCategoryRow)
    named = select(tags.c.code, categories.c.name, tags.c.description).join(categories).order_by(tags.c.id)
    assert hub.rows(named) == [("VIP", "价值", "资产高"), ("OLD", "价值", None)]
    result = hub.take("tags", "code,category,description,name\nVIP,资产,,贵宾\nOLD,价值,,老客户\n", None)
    assert counts(result) == {"read": 2, "changed": 1, "unchanged": 1}
    assert hub.rows(named) == [("VIP", "资产", None), ("OLD", "价值", None)]
    assert counts(hub.take("products", "code,name\nP1,寿险\nP9,新\n", None)) == {
        "read": 2,
        "changed": 1,
        "refused": 1,
    }
    assert hub.report() == [(3, "line", "REQUIRED")]


def test_documents_are_added_to_customers_and_one_alone_is_primary(people: Importing) -> None:
    people.take("customers", f"source_key,document_number\nC1,{ID}\n")
    rows = ("C1,PASSPORT,E12345678,1", f"C1,RESIDENT_ID,{ID.lower()},", "C2,PASSPORT,E1,否")
    text = "\n".join(("customer,type,number,primary", *rows))
    result = people.take("documents", text)
    assert counts(result) == {"read": 3, "added": 3, "warnings": 1}
    assert people.report() == [(4, "number", "DOUBTFUL")]
    assert people.documents("C1") == [
        ("RESIDENT_ID", ID, False, None),
        ("PASSPORT", "E12345678", True, None),
    ]
    again = people.take("documents", text)
    assert counts(again) == {"read": 3, "unchanged": 3, "warnings": 1}
    changed = people.take("documents", f"customer,type,number,primary\nC1,RESIDENT_ID,{ID},1\n")
    assert counts(changed) == {"read": 1, "changed": 1}
    assert [primary for _, _, primary, _ in people.documents("C1")] == [True, False]


def test_a_document_said_in_a_row_of_its_own_outlives_the_customers_row(people: Importing) -> None:
    people.take("customers", f"source_key,document_number\nC1,{ID}\n")
    people.take("documents", f"customer,type,number\nC1,RESIDENT_ID,{ID}\n")
    people.take("customers", "source_key,document_number\nC1,\n")
    assert people.documents("C1") == [("RESIDENT_ID", ID, True, None)]


def test_the_key_of_a_documents_record_does_not_hold_its_number(people: Importing) -> None:
    people.take("documents", f"customer,type,number\nC1,RESIDENT_ID,{ID}\n")
    path = people.folder / "kehu.db"
    if path.exists():
        held = path.read_bytes() + (people.folder / "kehu.db-wal").read_bytes()
        assert ID.encode() not in held
        assert b"C1" in held


def test_a_relation_is_two_rows_one_a_side(people: Importing) -> None:
    text = "from,to,kind,since,until\nC1,C2,PARENT,2001-01-01,\nC1,C3,教父,,\n"
    result = people.take("relations", text)
    assert counts(result) == {"read": 2, "added": 2, "warnings": 1}
    assert people.report() == [(3, "kind", "KEPT_AS_OTHER")]
    rows = table(RelationRow)
    first, second, third = (people.id_of(key) for key in ("C1", "C2", "C3"))
    columns = (rows.c.customer_id, rows.c.other_id, rows.c.kind, rows.c.source_kind, rows.c.since)
    assert people.rows(select(*columns).order_by(rows.c.id)) == [
        (first, second, "PARENT", None, date(2001, 1, 1)),
        (second, first, "CHILD", None, date(2001, 1, 1)),
        (first, third, "OTHER", "教父", None),
        (third, first, "OTHER", "教父", None),
    ]
    assert counts(people.take("relations", text)) == {"read": 2, "unchanged": 2, "warnings": 1}
    other_side = people.take("relations", "from,to,kind,until\nC2,C1,CHILD,2020-01-01\n")
    assert counts(other_side) == {"read": 1, "added": 1}
    assert people.count(RelationRow) == 4
    people.take("relations", "from,to,kind,since,until\nC1,C2,PARENT,2001-01-01,2019-01-01\n")
    assert people.rows(select(rows.c.until).where(rows.c.kind.in_(("PARENT", "CHILD")))) == [
        (date(2019, 1, 1),),
        (date(2019, 1, 1),),
    ]


def test_nobody_is_related_to_himself_or_to_nobody(people: Importing) -> None:
    result = people.take("relations", "from,to,kind\nC1,C1,SPOUSE\nC1,C9,SPOUSE\nC1,,SPOUSE\n")
    assert counts(result) == {"read": 3, "refused": 3}
    assert people.report() == [(2, "to", "INVALID"), (3, "to", "UNKNOWN_REFERENCE"), (4, "to", "REQUIRED")]


def parties(hub: Importing) -> list[tuple[str, int | None, str | None, Decimal | None]]:
    rows = table(PolicyPartyRow)
    wanted = select(rows.c.role, rows.c.customer_id, rows.c.name, rows.c.share)
    return hub.rows(wanted.where(rows.c.ended_at.is_(None)).order_by(rows.c.id))


def test_a_policy_has_its_people_with_their_shares(people: Importing) -> None:
    text = (
        f'{POLICY}N1,P1,IN_FORCE,2024-01-01,2034-01-01,"1,200.50",100000,B2,C1,C1|C2,C1:60|C2:40,法定继承人\n'
    )
    assert counts(people.take("policies", text)) == {"read": 1, "added": 1}
    rows = table(PolicyRow)
    columns = (rows.c.number, rows.c.status, rows.c.annual_premium, rows.c.sum_insured, rows.c.currency)
    assert people.rows(select(*columns)) == [("N1", "IN_FORCE", Decimal("1200.5"), Decimal(100000), "CNY")]
    first, second = people.id_of("C1"), people.id_of("C2")
    assert parties(people) == [
        ("APPLICANT", first, None, None),
        ("INSURED", first, None, None),
        ("INSURED", second, None, None),
        ("BENEFICIARY", first, None, Decimal(60)),
        ("BENEFICIARY", second, None, Decimal(40)),
        ("BENEFICIARY", None, "法定继承人", None),
    ]
    assert people.customer("C1", "status", "revision") == ("ACTIVE", 2)
    assert people.customer("C3", "status", "revision") == ("PROSPECT", 1)
    assert people.count(CustomerBranchRow) == 2
    before = people.state()
    assert counts(people.take("policies", text)) == {"read": 1, "unchanged": 1}
    assert people.state()["revisions"] == before["revisions"]


def test_the_people_of_a_policy_are_replaced_by_what_changed(people: Importing) -> None:
    people.take("policies", f"{POLICY}N1,P1,IN_FORCE,2024-01-01,,10,,,C1,C2,C1:60|C2:40,\n")
    people.take(
        "policies", "number,product,effective_date,insured,beneficiary\nN1,P1,2024-01-01,C3,C1:50|C3:50\n"
    )
    first, third = people.id_of("C1"), people.id_of("C3")
    assert parties(people) == [
        ("APPLICANT", first, None, None),
        ("BENEFICIARY", first, None, Decimal(50)),
        ("INSURED", third, None, None),
        ("BENEFICIARY", third, None, Decimal(50)),
    ]
    rows = table(PolicyPartyRow)
    ended = select(rows.c.role, rows.c.ended_at).where(rows.c.customer_id == people.id_of("C2"))
    assert people.rows(ended.order_by(rows.c.id)) == [("INSURED", NOW), ("BENEFICIARY", NOW)]
    assert [people.customer(key, "status") for key in ("C1", "C2", "C3")] == ["ACTIVE", "PROSPECT", "ACTIVE"]
    people.take("policies", "number,product,effective_date,status\nN1,P1,2024-01-01,SURRENDERED\n")
    assert people.customer("C1", "status") == "LOST"


def test_imperfect_policies_are_kept_and_told(people: Importing) -> None:
    text = f"{POLICY}N1,P1,效力中止2,2024-01-01,,,,,C1,C1,C1:60|C2:30,\nN2,P1,,2024-01-01,,5,,,C1,C1,,\n"
    assert counts(people.take("policies", text)) == {"read": 2, "added": 2, "warnings": 4}
    assert people.report() == [
        (2, "status", "KEPT_AS_OTHER"),
        (2, "annual_premium", "KEPT_AS_ZERO"),
        (2, "beneficiary", "SHARES"),
        (3, "status", "KEPT_AS_OTHER"),
    ]
    rows = table(PolicyRow)
    kept = select(rows.c.status, rows.c.source_status, rows.c.annual_premium).order_by(rows.c.id)
    assert people.rows(kept) == [("OTHER", "效力中止2", Decimal(0)), ("OTHER", None, Decimal(5))]


def test_policies_with_what_can_not_be_read_or_found_are_refused(people: Importing) -> None:
    lines = (
        "N1,P9,IN_FORCE,2024-01-01,,5,,,C1,,,",
        "N2,P1,IN_FORCE,2024-02-30,,5,,,C1,,,",
        "N3,P1,IN_FORCE,2024-01-01,,five,,,C1,,,",
        "N4,P1,IN_FORCE,2024-01-01,,5,,NO,C1,,,",
        "N5,P1,IN_FORCE,2024-01-01,,5,,,C9,,,",
        "N6,P1,IN_FORCE,2024-01-01,,5,,,C1,,C1:160,",
        "N7,,IN_FORCE,,,5,,,C1,,,",
        "N8,P1,IN_FORCE,2024-01-01,,0.00001,,,C1,,,",
    )
    assert counts(people.take("policies", POLICY + "\n".join(lines))) == {"read": 8, "refused": 8}
    assert people.report() == [
        (2, "product", "UNKNOWN_CODE"),
        (3, "effective_date", "INVALID_DATE"),
        (4, "annual_premium", "INVALID_NUMBER"),
        (5, "branch", "UNKNOWN_CODE"),
        (6, "applicant", "UNKNOWN_REFERENCE"),
        (7, "beneficiary", "INVALID_NUMBER"),
        (8, "product", "REQUIRED"),
        (8, "effective_date", "REQUIRED"),
        (9, "annual_premium", "INVALID_NUMBER"),
    ]
    assert people.count(PolicyRow) == 0


def test_contacts_have_instants_and_staff_who_is_made_when_unknown(people: Importing) -> None:
    header = "source_key,customer,channel,direction,occurred_at,subject,outcome,notes,agent\n"
    text = (
        f'{header}T1,C1,CALL,INBOUND,2026-11-21 08:30,咨询,已答复,"第一行\n第二行",A01\n'
        "T2,C1,visit,OUTBOUND,2026-11-21T08:30:00Z,回访,,,A01\n"
        "T3,C2,FAX,INBOUND,2026-11-21 08:30,传真,,,\n"
        "T4,C2,SMS,INBOUND,昨天,短信,,,\n"
    )
    result = people.take("contacts", text)
    assert counts(result) == {"read": 4, "added": 2, "refused": 2, "warnings": 1}
    assert people.report() == [
        (2, "agent", "NEW_STAFF"),
        (5, "channel", "UNKNOWN_CODE"),
        (6, "occurred_at", "INVALID_INSTANT"),
    ]
    staff, rows = table(StaffRow), table(ContactRow)
    assert people.rows(select(staff.c.code, staff.c.name, staff.c.branch_id)) == [("A01", "A01", None)]
    columns = (rows.c.channel, rows.c.occurred_at, rows.c.subject, rows.c.outcome, rows.c.notes)
    assert people.rows(select(*columns).order_by(rows.c.id)) == [
        ("CALL", datetime(2026, 11, 21, 0, 30, tzinfo=UTC), "咨询", "已答复", "第一行\n第二行"),
        ("VISIT", datetime(2026, 11, 21, 8, 30, tzinfo=UTC), "回访", None, None),
    ]
    assert people.customer("C1", "version", "revision") == (1, 2)
    again = people.take("contacts", text)
    assert counts(again) == {"read": 4, "unchanged": 2, "refused": 2}
    people.take(
        "contacts",
        "source_key,customer,channel,direction,occurred_at,subject,outcome\n"
        "T1,C2,CALL,INBOUND,2026-11-21 08:30,咨询,\n",
    )
    moved = select(rows.c.customer_id, rows.c.outcome).where(rows.c.source_key == "T1")
    assert people.rows(moved) == [(people.id_of("C2"), None)]


def test_leads_have_stage_new_unless_told_and_a_premium_in_yuan(people: Importing) -> None:
    text = (
        "source_key,customer,title,stage,product,owner,score,expected_premium,due_at\n"
        "L1,C1,重疾险,,P2,A01,0,1200.00,2026-12-01\n"
        "L2,C1,车险,WON,,,,,\n"
    )
    assert counts(people.take("leads", text)) == {"read": 2, "added": 2, "warnings": 1}
    rows = table(LeadRow)
    columns = (rows.c.stage, rows.c.score, rows.c.expected_premium, rows.c.currency, rows.c.due_at)
    due = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)  # where the day begins in Shanghai
    assert people.rows(select(*columns).order_by(rows.c.id)) == [
        ("NEW", 0.0, Decimal(1200), "CNY", due),
        ("WON", None, None, None, None),
    ]
    assert counts(people.take("leads", text)) == {"read": 2, "unchanged": 2}
    changed = people.take("leads", "source_key,customer,title,stage,expected_premium\nL1,C1,重疾险,,\n")
    assert counts(changed) == {"read": 1, "changed": 1}
    assert people.rows(
        select(rows.c.stage, rows.c.currency, rows.c.version).where(rows.c.source_key == "L1")
    ) == [("NEW", None, 2)]


def test_a_source_is_needed_but_for_what_all_systems_share(hub: Importing) -> None:
    with pytest.raises(Invalid, match="--source CODE"):
        hub.take("customers", PEOPLE, None)
    with pytest.raises(Invalid, match="no import kind 'claims'"):
        hub.take("claims", PEOPLE)
    assert hub.count(CustomerRow) == 0
    assert hub.count(IdentityDocumentRow) == 0
