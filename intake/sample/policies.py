"""Policies that fit whoever holds them: by age, family, car and company, renewed or kept for years."""

from datetime import date, timedelta
from random import Random

from intake.sample.chance import Weighted, one_of, whole
from intake.sample.clients import PRODUCTS, Calendar, Client, Policy, Product, age_on
from intake.sample.parties import parties_of

SOURCES = {"CORE": "核心业务系统", "AUTO": "车险业务系统", "BANCA": "银保通"}
SOURCE_STATUS = {
    "PROPOSED": "10", "IN_FORCE": "20", "SUSPENDED": "25", "LAPSED": "30", "SURRENDERED": "41",
    "MATURED": "50", "EXPIRED": "51", "CLAIMED": "60", "CANCELLED": "42", "DECLINED": "15",
}  # fmt: skip
LETTERS = {"motor": "PDAA", "property": "PQBA", "liability": "PZAB"}
# Serial numbers look unrelated but never meet: the factor has no divisor in common with the modulus.
SERIAL_FACTOR, SERIAL_MODULUS, MOST_POLICIES = 387_420_489, 10**9, 64
COMPULSORY_PREMIUMS = (66_500, 76_000, 85_500, 95_000)
COMPULSORY_SUM = 20_000_000
YEARS_BACK = 11
RENEWED, RENEWALS_KEPT = 0.8, 4
WITH_CAR, WITH_POLICIES, CHILD_INSURED = 0.26, 0.80, 0.60


def _fitting(family: str, age: int) -> list[tuple[Product, float]]:
    return [
        (product, product.weight)
        for product in PRODUCTS.values()
        if product.family == family and product.youngest <= age <= product.oldest
    ]


FOR_AGE = {age: Weighted(_fitting("PERSON", age)) for age in range(18, 76)}
FOR_CHILD = {age: Weighted(_fitting("CHILD", age)) for age in range(18)}
FOR_COMPANY = Weighted(_fitting("COMPANY", 0))


def insure(dice: Random, calendar: Calendar, client: Client) -> None:
    """Give a client its policies, and everybody on them their part."""
    if not client.is_person:
        _insure_company(dice, calendar, client)
    elif client.birth and calendar.age(client.birth) >= 18:
        _insure_person(dice, calendar, client)


def _insure_company(dice: Random, calendar: Calendar, client: Client) -> None:
    if dice.random() < 0.85 or client.eager:
        for _ in range(whole(dice, 1, 3)):
            product = FOR_COMPANY.pick(dice)
            _yearly(dice, calendar, (client, client), (product, _beginning(dice, calendar)))


def _insure_person(dice: Random, calendar: Calendar, client: Client) -> None:
    if dice.random() > WITH_POLICIES and not client.eager:
        return
    for _ in range(3 if client.eager else 1 + (dice.random() < 0.40) + (dice.random() < 0.15)):
        _personal(dice, calendar, client)
    for child in client.children:
        if dice.random() < CHILD_INSURED / (2 if client.spouse else 1) or client.eager:
            _for_child(dice, calendar, client, child)
    if dice.random() < WITH_CAR or client.eager:
        _car(dice, calendar, client)


def _beginning(dice: Random, calendar: Calendar) -> date:
    """A first day within the last years, more of late; some ahead."""
    return calendar.today - timedelta(days=int(365 * YEARS_BACK * dice.random() ** 1.5) - 12)


def _personal(dice: Random, calendar: Calendar, client: Client) -> None:
    insured = client.spouse if client.spouse and dice.random() < 0.16 else client
    begins = _beginning(dice, calendar)
    age = age_on(begins, insured.birth or begins)
    if age_on(begins, client.birth or begins) < 18 or age not in FOR_AGE:
        return
    product = FOR_AGE[age].pick(dice)
    follow = _yearly if product.years == 1 else _lasting
    follow(dice, calendar, (client, insured), (product, begins))


def _for_child(dice: Random, calendar: Calendar, client: Client, child: Client) -> None:
    birth = child.birth or calendar.today
    earliest = max(birth + timedelta(days=28), calendar.today - timedelta(days=365 * YEARS_BACK))
    latest = min(calendar.today - timedelta(days=1), birth + timedelta(days=17 * 365))
    if earliest > latest:
        return
    begins = earliest + timedelta(days=whole(dice, 0, (latest - earliest).days))
    product = FOR_CHILD[age_on(begins, birth)].pick(dice)
    follow = _yearly if product.years == 1 else _lasting
    follow(dice, calendar, (client, child), (product, begins))


def _car(dice: Random, calendar: Calendar, client: Client) -> None:
    """A compulsory policy and a commercial one, of the same days each year."""
    begins = _beginning(dice, calendar)
    if not 18 <= age_on(begins, client.birth or begins) <= 75:
        return
    commercial = PRODUCTS["MC03" if dice.random() < 0.22 else "MC02"]
    years = _years_kept(dice, calendar, begins)
    for product in (PRODUCTS["MC01"], commercial):
        _years(dice, calendar, (client, client), (product, years))


def _yearly(dice: Random, calendar: Calendar, who: tuple[Client, Client], what: tuple[Product, date]) -> None:
    product, begins = what
    _years(dice, calendar, who, (product, _years_kept(dice, calendar, begins)))


