"""A policy's source names a customer as who it is now: whoever it names no longer goes, merged or not."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from master.session import Master
from master.tables.base import table
from master.tables.policies import PolicyPartyRow
from master.writes.derived import refresh
from master.writes.sourced.policies import apply_policies
from master.writes.sourced.rows import SourcedParty, SourcedRow
from tests.conftest import TESTER
from tests.master.merging.saying import rows
from tests.master.merging.town import merge, unmerge
from tests.schema.hub import filling

parties = table(PolicyPartyRow)


class Source:
    """CORE with its one policy, and two customers: one, other."""

    def __init__(self, master: Master) -> None:
        self.master = master
        with filling(master) as fill:
            self.product, self.id = fill.product("TERM"), fill.source("CORE")
            self.one, self.other = fill.customer(1), fill.customer(2)
            fill.derive()

    def says(self, **people: Sequence[Any]) -> None:
        """people: by field their ids, or (id, share)."""
        values: dict[str, Any] = {"product": self.product, "effective_date": date(2026, 1, 1)}
        for field, given in people.items():
            pairs = [each if isinstance(each, tuple) else (each, None) for each in given]
            values[field] = tuple(SourcedParty(id, share=share) for id, share in pairs)
        with self.master.transaction(TESTER) as tx:
            refresh(tx, apply_policies(tx, self.id, [SourcedRow("P1", values)]).touched)

    def there(self) -> list[Any]:
        """(customer, role, share) in the order in which they came."""
        its = select(parties.c.customer_id, parties.c.role, parties.c.share)
        return rows(self.master, its.where(parties.c.ended_at.is_(None)).order_by(parties.c.id))


@pytest.fixture
def source(master: Master) -> Source:
    return Source(master)


def test_whom_the_source_drops_after_a_merge_goes(source: Source) -> None:
    one, other = source.one, source.other
    source.says(insured=[other], applicant=[other])
    merge(source.master, one, other)
    source.says(insured=[], applicant=[one])
    assert source.there() == [(one, "APPLICANT", None)]


def test_whom_the_source_named_while_merged_and_drops_after_the_unmerge_goes(source: Source) -> None:
    one, other = source.one, source.other
    source.says(insured=[other], applicant=[one])
    done = merge(source.master, one, other)
    source.says(insured=[one], applicant=[one])
    unmerge(source.master, done.merges[0])
    there = set(source.there())
    assert there == {(other, "INSURED", None), (one, "APPLICANT", None)}
    source.says(insured=[], applicant=[one])
    assert source.there() == [(one, "APPLICANT", None)]


def test_two_shares_of_one_stay_when_they_are_said_again_and_part_with_their_customers(
    source: Source,
) -> None:
    one, other = source.one, source.other
    source.says(beneficiary=[(one, Decimal(60)), (other, Decimal(40))])
    done = merge(source.master, one, other)
    source.says(beneficiary=[(one, Decimal(40)), (one, Decimal(60))])
    unmerge(source.master, done.merges[0])
    assert source.there() == [(one, "BENEFICIARY", Decimal(60)), (other, "BENEFICIARY", Decimal(40))]


def test_of_two_shares_of_one_the_one_that_is_not_said_any_more_goes(source: Source) -> None:
    one, other = source.one, source.other
    source.says(beneficiary=[(one, Decimal(60)), (other, Decimal(40))])
    merge(source.master, one, other)
    source.says(beneficiary=[(one, Decimal(40))])
    assert source.there() == [(one, "BENEFICIARY", Decimal(40))]
    source.says(beneficiary=[(one, Decimal(100))])
    assert source.there() == [(one, "BENEFICIARY", Decimal(100))]
