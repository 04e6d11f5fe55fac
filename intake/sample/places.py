"""Where people live and which office of the insurer serves them; codes by GB/T 2260."""

from collections import defaultdict
from dataclasses import dataclass
from random import Random

from intake.sample.chance import Weighted, one_of, whole
from intake.sample.lists.reading import named_rows, words

INSURER = "安禾保险集团"
HEAD_OFFICE = "HQ"
LONG_PROVINCES = {"广西壮族自治区": "广西", "新疆维吾尔自治区": "新疆"}
OUTLETS_A_CITY, OUTLETS_A_MUNICIPALITY = 2, 3


@dataclass(frozen=True, slots=True)
class County:
    """A county or district; city: four digits, ending in 00 for the municipalities."""

    code: str
    name: str
    city: str
    city_name: str
    province_name: str
    area_code: str
    postal_prefix: str

    @property
    def full_name(self) -> str:
        city = "" if self.city_name == self.province_name else self.city_name
        return self.province_name + city + self.name


@dataclass(frozen=True, slots=True)
class Office:
    """A branch of the insurer; parent: a code."""

    code: str
    name: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Address:
    text: str
    street: str
    postal_code: str


def _county(row: dict[str, str]) -> tuple[County, float]:
    county = County(
        row["county"], row["name"], row["city"], row["city_name"], row["province_name"],
        row["area_code"], row["postal_prefix"],
    )  # fmt: skip
    return county, float(row["weight"])


_WEIGHTED = [_county(row) for row in named_rows("regions")]
COUNTIES = {county.code: county for county, _ in _WEIGHTED}
ANYWHERE = Weighted(_WEIGHTED)
IN_CITY: dict[str, list[County]] = defaultdict(list)
for _each in COUNTIES.values():
    IN_CITY[_each.city].append(_each)


def short(place: str) -> str:
    """The name as it stands in a branch's name: 深圳 for 深圳市."""
    place = LONG_PROVINCES.get(place, place)
    for ending in ("地区", "省", "市", "区", "县"):
        if place.endswith(ending) and len(place) - len(ending) >= 2:
            return place.removesuffix(ending)
    return place


def _offices() -> list[Office]:
    found = [Office(HEAD_OFFICE, INSURER, None)]
    for city, counties in IN_CITY.items():
        first = counties[0]
        if city[:2] not in {office.code for office in found}:
            found.append(Office(city[:2], f"{short(first.province_name)}分公司", HEAD_OFFICE))
        is_municipality = city.endswith("00")
        if not is_municipality:
            found.append(Office(city, f"{short(first.city_name)}中心支公司", city[:2]))
        parent = city[:2] if is_municipality else city
        count = OUTLETS_A_MUNICIPALITY if is_municipality else OUTLETS_A_CITY
        found += [
            Office(county.code, f"{short(first.city_name)}{short(county.name)}支公司", parent)
            for county in counties[:count]
        ]
    return found


OFFICES = _offices()
PARENT = {office.code: office.parent for office in OFFICES}
OUTLETS_OF = {city: [c.code for c in counties if c.code in PARENT] for city, counties in IN_CITY.items()}


def home_office(dice: Random, county: County) -> str:
    """The county's own outlet, or one of its city's."""
    return county.code if county.code in PARENT else one_of(dice, OUTLETS_OF[county.city])


STREETS = words("streets")
ESTATES = words("estates")


def home_address(dice: Random, county: County) -> Address:
    rooms = f"{whole(dice, 1, 32)}栋{whole(dice, 1, 4)}单元{whole(dice, 1, 28)}{whole(dice, 1, 6):02d}室"
    street = f"{one_of(dice, STREETS)}{whole(dice, 1, 399)}号{one_of(dice, ESTATES)}{rooms}"
    return _address(dice, county, street)


def business_address(dice: Random, county: County) -> Address:
    place = one_of(dice, ("商务大厦", "科技园", "产业园", "国际广场", "创业中心"))
    letter = one_of(dice, "ABC")
    street = f"{one_of(dice, STREETS)}{whole(dice, 1, 399)}号{place}{letter}座{whole(dice, 2, 30)}层"
    return _address(dice, county, street)


def _address(dice: Random, county: County, street: str) -> Address:
    postal_code = f"{county.postal_prefix}{whole(dice, 0, 4)}{whole(dice, 0, 9)}"
    return Address(county.full_name + street, street, postal_code)
