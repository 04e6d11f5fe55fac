"""The largest score of a lead is the same in files, in writes and in the database."""

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from master.errors import Invalid
from master.tables.base import table
from master.tables.leads import LARGEST_SCORE, LeadRow
from master.writes.inputs import LeadChange
from master.writes.leads import update_lead
from tests.conftest import TESTER
from tests.intake.importing import Importing, counts

leads = table(LeadRow)


def test_a_score_over_the_largest_is_refused_everywhere(hub: Importing) -> None:
    hub.take("customers", "source_key,name\nC1,张三\n")
    over = LARGEST_SCORE * 1.01
    text = f"source_key,customer,title,score\nL1,C1,车险,{LARGEST_SCORE:g}\nL2,C1,车险,{over:g}\n"
    assert counts(hub.take("leads", text)) == {"read": 2, "added": 1, "refused": 1}
    assert hub.report() == [(3, "score", "INVALID_NUMBER")]
    assert hub.rows(select(leads.c.score)) == [(LARGEST_SCORE,)]
    lead = hub.id_of("L1", "leads")
    with pytest.raises(Invalid), hub.master.transaction(TESTER) as tx:
        update_lead(tx, LeadChange(lead, 1, score=over))
    row = {"customer_id": hub.id_of("C1"), "title": "车险", "stage": "NEW", "score": over}
    with pytest.raises(IntegrityError), hub.master.transaction(TESTER) as tx:
        tx.execute(insert(leads), [row])
