"""A hub with odd texts, nulls wherever they may stand, and more in each list than goes on a page."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from master.session import Master
from master.tables.branches import StaffRow
from master.tables.contacts import ContactRow
from master.tables.policies import ProductRow
from master.tables.relations import HouseholdMemberRow
from master.tables.sources import ImportRunRow, IncomingRecordRow
from master.tables.tags import TagRow
from tests.execution.variables import Pools
from tests.schema.hub import Filler, filling

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CUSTOMERS = 40
MANY = 30  # of each kind hang on the first customer: more than a page
TEXTS = (
    'he said "no"',
    "tab\there",
    "line\nbreak\r\n",
    "back\\slash \\u0041",
    "\u2028 and \u2029",
    "😀 emoji 👨‍👩‍👧",
    "张伟",
    "\x01\x02step:[1]\x03",
    "\x7f and \x1f",
    "",
    " ",
    "{}[],:",
    "null",
    "é e\u0301",
    "\ufeff\u200b",
    "𠮷野",
)
SCORES = (0.1, 1e-7, 1e12, -0.5, 12345678.9, 0.0, 1 / 3, None, 5e-324, 100.0)
AMOUNTS = ("0", "0.5", "1200.00", "99999999.9999", "0.0001", "1e6")
SHARED_PASSPORT, SHARED_POLICY = "E99990001", "SHARED-1"


def fill(master: Master) -> None:
    with filling(master) as into:
        _Town(into).fill()
        into.derive()


def passport(n: int) -> str:
    return f"E{1234567 + n * 7919}"


def mobile(n: int) -> str:
    return f"138{10000000 + n * 7919}"


class _Town:
    """Puts the rows; every n-th of a kind is of the n-th sort."""

    def __init__(self, into: Filler) -> None:
        self._into = into
        head = self._head = into.branch("HQ")
        east, west = into.branch("EAST", head), into.branch("WEST", head)
        self._branches = [into.branch("EAST1", east), east, west, None, into.branch("WEST1", west)]
        staff = into.add(StaffRow, code="S2", name=TEXTS[0], branch_id=None)
        self._staff = [into.staff("S1", east), staff, None]
        self._products = [into.product("TERM", "LIFE"), into.product("CAR", "MOTOR")]
        self._products.append(into.add(ProductRow, code="ODD", name=TEXTS[1], line="LIFE"))
        self._tags = [into.tag(f"T{n}", TEXTS[n], "Life" if n % 2 else "Worth") for n in range(4)]
        into.change(TagRow, self._tags[0], description=TEXTS[4])
        self._sources: list[int | None] = [into.source("CORE"), into.source("OLD"), None]

    def fill(self) -> None:
        people = [self._customer(n) for n in range(CUSTOMERS)]
        for n, person in enumerate(people):
            for k in range(MANY if n == 0 else n % 4):
                self._dealing(person, n, k)
            for k in range(n % 3):
                self._numbers(person, n, k)
        self._policies(people)
        self._between(people)
        self._batches(people)
        self._into.saved_search("saved", "张", '{"kind": "PERSON"}', self._head)

    def _customer(self, n: int) -> int:
        is_person = n % 5 != 3
        return self._into.customer(
            n + 1,
            TEXTS[n % len(TEXTS)] + (f" {n}" if n >= len(TEXTS) else ""),
            kind="PERSON" if is_person else "ORGANIZATION",
            name_key=f"key {n % 7}",
            gender=_of(["FEMALE", "MALE", None, "UNSPECIFIED"], n) if is_person else None,
            birth_date=date(1950 + n, 1 + n % 12, 1 + n % 28) if is_person and n % 4 else None,
            branch_id=_of(self._branches, n),
            status_by_hand=_of([None, "DECEASED", None, "LOST"], n),
            updated_at=NOW - timedelta(days=n // 3, milliseconds=n),
        )

    def _dealing(self, person: int, n: int, k: int) -> None:
        into, place = self._into, n * 3 + k
        at = NOW - timedelta(days=k // 2, milliseconds=k % 2)
        words = {"outcome": _of([*TEXTS, None], place + 1), "notes": _of([None, *TEXTS], place)}
        contact = into.contact(person, _of(TEXTS, place), at, agent_id=_of(self._staff, place), **words)
        into.change(ContactRow, contact, channel=_of(["CALL", "WECHAT", "OTHER"], place))
        amount = _of([*AMOUNTS, None], place)
        into.lead(
            person,
            _of(TEXTS, place + 3),
            stage=_of(["NEW", "WON", "LOST", "QUOTED"], place),
            product_id=_of([*self._products, None], place),
            owner_id=_of(self._staff, place + 1),
            score=_of(SCORES, place),
            expected_premium=None if amount is None else Decimal(amount),
            currency=None if amount is None else _of(["CNY", "USD"], place),
            due_at=_of([at, None, NOW + timedelta(days=place)], place),
        )
        if k < len(self._tags):
            self._tagged(person, place, k)

    def _tagged(self, person: int, place: int, k: int) -> None:
        expires = _of([None, NOW + timedelta(days=9), NOW - timedelta(days=9)], place)
        source = _of(["MANUAL", "RULE", "MODEL", "IMPORT"], place)
        told = {"evidence": _of([None, *TEXTS], place), "expires_at": expires, "source": source}
        self._into.tagged(person, self._tags[k], **told)

    def _numbers(self, person: int, n: int, k: int) -> None:
        into, doubt = self._into, _of([None, *TEXTS], n)
        into.document(person, passport(n), "PASSPORT" if k == 0 else "OTHER", primary=k == 0, doubt=doubt)
        into.point(person, mobile(n), "MOBILE", preferred=k == 0, doubt=doubt)
        into.point(
            person, _of(["a@b.example", "wx 1", "上海市浦东新区"], n), "EMAIL" if n % 3 == 0 else "WECHAT"
        )
        source = _of(self._sources, n)
        if source is not None and k == 0:
            into.sourced(person, source, f"KEY-{n}")

    def _policies(self, people: Sequence[int]) -> None:
        for n in range(70):
            whose = people[0] if n < MANY else people[n % len(people)]
            policy = self._into.policy(
                SHARED_POLICY if n in (40, 41) else f"POL{n:05d}",
                _of(self._products, n),
                (whose, _of(["APPLICANT", "INSURED", "PAYER"], n)),
                status=_of(["IN_FORCE", "LAPSED", "PROPOSED", "OTHER"], n),
                source_id=_of(self._sources, n),
                source_status=_of([None, *TEXTS], n),
                effective_date=date(2020 + n % 3, 1 + n % 12, 1),
                expiry_date=_of([None, date(2039, 1, 1), date(2021, 1, 1)], n),
                annual_premium=Decimal(_of(AMOUNTS, n)),
                sum_insured=_of([None, Decimal("93000.30"), Decimal("0.0001")], n),
                currency=_of(["CNY", "USD", "CNY"], n),
                branch_id=_of(self._branches, n + 1),
            )
            self._parties(policy, people, n)

    def _parties(self, policy: int, people: Sequence[int], n: int) -> None:
        share = _of([None, Decimal("62.5"), Decimal("100"), Decimal("33.3333")], n)
        if n % 3 == 0:
            told = {"name": _of(TEXTS, n) or "nobody", "position": _of([None, 1, 2], n), "share": share}
            self._into.party(policy, None, "BENEFICIARY", **told)  # type: ignore[arg-type]  # no customer's
        if n % 2 == 0:
            self._into.party(
                policy, people[(n * 7 + 1) % len(people)], "INSURED", name=_of([None, "as told"], n)
            )

    def _between(self, people: Sequence[int]) -> None:
        into = self._into
        for n in range(12):
            into.related(people[n], people[(n * 5 + 1) % len(people)], "SPOUSE", "SPOUSE")
            home = into.household(_of(TEXTS, n) or "a home", (people[n], "head"), (people[n + 9], "child"))
            since, until = _of([None, date(2020, 1, 1)], n), _of([date(2024, 1, 1), None, None], n)
            told = {"name": _of(TEXTS, n + 1) or "x", "role": "other", "since": since, "until": until}
            into.add(HouseholdMemberRow, household_id=home, **told)
            into.suggestion(people[n], people[n + 3], status=_of(["OPEN", "OPEN", "REFUSED"], n))
        for person in (people[1], people[2], people[5]):
            into.document(person, SHARED_PASSPORT)

    def _batches(self, people: Sequence[int]) -> None:
        into = self._into
        for n in range(6):
            batch = into.add(
                ImportRunRow,
                file_digest=f"{n}",
                kind=_of(["customers", "policies"], n),
                source_id=_of(self._sources, n),
                started_at=NOW - timedelta(hours=n // 2),
                finished_at=_of([NOW, None], n),
                counts=f'{{"read": {n}, "linked": 1}}',
                origin=_of(["FILE", "API"], n),
                sent_by=_of(["agent", None, "db:me"], n),
                file_name=_of(TEXTS, n),
                taken_back_at=_of([None, None, NOW], n),
                taken_back_reason=_of([None, None, *TEXTS], n),
            )
            for k in range(n):
                into.add(
                    IncomingRecordRow,
                    batch_id=batch,
                    line=k + 2,
                    payload="[]",
                    digest=b"digest",
                    outcome=_of(["ADDED", "REVIEW", "REFUSED"], k),
                    entity_id=people[k + 3],
                    findings=_of([None, '[["name", "REQUIRED", "It is empty."]]'], k),
                    tx="tx",
                    received_at=NOW,
                    taken_back=_of([None, "SAID_SINCE"], k),
                )


def _of(values: Sequence[Any], n: int) -> Any:
    return values[n % len(values)]


WRONG_IDS = ("c999", "x", "", "c01", "d1", "c1 ")
IDS = (
    *(f"c{n}" for n in (1, 1, 1, 2, 3, 4, 5, 8, 17, 40)),
    "p1",
    "p31",
    "p41",
    "i1",
    "i33",
    "l1",
    "l32",
    "t1",
    "h1",
    "h7",
)
FIRST = (1, 2, 2, 3, 5, 7, 30)
DATES = ("1950-01-01", "1970-05-05", "2000-02-29", "1987-12-31")
INSTANTS = (
    "2026-11-20T10:00:00+08:00",
    "2026-11-15T01:59:59.999Z",
    "2000-01-01T00:00:00Z",
    "2026-11-22T02:00:00Z",
)

POOLS: Pools = {
    "Boolean": (True, False),
    "directive.if": (True, False),
    "String": ("", "T0", "张"),
    "ID": IDS,
    "first": (*FIRST * 6, 0, 1001),
    "after": ("", "zz"),
    "Date": DATES,
    "DateTime": INSTANTS,
    "Query.node.id": (*IDS * 3, *WRONG_IDS),
    "Query.nodes.ids": (*IDS * 3, *WRONG_IDS),
    "Query.lead.id": (*(f"l{n}" for n in (1, 1, 2, 3, 9, 31, 33, 50)), "c1"),
    "CustomerKey.id": (*(f"c{n}" for n in (1, 1, 1, 2, 3, 4, 5, 8, 17, 40)), "c999", "p1"),
    "CustomerKey.number": (*(f"C{n:09d}" for n in (1, 1, 2, 3, 6, 9, 21)), "C1", "张"),
    "DocumentKey.number": (
        *(passport(n) for n in (1, 2, 4, 5, 8)),
        SHARED_PASSPORT,
        "E1",
        "110101********1234",
    ),
    "SourceKey.source": ("CORE", "CORE", "OLD", "nowhere"),
    "SourceKey.key": ("KEY-1", "KEY-4", "KEY-10", "POL00000", "POL00001", SHARED_POLICY, '"'),
    "PolicyKey.id": (*(f"p{n}" for n in (1, 2, 3, 4, 31, 41)), "p999", "c1"),
    "PolicyKey.number": (*(f"POL{n:05d}" for n in (0, 1, 2, 31, 44)), SHARED_POLICY, "'"),
    "Query.tag.code": ("T0", "T1", "T2", "T3", "t1", '"'),
    "Query.tags.query": ("", "", "T", "张", "tab", "zz", "%", "said"),
    "Query.tags.category": ("Life", "Worth", "none"),
    "Query.products.query": ("", "", "TERM", "Product", "c", "_"),
    "Query.branches.under": ("HQ", "EAST", "WEST1", "nowhere"),
    "Query.searchCustomers.query": (
        "",
        "张",
        "zhang",
        "emoji",
        "C00000001",
        "no",
        passport(4),
        mobile(5),
        "1381",
        "POL0000",
        "*",
    ),
    "Query.suggest.text": ("", "张", "zh", "C0000", "no", passport(4)[:5], mobile(5)[-4:], "POL"),
    "Query.searchCustomers.consistentWith": ("", "zz", "c1:0"),
    "CustomerFilter.branch": ("HQ", "EAST", "EAST", "WEST", "EAST1", "nowhere"),
    "CustomerFilter.productLine": ("LIFE", "MOTOR", "none"),
    "CustomerFilter.mobile": (mobile(4), mobile(5), mobile(8), "138****8000", "1"),
    "PolicyFilter.productLine": ("LIFE", "MOTOR", "none"),
    "PolicyFilter.number": (*(f"POL{n:05d}" for n in (0, 1, 40)), SHARED_POLICY, "POL0*"),
    "Query.searchCustomers.saved": ("s1", "c1"),
    "LeadFilter.owner": ("S1", "S2", "S3"),
    "Query.batch.id": ("b1", "b2", "b6", "c1"),
    "BatchFilter.kind": ("customers", "policies", "none"),
    "BatchFilter.source": ("CORE", "OLD", "none"),
    "Query.reviewTask.id": ("w1", "w2", "c1"),
    "Query.relativeSuggestion.id": ("f1", "f2", "c1"),
    "ReviewTaskFilter.assignee": ("agent", "nobody"),
    "ReviewTaskFilter.rules": ("shipped", "no"),
    "TagFilter.all": ("T0", "T1", "T2", "zz"),
    "TagFilter.any": ("T0", "T1", "T3", "zz"),
    "TagFilter.none": ("T0", "T1", "T3", "zz"),
}
