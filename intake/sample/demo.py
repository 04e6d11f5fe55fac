"""The first customers of every sample: people and a company that documentation and trials can count on."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from intake.sample.chance import whole
from intake.sample.clients import Calendar, Client, Household
from intake.sample.families import grown
from intake.sample.organizations import organization, spoken_for
from intake.sample.people import birth_at_age, identify, person, reachable
from intake.sample.places import COUNTIES, home_address

NANSHAN, KASHGAR = "440305", "653101"
AGES_AT = date(2026, 11, 22)  # so that 张伟 has the same birth date and numbers in every sample
# Name, gender, age then, county; each of them hard to read or to spell.
SINGLES = (
    ("买买提·艾力", "MALE", 46, KASHGAR),
    ("欧阳静", "FEMALE", 33, "430102"),
    ("单志强", "MALE", 52, "370102"),
    ("曾晓红", "FEMALE", 44, "440106"),
    ("张三", "MALE", 29, "110105"),
    ("章珊", "FEMALE", 31, "310115"),
    ("张珊珊", "FEMALE", 27, "330106"),
    ("仇万里", "MALE", 61, "320106"),
    ("尉迟恭敬", "MALE", 38, "610113"),
    ("解语", "FEMALE", 24, "510107"),
)
COMPANY = "深圳市安信达保险经纪有限公司"


def demo_clients(dice: Random, calendar: Calendar, room: int) -> tuple[list[Client], list[Household]]:
    """At most `room` of them, at least one."""
    head = _known(dice, calendar, ("张伟", "MALE", 41, NANSHAN))
    clients, households = [head], []
    if room >= 2:
        clients, household = grown(dice, calendar, head, room)
        households.append(household)
    clients += [_known(dice, calendar, single) for single in SINGLES[: room - len(clients)]]
    if len(clients) < room:
        company = organization(dice, calendar, COUNTIES[NANSHAN], COMPANY)
        company.eager, company.gone = True, None
        spoken_for(dice, calendar, company, clients[:2])
        clients.append(company)
    return clients, households


def _known(dice: Random, calendar: Calendar, who: tuple[str, str, int, str]) -> Client:
    name, gender, age, county = who
    birth = birth_at_age(dice, replace(calendar, today=AGES_AT), age) - timedelta(days=whole(dice, 0, 5))
    client = person(dice, name, COUNTIES[county], (gender, birth))
    client.wealth, client.eager = 2.0, True
    identify(dice, client)
    reachable(dice, client, home_address(dice, client.county))
    return client
