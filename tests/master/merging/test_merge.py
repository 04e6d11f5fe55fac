"""Two customers become one."""

from master.session import Master
from tests.master.merging.town import everything, lasting, merge, two, unmerge


def test_a_merge_undone_at_once_leaves_every_row_as_it_was(master: Master) -> None:
    one, other = two(master)
    before = everything(master)
    done = merge(master, one, other)
    merged = everything(master)
    assert ("customers", (other,)) in before
    assert ("customers", (other,)) not in merged
    assert lasting(merged) == lasting(before)
    unmerge(master, done.merges[0])
    assert everything(master) == before


def test_nothing_hangs_on_a_customer_that_was_merged(master: Master) -> None:
    one, other = two(master)
    merge(master, one, other)
    owners = {
        (table, column)
        for (table, _), row in everything(master).items()
        for column, value in row.items()
        if column in ("customer_id", "other_id") and value == other
    }
    assert owners == set()
