"""People: each with a name that fits gender and age, documents, and ways to be reached."""

import math
from datetime import date, timedelta
from random import Random

from intake.sample import identities, names
from intake.sample.chance import Weighted, one_of, whole
from intake.sample.clients import Calendar, Client, Document, Point
from intake.sample.places import ANYWHERE, IN_CITY, Address, County, home_address, home_office
from matching.normal import name_key

ADULT = 18
AGES = Weighted(
    [(20, 9), (25, 13), (30, 17), (35, 17), (40, 14), (45, 11), (50, 9), (55, 6), (60, 5), (65, 4), (75, 2)]
)
STILL_AT_HOME = 0.62  # share of people whose resident ID is of the county they live in
KASHGAR, XINJIANG = "6531", "65"


def birth_at_age(dice: Random, calendar: Calendar, age: int) -> date:
    """A birth date of somebody who is this old; newborns are at least a month."""
    return calendar.today - timedelta(days=int(age * 365.25) + whole(dice, 30, 360))


def adult_age(dice: Random) -> int:
    return AGES.pick(dice) + whole(dice, 0, 4)


def anybody(dice: Random, calendar: Calendar) -> Client:
    """A grown person who lives somewhere."""
    county = ANYWHERE.pick(dice)
    gender = "MALE" if dice.random() < 0.51 else "FEMALE"
    birth = birth_at_age(dice, calendar, adult_age(dice))
    name = local_name(dice, county, gender, birth.year)
    client = person(dice, name, county, (gender, birth))
    _settle(dice, calendar, client)
    reachable(dice, client, home_address(dice, county))
    return client


def _settle(dice: Random, calendar: Calendar, client: Client) -> None:
    """Give a person documents: most have a resident ID, a few come from elsewhere."""
    origin = dice.random()
    if origin < 0.006:
        _from_hong_kong(dice, client)
    elif origin < 0.009:
        client.documents.append(Document("TAIWAN_PERMIT", identities.taiwan_permit(dice)))
    elif origin < 0.014:
        _from_abroad(dice, client)
    else:
        identify(dice, client)
        if client.birth and calendar.age(client.birth) >= 70 and dice.random() < 0.15:
            client.gone = "DECEASED"


def person(dice: Random, name: str, county: County, born: tuple[str, date]) -> Client:
    """A person without documents; born: gender and birth date."""
    gender, birth = born
    wealth = math.exp(dice.gauss(-0.15, 0.6))
    client = Client(
        "PERSON", name, county, home_office(dice, county), birth, gender=gender, birth=birth, wealth=wealth
    )
    client.name_key = name_key(name)
    return client


def local_name(dice: Random, county: County, gender: str, year: int) -> str:
    """A name as people in this county have."""
    dotted = 0.88 if county.city == KASHGAR else 0.35 if county.city[:2] == XINJIANG else 0.002
    chance = dice.random()
    if chance < dotted:
        return names.dotted_name(dice, gender)
    if chance > 0.9985:
        return names.tibetan_name(dice, gender)
    return names.han_name(dice, gender, year)


def _from_hong_kong(dice: Random, client: Client) -> None:
    surname = names.WITH_LATIN_NAMES.pick(dice)
    client.name = names.han_name(dice, str(client.gender), client.since.year, surname)
    client.name_key = name_key(client.name)
    client.documents.append(Document("HK_MACAO_PERMIT", identities.home_return_permit(dice)))
    client.other_names.append(("LATIN", f"{one_of(dice, names.FAMILIAR_LATIN)} {_latin(client).split()[0]}"))


def _from_abroad(dice: Random, client: Client) -> None:
    client.name = names.foreign_name(dice, str(client.gender))
    client.name_key = name_key(client.name)
    client.documents.append(Document("PASSPORT", identities.foreign_passport(dice)))


def _latin(client: Client) -> str:
    return client.name_key.upper()


def identify(dice: Random, client: Client) -> None:
    """A resident ID, for some a second document and a name of former times."""
    birth, gender = client.birth or client.since, str(client.gender)
    county = client.county if dice.random() < STILL_AT_HOME else _birthplace(dice, client.county)
    number = identities.resident_id(dice, county, birth, gender)
    client.documents.append(Document("RESIDENT_ID", number))
    more = dice.random()
    if more < 0.05:
        client.documents.append(Document("PASSPORT", identities.passport(dice)))
        client.other_names.append(("LATIN", _latin(client)))
    elif more < 0.09:
        client.documents.append(Document("DRIVING_LICENCE", number))
    elif more < 0.098 and "·" not in client.name:
        former = client.name[0] + names.given_name(dice, gender, birth.year)
        if former != client.name:
            client.other_names.append(("FORMER", former))


def _birthplace(dice: Random, county: County) -> County:
    return one_of(dice, IN_CITY[county.city]) if dice.random() < 0.4 else ANYWHERE.pick(dice)


def reachable(dice: Random, client: Client, address: Address) -> None:
    """How a grown person is reached."""
    client.mobile = client.mobile or identities.mobile(dice)
    client.points.append(Point("MOBILE", client.mobile, client.mobile, True))
    if dice.random() < 0.06:
        second = identities.mobile(dice)
        client.points.append(Point("MOBILE", second, second))
    if dice.random() < 0.08:
        number = identities.landline(dice, client.county)
        client.points.append(Point("LANDLINE", number, number.replace("-", "")))
    if dice.random() < 0.45:
        mail = identities.email(dice, client.name_key, client.birth or client.since)
        client.points.append(Point("EMAIL", mail, mail))
    if dice.random() < 0.40:
        account = identities.wechat(dice, client.name_key)
        client.points.append(Point("WECHAT", account, account))
    if dice.random() < 0.85:
        lives_at(client, address)


def lives_at(client: Client, address: Address) -> None:
    client.points.append(
        Point("ADDRESS", address.text, address.text, False, address.street, address.postal_code)
    )
