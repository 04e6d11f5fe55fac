"""Three hundred customers made by a fixed rule, and a few planted among them that the tests name."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

from indexing.documents.customers import CustomerDocument
from master.keys import Keys
from matching.numbers import resident_id_check_digit

KEYS = Keys(b"k" * 32)
SURNAMES = "王李刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
FIRST = ("James", "Mary", "Peter", "Linda", "David", "Emma")
LAST = ("Brown", "Garcia", "Miller", "Davis", "Wilson", "Taylor")
REGIONS = ("310101", "440305", "510104", "330106")
START = datetime(2026, 1, 1, tzinfo=UTC)


def customer(id: int, name: str, **fields: Any) -> CustomerDocument:
    """A customer with nothing but a name, and the given fields."""
    given: dict[str, Any] = {
        "number": f"C{id:09d}",
        "revision": 1,
        "kind": "PERSON",
        "status": "ACTIVE",
        "birth_date": None,
        "updated_at": START + timedelta(days=id),
        "names": (name,),
        "phones": (),
        "mobiles": (),
        "documents": (),
        "typed_documents": (),
        "emails": (),
        "policies": (),
        "tags": (),
        "branch": None,
        "branch_path": (),
        "belongs": (),
        "product_lines": (),
        "in_force": 0,
        "last_contact": None,
    }
    return CustomerDocument(id=id, **{**given, **fields})


def resident_id(region: str, birth: date, sequence: int) -> str:
    first = f"{region}{birth:%Y%m%d}{sequence:03d}"
    return first + resident_id_check_digit(first)


def _generated(id: int, chance: random.Random) -> CustomerDocument:
    if id % 4:
        name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice([1, 2, 2])))
    else:
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    birth = date(1950, 1, 1) + timedelta(days=chance.randrange(20_000))
    branch = chance.choice(["BJ01", "SH01", "SZ01"])
    return customer(
        id,
        name,
        kind="PERSON" if id % 10 else "ORGANIZATION",
        status=chance.choice(["ACTIVE", "PROSPECT", "LOST"]),
        birth_date=birth,
        phones=(f"139{chance.randrange(10**8):08d}",),
        documents=(resident_id(chance.choice(REGIONS), birth, chance.randrange(1000)),),
        policies=tuple(f"PL20{chance.randrange(10, 27)}{chance.randrange(10**8):08d}" for _ in range(id % 3)),
        tags=tuple(chance.sample(["vip", "gold", "risk", "life"], id % 4)),
        branch=branch,
        branch_path=("HQ", branch[:2], branch),
        belongs=("HQ", branch[:2], branch),
        product_lines=("LIFE",) if id % 2 else ("MOTOR",),
        in_force=id % 3,
        last_contact=START + timedelta(days=chance.randrange(300)) if id % 5 else None,
    )


ZHANG_SAN = customer(
    1001,
    "张三",
    birth_date=date(1949, 12, 31),
    phones=("13800138000", "01066554321"),
    mobiles=("13800138000",),
    documents=("11010519491231002X",),
    typed_documents=("RESIDENT_ID 11010519491231002X",),
    emails=("zhang.san@example.com",),
    policies=("PA-2023-00012345",),
    in_force=2,
)
ZHANG_SANFENG = customer(1002, "张三丰")
ZHANG_SHAN = customer(1003, "章珊")
SHAN = customer(1004, "单田芳")
ZENG = customer(1005, "曾小贤")
UYGHUR = customer(1006, "买买提·艾力")
ASHOW = customer(1007, "John Ashow")
LU_BU = customer(1008, "吕布")
LU = customer(1009, "卢布")
RENAMED = customer(1010, "诸葛孔明", names=("诸葛孔明", "司马孔明"))
COMPANY = customer(1011, "360 安全科技股份有限公司", kind="ORGANIZATION")
OUYANG = customer(1012, "歐陽娜娜")
ZHAN = customer(1013, "詹国三")
LATIN_ZHANG = customer(1014, "ZHANG Shanshan")
PLANTED = (
    ZHANG_SAN,
    ZHANG_SANFENG,
    ZHANG_SHAN,
    SHAN,
    ZENG,
    UYGHUR,
    ASHOW,
    LU_BU,
    LU,
    RENAMED,
    COMPANY,
    OUYANG,
    ZHAN,
    LATIN_ZHANG,
)

_CHANCE = random.Random(20261122)
GENERATED = tuple(_generated(id, _CHANCE) for id in range(1, 301))
CORPUS = GENERATED + PLANTED
BY_ID = {document.id: document for document in CORPUS}
