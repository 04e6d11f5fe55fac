"""Calls, visits and messages of the last three years, about what the customer has."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from intake.sample.chance import Weighted, one_of, whole
from intake.sample.clients import Calendar, Client, Contact, Policy
from intake.sample.frame import Frame
from intake.sample.lists.reading import named_rows
from intake.sample.parties import headcount
from intake.sample.places import HEAD_OFFICE

YEARS_BACK_DAYS = 1095
MOST, AVERAGE, AVERAGE_PROSPECT = 48, 6.4, 2.6
WITH_NOTES = 0.55
OPENING, CLOSING = 9 * 60, 19 * 60
OCCASIONS = Weighted([("POLICY", 58), ("ANY", 25), ("CLAIM", 15), ("COMPLAINT", 2)])
ALWAYS_OPEN = ("WEB", "WECHAT", "SMS")


@dataclass(frozen=True, slots=True)
class Topic:
    channel: str
    direction: str
    subject: str
    outcomes: tuple[str, ...]
    notes: tuple[str, ...]


def _topics() -> dict[str, list[Topic]]:
    found: dict[str, list[Topic]] = defaultdict(list)
    for row in named_rows("topics"):
        notes = tuple(filter(None, (row["notes"] or "").split("|")))
        outcomes = tuple(row["outcomes"].split("|"))
        found[row["occasion"]].append(
            Topic(row["channel"], row["direction"], row["subject"], outcomes, notes)
        )
    return found


TOPICS = _topics()
COMPLAINT_SUBJECTS = frozenset(topic.subject for topic in TOPICS["COMPLAINT"])


def talk(dice: Random, calendar: Calendar, frame: Frame, client: Client) -> None:
    """Give a grown client its contacts, in no order."""
    if client.birth and calendar.age(client.birth) < 16:
        return
    average = AVERAGE if client.involved else AVERAGE_PROSPECT
    count = min(int(dice.expovariate(1 / average) + 0.4), MOST)
    for _ in range(max(count, 6) if client.eager else count):
        occasion, policy = _occasion(dice, client)
        first = max(client.since, calendar.today - timedelta(days=YEARS_BACK_DAYS))
        if policy:
            first = max(first, policy.effective)
        if first < calendar.today:
            client.contacts.append(_contact(dice, calendar, (frame, client), (occasion, policy, first)))


def _occasion(dice: Random, client: Client) -> tuple[str, Policy | None]:
    if not client.held or dice.random() < 0.08:
        return ("ANY" if client.is_person else "COMPANY_PROSPECT"), None
    occasion, policy = OCCASIONS.pick(dice), one_of(dice, client.held)
    if not client.is_person:
        return ("COMPLAINT" if occasion == "COMPLAINT" else "COMPANY"), policy
    if occasion == "ANY":
        return occasion, None
    return ("COMPLAINT" if occasion == "COMPLAINT" else _about(dice, occasion, policy)), policy


def _about(dice: Random, occasion: str, policy: Policy) -> str:
    """What the policy gives cause for."""
    if policy.product.line == "motor":
        return "MOTOR"
    if occasion == "CLAIM" and policy.product.line in ("health", "accident"):
        return "CLAIM"
    return "LASTING" if policy.product.years != 1 and dice.random() < 0.3 else "POLICY"


TOPICS["COMPANY_PROSPECT"] = [TOPICS["COMPANY"][0], *(t for t in TOPICS["ANY"] if t.subject == "柜面咨询")]


def _contact(
    dice: Random, calendar: Calendar, who: tuple[Frame, Client], why: tuple[str, Policy | None, date]
) -> Contact:
    frame, client = who
    occasion, policy, first = why
    topic = one_of(dice, TOPICS[occasion])
    days = (calendar.today - first).days
    day = calendar.today - timedelta(days=1 + int(days * dice.random() ** 1.3))
    minutes = whole(dice, 7 * 60, 23 * 60) if topic.channel in ALWAYS_OPEN else whole(dice, OPENING, CLOSING)
    by_machine = topic.channel in ("SMS", "WEB")
    office = HEAD_OFFICE if topic.channel == "CALL" and dice.random() < 0.6 else client.office
    return Contact(
        topic.channel,
        topic.direction,
        calendar.at(max(day, first), minutes),
        topic.subject,
        one_of(dice, topic.outcomes),
        _notes(dice, topic, policy),
        None if by_machine else frame.somebody(dice, office),
    )


def _notes(dice: Random, topic: Topic, policy: Policy | None) -> str | None:
    if not topic.notes or dice.random() > WITH_NOTES:
        return None
    text = one_of(dice, topic.notes)
    if policy is None:
        return text.replace("{people}", str(whole(dice, 10, 300)))
    return text.format(
        product=policy.product.name,
        number=policy.number,
        premium=f"{policy.premium / 100:.2f}",
        people=headcount(policy),
    )
