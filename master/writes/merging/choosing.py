"""Values chosen of all that was said: by a merge of what both say, by an unmerge of what each says."""

from collections.abc import Mapping

from sqlalchemy import select, update

from master.reads.sayings import said_of
from master.session import Transaction
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.writes.merging.ledger import Value, note_values
from master.writes.merging.own_values import COMPARED
from master.writes.sourced.golden import COLUMNS, choose_again, differing_columns, keep_former_names
from matching.survive import ranked

customers = table(CustomerRow)

FIELDS = {column: field for field, column in COLUMNS.items()}

StandingClaims = Mapping[str, str]  # by field, the key of the claim that stands


def choose_of_both(tx: Transaction, merge: int, survivor: int) -> list[str]:
    """The API names of values that the survivor takes from the other one: the rules put them before its own.
    Where they put neither first, its own stay."""
    said = said_of(tx.connection, [survivor]).get(survivor)
    if not said:
        return []
    row = tx.execute(select(customers).where(customers.c.id == survivor)).one()
    chosen = differing_columns(tx, row, said)
    taken = {name: chosen[column] for name, column in COMPARED.items() if column in chosen}
    values = [
        Value(customers.name, survivor, COMPARED[name], getattr(row, COMPARED[name]), value)
        for name, value in taken.items()
    ]
    note_values(tx, merge, values)
    if taken:
        columns = {COMPARED[name]: value for name, value in taken.items()}
        tx.execute(update(customers).where(customers.c.id == survivor).values(columns))
    keep_former_names(tx, {survivor: row.name} if "name" in taken else {})
    return list(taken)


def standing_claims(tx: Transaction, customer: int) -> StandingClaims:
    """What stands because somebody is known to have said it."""
    said = [each for each in said_of(tx.connection, [customer]).get(customer, ()) if each.until is None]
    return {
        field: ranked(each.claim for each in said if each.field == field)[0].key
        for field in {each.field for each in said}
    }


def choose_of_each(tx: Transaction, survivor: int, restored: int, stood: StandingClaims) -> None:
    """Choose for two who were one; stood: what stood of the survivor. It does not keep what was said of the
    other one."""
    own = said_of(tx.connection, [survivor]).get(survivor, ())
    keys = {(each.field, each.claim.key) for each in own}
    gone = {field for field, key in stood.items() if (field, key) not in keys}
    choose_again(tx, [survivor, restored], forgetting={survivor: gone})
