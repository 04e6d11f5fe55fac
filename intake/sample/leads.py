"""Leads in every stage: open ones ahead or overdue, closed ones behind."""

from datetime import timedelta
from random import Random

from intake.sample.chance import Weighted, whole
from intake.sample.clients import PRODUCTS, Calendar, Client, Lead, Product
from intake.sample.frame import Frame
from intake.sample.places import PARENT
from master.tables.codes import OPEN_STAGES

COUNTS = Weighted([(0, 28), (1, 26), (2, 18), (3, 12), (4, 9), (5, 5), (7, 2)])
# NEW ASSIGNED CONTACTED QUOTED WON LOST: how many of a hundred.
STAGES = Weighted(
    [("NEW", 14), ("ASSIGNED", 14), ("CONTACTED", 15), ("QUOTED", 9), ("WON", 22), ("LOST", 26)]
)
PURPOSES = {
    "life": "{name}：寿险保障方案", "annuity": "{name}：养老年金规划", "health": "{name}：健康险加保",
    "accident": "{name}：意外险", "motor": "{name}：车险续保", "property": "{name}：家财险",
    "liability": "{name}：责任险",
}  # fmt: skip
FOR_COMPANIES = [product for product in PRODUCTS.values() if product.family == "COMPANY"]
FOR_PEOPLE = [
    product for product in PRODUCTS.values() if product.family != "COMPANY" and product.code != "MC01"
]


def seek(dice: Random, calendar: Calendar, frame: Frame, client: Client) -> None:
    """Give a grown client its leads."""
    if client.gone or (client.birth and calendar.age(client.birth) < 20):
        return
    count = max(COUNTS.pick(dice), 3 if client.eager else 0)
    if count == 0:
        return
    fitting = _fitting(calendar, client)
    for place in range(min(count, len(fitting))):
        stage = "QUOTED" if client.eager and place == 0 else STAGES.pick(dice)
        product = fitting.pop(int(dice.random() * len(fitting)))
        client.leads.append(_lead(dice, calendar, (frame, client), (stage, product)))


def _fitting(calendar: Calendar, client: Client) -> list[Product]:
    """What this client can be sold, each once."""
    if client.birth is None:
        return list(FOR_COMPANIES)
    age = calendar.age(client.birth)
    return [
        product
        for product in FOR_PEOPLE
        if (client.children if product.family == "CHILD" else product.youngest <= age <= product.oldest)
    ]


def _lead(dice: Random, calendar: Calendar, who: tuple[Frame, Client], what: tuple[str, Product]) -> Lead:
    frame, client = who
    stage, product = what
    is_open = stage in OPEN_STAGES
    known_days = (calendar.today - client.since).days
    age = min(known_days, whole(dice, 1, 100) if is_open else whole(dice, 60, 1000))
    created = calendar.today - timedelta(days=age)
    owner_office = None if stage == "NEW" else _owner_office(dice, client)
    due = _due_days(dice, stage, age)
    value = int(product.premium_from * (product.premium_to / product.premium_from) ** dice.random())
    purpose = PURPOSES[product.line].format(name=client.name)
    return Lead(
        f"{purpose}（{product.name}）" if dice.random() < 0.4 else purpose,
        stage,
        product.code,
        frame.somebody(dice, owner_office) if owner_office else None,
        owner_office,
        round(min(0.99, max(0.01, dice.gauss(SCORES[stage], 0.15))), 2),
        value // 10 * 1000 if dice.random() < 0.8 else None,
        None if due is None else calendar.at(calendar.today + timedelta(days=due), 18 * 60),
        calendar.at(created, whole(dice, 8 * 60, 20 * 60)) if age else calendar.midnight,
    )


SCORES = {"NEW": 0.4, "ASSIGNED": 0.45, "CONTACTED": 0.55, "QUOTED": 0.7, "WON": 0.85, "LOST": 0.25}


def _owner_office(dice: Random, client: Client) -> str:
    """Mostly somebody of the home branch, sometimes of the one above it."""
    return client.office if dice.random() < 0.88 else PARENT[client.office] or client.office


def _due_days(dice: Random, stage: str, age: int) -> int | None:
    """Days from today: most open leads are ahead, some overdue; closed ones were due before."""
    if stage in ("WON", "LOST"):
        return -whole(dice, 1, max(age, 1)) if dice.random() < 0.8 else None
    if stage == "NEW" and dice.random() < 0.5:
        return None
    return whole(dice, -min(age, 12), 30)
