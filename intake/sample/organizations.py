"""Companies: a name made of place, brand, trade and form, a credit code, and the people who speak for it."""

import math
from datetime import date, timedelta
from random import Random

from intake.sample import identities
from intake.sample.chance import Weighted, one_of, whole
from intake.sample.clients import Calendar, Client, Document, Point
from intake.sample.families import related
from intake.sample.lists.reading import words
from intake.sample.people import lives_at
from intake.sample.places import County, business_address, home_office, short
from matching.normal import name_key

BRANDS = words("brands")
TRADES = Weighted(
    [
        ("科技", 20), ("贸易", 14), ("建筑工程", 9), ("物流", 9), ("餐饮管理", 8), ("机械制造", 8),
        ("食品", 7), ("医疗器械", 5), ("教育咨询", 5), ("物业管理", 5), ("文化传媒", 5), ("电子", 6),
        ("新能源", 4), ("纺织", 4), ("保险经纪", 1), ("保险代理", 1),
    ]
)  # fmt: skip
FORMS = Weighted([("有限公司", 82), ("有限责任公司", 8), ("股份有限公司", 6), ("集团有限公司", 4)])


def organization(dice: Random, calendar: Calendar, county: County, name: str | None = None) -> Client:
    """A company of this county."""
    brand, trade = one_of(dice, BRANDS), TRADES.pick(dice)
    place = short(county.city_name) + ("市" if dice.random() < 0.5 else "")
    name = name or f"{place}{brand}{trade}{FORMS.pick(dice)}"
    since = calendar.today - timedelta(days=whole(dice, 0, 1000))
    client = Client("ORGANIZATION", name, county, home_office(dice, county), since)
    client.wealth = math.exp(dice.gauss(0, 0.5))
    client.name_key = name_key(name)
    client.documents.append(
        Document("UNIFIED_SOCIAL_CREDIT_CODE", identities.social_credit_code(dice, county))
    )
    if brand in name and dice.random() < 0.6:
        client.other_names.append(("SHORT", brand + trade))
    if dice.random() < 0.012:
        client.gone = "DISSOLVED"
    _reachable(dice, client)
    return client


def _reachable(dice: Random, client: Client) -> None:
    number = identities.landline(dice, client.county)
    client.points.append(Point("LANDLINE", number, number.replace("-", ""), True))
    if dice.random() < 0.6:
        host = "".join(client.name_key.split()[:4])
        mail = f"{one_of(dice, ('office', 'hr', 'caiwu', 'info'))}@{host}.example.com"
        client.points.append(Point("EMAIL", mail, mail))
    if dice.random() < 0.92:
        lives_at(client, business_address(dice, client.county))


def spoken_for(dice: Random, calendar: Calendar, company: Client, people: list[Client]) -> None:
    """Relate a company to people: the first represents it, the last is called, some more work there."""
    began = calendar.today - timedelta(days=whole(dice, 400, 4000))
    for person in people[1:-1]:
        related(company, person, ("EMPLOYEE", "EMPLOYER"), _grown(person, began))
    first, last = people[0], people[-1]
    related(company, first, ("LEGAL_REPRESENTATIVE", "REPRESENTED_ORGANIZATION"), _grown(first, began))
    related(company, last, ("CONTACT_PERSON", "CONTACT_PERSON_OF"), _grown(last, began))


def _grown(person: Client, day: date) -> date:
    """The day, or the nineteenth birthday where that came later."""
    return max(day, (person.birth or day) + timedelta(days=19 * 366))
