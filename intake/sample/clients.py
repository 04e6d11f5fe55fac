"""What a sample customer is while it is being made up; rows.py writes it down."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from intake.sample.lists.reading import named_rows
from intake.sample.places import County


@dataclass(frozen=True)
class Calendar:
    """The last day of the sample, and the instant at which it begins."""

    today: date
    midnight: datetime

    def at(self, day: date, minutes: int) -> datetime:
        """An instant on a day, in minutes after its beginning (as days were always 24 hours)."""
        return self.midnight + timedelta(days=(day - self.today).days, minutes=minutes)

    def day_of(self, instant: datetime) -> date:
        return self.today + timedelta(days=(instant - self.midnight).days)

    def age(self, birth: date) -> int:
        return age_on(self.today, birth)


def age_on(day: date, birth: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


@dataclass(frozen=True, slots=True)
class Document:
    type: str
    number: str


@dataclass(frozen=True, slots=True)
class Point:
    """normal: the form it is compared in. street, postal_code: of addresses."""

    kind: str
    value: str
    normal: str
    preferred: bool = False
    street: str | None = None
    postal_code: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """client None: a free-text name."""

    role: str
    client: "Client | None" = None
    name: str | None = None
    position: int | None = None
    share: int | None = None


@dataclass(slots=True)
class Policy:
    """premium, insured_sum: in fen."""

    product: "Product"
    source: str
    number: str
    status: str
    effective: date
    expiry: date | None
    premium: int
    insured_sum: int
    office: str
    parties: list[Party] = field(default_factory=list)


@dataclass(slots=True)
class Client:
    """wealth: 1 is usual. gone: the status of those who died or closed down. since: known to the insurer."""

    kind: str
    name: str
    county: County
    office: str
    since: date
    gender: str | None = None
    birth: date | None = None
    wealth: float = 1.0
    eager: bool = False
    gone: str | None = None
    id: int = 0
    name_key: str = ""
    mobile: str | None = None
    documents: list[Document] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    other_names: list[tuple[str, str]] = field(default_factory=list)
    spouse: "Client | None" = None
    children: list["Client"] = field(default_factory=list)
    relations: list[tuple["Client", str, date | None]] = field(default_factory=list)
    held: list[Policy] = field(default_factory=list)
    involved: list[Policy] = field(default_factory=list)
    contacts: list["Contact"] = field(default_factory=list)
    tags: list["Grant"] = field(default_factory=list)
    leads: list["Lead"] = field(default_factory=list)

    @property
    def is_person(self) -> bool:
        return self.kind == "PERSON"


@dataclass(slots=True)
class Household:
    """members: (client, role, since)."""

    name: str
    members: list[tuple[Client, str, date | None]]


@dataclass(frozen=True, slots=True)
class Contact:
    channel: str
    direction: str
    occurred: datetime
    subject: str
    outcome: str
    notes: str | None
    agent_id: int | None


@dataclass(frozen=True, slots=True)
class Grant:
    """A tag and why; ended: taken away again."""

    tag: str
    source: str
    evidence: str
    assigned: datetime
    expires: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """premium: in fen. owner_id, owner_office: of the staff."""

    title: str
    stage: str
    product: str | None
    owner_id: int | None
    owner_office: str | None
    score: float
    premium: int | None
    due: datetime | None
    created: datetime


@dataclass(frozen=True, slots=True)
class Product:
    """years: 1: renewed each year, 0: for life. Premiums in yuan; factor: sum insured over premium."""

    code: str
    name: str
    line: str
    family: str
    youngest: int
    oldest: int
    years: int
    premium_from: int
    premium_to: int
    factor: int
    weight: int


def _product(row: dict[str, str]) -> Product:
    code, name, line, family = (row[key] for key in ("code", "name", "line", "family"))
    rest = ("youngest", "oldest", "years", "premium_from", "premium_to", "factor", "weight")
    return Product(code, name, line, family, *(int(row[key]) for key in rest))


PRODUCTS = {product.code: product for product in map(_product, named_rows("products"))}
