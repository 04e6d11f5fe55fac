"""A batch of customers, made up from the seed and its place alone: in any process, the same one."""

import gc
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import Dialect, Enum

from intake.sample.chance import dice_of, one_of, whole
from intake.sample.clients import Calendar, Client, Household
from intake.sample.demo import demo_clients
from intake.sample.families import family
from intake.sample.frame import Frame
from intake.sample.interactions import talk
from intake.sample.leads import seek
from intake.sample.organizations import organization, spoken_for
from intake.sample.people import anybody
from intake.sample.places import ANYWHERE
from intake.sample.policies import insure, known_since
from intake.sample.rows import COLUMNS, Cells, Sheets
from intake.sample.tags import label
from master.keys import Keys
from master.sealing import give_keys
from master.tables.base import Row, table

COMPANIES, FAMILIES = 0.135, 0.30  # shares of all that is made up at once; the rest are single people
REMEMBERED_ADULTS = 40  # from whom a company picks who speaks for it


@dataclass(frozen=True)
class Order:
    """What a batch is made from. ids: of its customers."""

    seed: int
    place: int
    ids: Sequence[int]
    calendar: Calendar
    frame: Frame
    keys: Keys
    dialect: Dialect


def make_batch(order: Order) -> dict[type[Row], list[Cells]]:
    """The rows of a batch by table, as the database takes them."""
    gc.collect()  # relatives and policies point at each other; the caller pauses collecting
    dice = dice_of(order.seed, order.place)
    clients, households = _clients(dice, order)
    for id, client in zip(order.ids, clients, strict=True):
        client.id = id
    for client in clients:
        insure(dice, order.calendar, client)
    for client in clients:
        client.since = known_since(dice, order.calendar, client)
    for client in clients:
        talk(dice, order.calendar, order.frame, client)
        seek(dice, order.calendar, order.frame, client)
        label(dice, order.calendar, client)
    sheets = Sheets(order.calendar, order.frame, order.keys)
    for client in clients:
        sheets.write_client(client)
    for household in households:
        sheets.write_household(household)
    give_keys(order.dialect, order.keys)
    return {row: bound(order.dialect, row, rows) for row, rows in sheets.rows.items()}


def _clients(dice: Random, order: Order) -> tuple[list[Client], list[Household]]:
    count, calendar = len(order.ids), order.calendar
    clients: list[Client] = []
    households: list[Household] = []
    if order.place == 0:
        clients, households = demo_clients(dice, calendar, count)
    adults = deque(clients[:1], maxlen=REMEMBERED_ADULTS)
    while (room := count - len(clients)) > 0:
        choice = dice.random()
        if choice < COMPANIES and adults:
            clients.append(_company(dice, calendar, adults))
        elif choice < COMPANIES + FAMILIES and room >= 2:
            members, household = family(dice, calendar, room)
            clients += members
            households.append(household)
            adults.extend(members[:2])
        else:
            client = anybody(dice, calendar)
            clients.append(client)
            if not client.gone:
                adults.append(client)
    return clients, households


def _company(dice: Random, calendar: Calendar, adults: Sequence[Client]) -> Client:
    """Where the one lives who represents it; some companies nobody speaks for."""
    picked = [one_of(dice, adults) for _ in range(whole(dice, 0, 4))]
    people = list({id(person): person for person in picked}.values())
    county = people[0].county if people else ANYWHERE.pick(dice)
    company = organization(dice, calendar, county)
    if people:
        spoken_for(dice, calendar, company, people)
    return company


def bound(dialect: Dialect, row: type[Row], rows: list[Cells]) -> list[Cells]:
    """The cells as the driver takes them: sealed, scaled, spelled by their columns' types."""
    columns = table(row).c
    for place, name in enumerate(COLUMNS[row]):
        kind = columns[name].type
        bind: Any = None if isinstance(kind, Enum) else kind.dialect_impl(dialect).bind_processor(dialect)
        if bind is None:
            continue
        for cells in rows:
            if cells[place] is not None:
                cells[place] = bind(cells[place])
    return rows