def _years_kept(dice: Random, calendar: Calendar, begins: date) -> list[date]:
    """The first days of one-year policies: renewed mostly, the last few, a coming one from 20 days ahead."""
    found = [begins]
    while dice.random() < RENEWED and (following := _after(found[-1], 1)) <= calendar.today + timedelta(20):
        found.append(following)
    return found[-RENEWALS_KEPT:]


def _years(
    dice: Random, calendar: Calendar, who: tuple[Client, Client], what: tuple[Product, list[date]]
) -> None:
    product, beginnings = what
    premium, birth = _premium(dice, who[0], product), who[1].birth
    fitting = [day for day in beginnings if birth is None or age_on(day, birth) <= product.oldest]
    for begins in fitting:
        expiry = _after(begins, 1) - timedelta(days=1)
        status = _yearly_status(dice, calendar, (begins, expiry))
        _write(dice, who, _policy(who[0], product, (begins, expiry), (status, premium)))
        premium = premium if product.code == "MC01" else round(premium * (0.94 + 0.12 * dice.random()))


def _yearly_status(dice: Random, calendar: Calendar, days: tuple[date, date]) -> str:
    begins, expiry = days
    if begins > calendar.today:
        return "PROPOSED"
    chance = dice.random()
    if chance < 0.02:
        return "CANCELLED"
    if expiry < calendar.today:
        return "EXPIRED"
    return "DECLINED" if chance < 0.025 else "IN_FORCE"


def _lasting(
    dice: Random, calendar: Calendar, who: tuple[Client, Client], what: tuple[Product, date]
) -> None:
    """One policy of many years, or for life."""
    product, begins = what
    expiry = _after(begins, product.years) - timedelta(days=1) if product.years else None
    status = _lasting_status(dice, calendar, (begins, expiry))
    premium = _premium(dice, who[0], product)
    _write(dice, who, _policy(who[0], product, (begins, expiry), (status, premium)))


OLD_STATUSES = Weighted(
    [("IN_FORCE", 84), ("LAPSED", 7), ("SURRENDERED", 6), ("CLAIMED", 2), ("SUSPENDED", 1)]
)
NEW_STATUSES = Weighted([("IN_FORCE", 80), ("PROPOSED", 12), ("DECLINED", 3), ("CANCELLED", 5)])


def _lasting_status(dice: Random, calendar: Calendar, days: tuple[date, date | None]) -> str:
    begins, expiry = days
    if begins > calendar.today:
        return "PROPOSED"
    if expiry and expiry < calendar.today:
        return "MATURED"
    if (calendar.today - begins).days < 20:
        return NEW_STATUSES.pick(dice)
    # A policy lapses sixty days after an unpaid premium at the earliest: a year and two months in.
    return "IN_FORCE" if (calendar.today - begins).days < 430 else OLD_STATUSES.pick(dice)


def _after(day: date, years: int) -> date:
    """The same day some years on; 1 March for 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _premium(dice: Random, client: Client, product: Product) -> int:
    """In fen: whole yuan, but motor."""
    if product.code == "MC01":
        return one_of(dice, COMPULSORY_PREMIUMS)
    span = product.premium_to / product.premium_from
    yuan: float = product.premium_from * span ** (dice.random() ** 1.6)
    if product.family == "MOTOR":
        return round(yuan * 100)
    yuan = min(max(yuan * client.wealth, product.premium_from), product.premium_to * 5)
    return int(yuan // 10 * 10) * 100 if yuan >= 1000 else int(yuan) * 100


def _insured_sum(product: Product, premium: int) -> int:
    """In fen, a round number."""
    if product.code == "MC01":
        return COMPULSORY_SUM
    yuan = premium // 100 * product.factor
    step = 10_000 if yuan >= 100_000 else 1_000
    return max(yuan // step * step, step) * 100


def _policy(
    client: Client, product: Product, days: tuple[date, date | None], state: tuple[str, int]
) -> Policy:
    begins, expiry = days
    status, premium = state
    if client.gone and status in ("IN_FORCE", "PROPOSED", "SUSPENDED"):
        status = "CLAIMED" if client.is_person and product.line in ("life", "accident") else "CANCELLED"
    serial = (client.id * MOST_POLICIES + len(client.held)) * SERIAL_FACTOR % SERIAL_MODULUS
    place = client.county.code[:4]
    number = f"{LETTERS.get(product.line, '')}{begins.year}{place}{serial:09d}"
    source = (
        "AUTO" if product.line == "motor" else "BANCA" if serial % 7 == 0 and product.years > 1 else "CORE"
    )
    insured_sum = _insured_sum(product, premium)
    return Policy(product, source, number, status, begins, expiry, premium, insured_sum, client.office)


def _write(dice: Random, who: tuple[Client, Client], policy: Policy) -> None:
    applicant, insured = who
    policy.parties = parties_of(dice, policy, applicant, insured)
    applicant.held.append(policy)
    for client in {id(party.client): party.client for party in policy.parties if party.client}.values():
        client.involved.append(policy)


def known_since(dice: Random, calendar: Calendar, client: Client) -> date:
    """The day on which the insurer first wrote this client down: shortly before the first policy."""
    if not client.involved:
        return max(client.since, calendar.today - timedelta(days=whole(dice, 0, 1095)))
    first = min(policy.effective for policy in client.involved)
    day = min(first, calendar.today) - timedelta(days=whole(dice, 0, 20))
    return max(day, client.birth) if client.birth else day
