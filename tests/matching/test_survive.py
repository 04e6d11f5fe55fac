"""Which value stands of those that were said, and by what it is ahead."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from matching.survive import Claim, Criterion, ahead_by, ranked

MORNING = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def said(key: str, hours: float = 0, **more: Any) -> Claim:
    """Somebody says "value of <key>", so many hours after the morning."""
    given = {"value": f"value of {key}", "known_at": MORNING + timedelta(hours=hours), **more}
    return Claim(key, **given)


@pytest.mark.parametrize(
    ("winner", "loser", "by"),
    [
        (said("a", is_pinned=True, by_hand=True), said("b", 9, trust=9), Criterion.PINNED),
        (said("a", 2, by_hand=True), said("b", 1, trust=9, is_verified=True), Criterion.CORRECTED),
        (said("a", 2, by_hand=True), said("b", 1, by_hand=True), Criterion.CORRECTED),
        (said("a", is_verified=True), said("b", 9, trust=9), Criterion.VERIFIED),
        (said("a", trust=2), said("b", 9, trust=1), Criterion.TRUSTED),
        (said("a"), said("b", 9, came_along=True), Criterion.OWN),
        (said("a", 2), said("b", 1), Criterion.NEWEST),
        (said("a", 2), said("b", 1, by_hand=True), Criterion.NEWEST),
        (said("a", 9, true_at=MORNING - timedelta(days=9)), said("b", 1, by_hand=True), Criterion.NEWEST),
        (said("a", 1), said("b", 9, true_at=MORNING - timedelta(days=9)), Criterion.NEWEST),
        (said("a", value="张三丰"), said("b", value="张三"), Criterion.FULLEST),
        (said("a", value="x"), said("b", value="y"), Criterion.FIRST),
    ],
    ids=lambda given: given.key if isinstance(given, Claim) else given.value,
)
def test_one_is_ahead_of_another_by_one_thing(winner: Claim, loser: Claim, by: Criterion) -> None:
    for claims in permutations([winner, loser]):
        assert ranked(claims) == [winner, loser]
        assert ahead_by(winner, loser, claims) is by


def test_what_somebody_emptied_by_hand_is_empty_until_a_source_says_something_new() -> None:
    emptied = said("hand", 2, value=None, by_hand=True)
    assert ranked([said("core", 1, trust=9), emptied])[0].value is None
    assert ranked([said("core", 1, trust=9), emptied, said("crm", 3)])[0].key == "crm"


def test_a_value_that_was_overruled_by_hand_does_not_come_back_when_another_source_speaks() -> None:
    trusted, corrected, new = said("core", 1, trust=9), said("hand", 2, by_hand=True), said("crm", 3)
    for claims in permutations([trusted, corrected, new]):
        assert [each.key for each in ranked(claims)] == ["crm", "hand", "core"]


def test_a_correction_of_one_who_came_by_a_merge_overrules_only_what_came_with_it() -> None:
    along = {"came_along": True}
    theirs, corrected = said("crm", 1, trust=2, **along), said("hand", 3, by_hand=True, **along)
    assert [each.key for each in ranked([theirs, corrected, said("core", 2)])] == ["core", "hand", "crm"]
    assert [each.key for each in ranked([theirs, said("core", 2)])] == ["crm", "core"]
