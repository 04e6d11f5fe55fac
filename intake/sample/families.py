"""Families: husband and wife, children, sometimes a parent, under one roof and in one household."""

from datetime import date, timedelta
from random import Random

from intake.sample import identities, names
from intake.sample.chance import Weighted, whole
from intake.sample.clients import Calendar, Client, Document, Household, Point
from intake.sample.people import (
    ADULT,
    anybody,
    birth_at_age,
    identify,
    lives_at,
    person,
    reachable,
)
from intake.sample.places import Address, home_address

CHILDREN = Weighted([(0, 22), (1, 48), (2, 26), (3, 4)])
ROLES = {"SPOUSE": "spouse", "CHILD": "child", "PARENT": "parent"}


def family(dice: Random, calendar: Calendar, room: int) -> tuple[list[Client], Household]:
    """At most `room` people, at least two."""
    head = anybody(dice, calendar)
    while not 24 <= calendar.age(head.birth or head.since) <= 62 or head.documents[0].type != "RESIDENT_ID":
        head = anybody(dice, calendar)
    return grown(dice, calendar, head, room)


def grown(dice: Random, calendar: Calendar, head: Client, room: int) -> tuple[list[Client], Household]:
    """The family around this head."""
    home = home_address(dice, head.county)
    spouse = _spouse(dice, calendar, head, home)
    members = [head, spouse]
    count = min(2 if head.eager else CHILDREN.pick(dice), room - len(members))
    children = (_child(dice, calendar, (head, spouse), home) for _ in range(count))
    members += [child for child in children if child]
    with_parent = head.eager or dice.random() < 0.22
    if len(members) < room and with_parent and (parent := _parent(dice, calendar, head, home)):
        members.append(parent)
    return members, household_of(head, members)


def household_of(head: Client, members: list[Client]) -> Household:
    """The household of a head: who is in it, by what they are to the head."""
    place = {id(other): (kind, since) for other, kind, since in head.relations}
    found = [
        (member, ROLES[place[id(member)][0]], place[id(member)][1])
        for member in members
        if member is not head
    ]
    began = min((since for _, _, since in found if since), default=None)
    return Household(f"{head.name}家庭", [(head, "head", began), *found])


def related(one: Client, other: Client, kinds: tuple[str, str], since: date | None) -> None:
    """kinds: what the other is to the one, and the one to the other."""
    one.relations.append((other, kinds[0], since))
    other.relations.append((one, kinds[1], since))


def _spouse(dice: Random, calendar: Calendar, head: Client, home: Address) -> Client:
    birth = (head.birth or head.since) + timedelta(days=whole(dice, -1200, 1200))
    birth = min(birth, calendar.today - timedelta(days=23 * 366))
    gender = "FEMALE" if head.gender == "MALE" else "MALE"
    dotted = "·" in head.name
    name = names.dotted_name(dice, gender) if dotted else names.han_name(dice, gender, birth.year)
    spouse = person(dice, name, head.county, (gender, birth))
    spouse.office, spouse.wealth = head.office, head.wealth
    identify(dice, spouse)
    reachable(dice, spouse, home)
    married = max(birth, head.birth or birth) + timedelta(days=whole(dice, 22 * 366, 30 * 366))
    related(head, spouse, ("SPOUSE", "SPOUSE"), min(married, calendar.today - timedelta(days=30)))
    head.spouse, spouse.spouse = spouse, head
    return spouse


def _child(dice: Random, calendar: Calendar, parents: tuple[Client, Client], home: Address) -> Client | None:
    head = parents[0]
    married = next(since for _, kind, since in head.relations if kind == "SPOUSE" and since)
    if (years := calendar.age(married)) < 2:
        return None
    birth = birth_at_age(dice, calendar, min(whole(dice, 0, years - 2), whole(dice, 0, 24)))
    gender = "MALE" if dice.random() < 0.52 else "FEMALE"
    child = person(dice, _child_name(dice, parents, gender, birth.year), head.county, (gender, birth))
    child.office, child.wealth = head.office, head.wealth
    _child_documents(dice, calendar, child)
    _child_contact(dice, calendar, child, (head, home))
    for parent in parents:
        related(parent, child, ("CHILD", "PARENT"), birth)
        parent.children.append(child)
    return child


def _child_name(dice: Random, parents: tuple[Client, Client], gender: str, year: int) -> str:
    father = parents[0] if parents[0].gender == "MALE" else parents[1]
    if "·" in father.name:
        return names.dotted_name(dice, gender, father.name.split("·")[0])
    return names.han_name(dice, gender, year, surname_of(father.name))


def surname_of(name: str) -> str:
    return name[:2] if len(name) > 2 and name[:2] in names.SURNAMES.items else name[0]


def _child_documents(dice: Random, calendar: Calendar, child: Client) -> None:
    age = calendar.age(child.birth or child.since)
    if age == 0 and dice.random() < 0.5:
        child.documents.append(Document("BIRTH_CERTIFICATE", identities.birth_certificate(dice)))
        return
    number = identities.resident_id(dice, child.county, child.birth or child.since, str(child.gender))
    type = "HOUSEHOLD_REGISTER" if age < 16 and dice.random() < 0.4 else "RESIDENT_ID"
    child.documents.append(Document(type, number))


def _child_contact(dice: Random, calendar: Calendar, child: Client, home: tuple[Client, Address]) -> None:
    """Grown children have their own numbers; the small are reached through the head, or not at all."""
    head, address = home
    age = calendar.age(child.birth or child.since)
    if age >= ADULT:
        reachable(dice, child, address)
        return
    if age >= 12 and dice.random() < 0.5:
        child.mobile = identities.mobile(dice)
    elif dice.random() < 0.5:
        child.mobile = head.mobile
    if child.mobile:
        child.points.append(Point("MOBILE", child.mobile, child.mobile, True))
    if dice.random() < 0.6:
        lives_at(child, address)


def _parent(dice: Random, calendar: Calendar, head: Client, home: Address) -> Client | None:
    age = calendar.age(head.birth or head.since) + whole(dice, 23, 32)
    if age > 86:
        return None
    gender = "MALE" if dice.random() < 0.45 else "FEMALE"
    birth = birth_at_age(dice, calendar, age)
    parent = person(dice, _parent_name(dice, head, gender, birth.year), head.county, (gender, birth))
    parent.office = head.office
    identify(dice, parent)
    if dice.random() < 0.2:
        parent.mobile = head.mobile  # the old ones are reached through their children
    reachable(dice, parent, home)
    related(head, parent, ("PARENT", "CHILD"), head.birth)
    return parent


def _parent_name(dice: Random, head: Client, gender: str, year: int) -> str:
    if "·" in head.name:
        return names.dotted_name(dice, gender)
    return names.han_name(dice, gender, year, surname_of(head.name) if gender == "MALE" else None)
