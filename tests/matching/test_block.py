"""Records that share a key are compared; keys that too many share are not followed."""

from hypothesis import given
from hypothesis import strategies as st

from matching.block import KINDS, MADE_OF, keys, pairs
from matching.normalized import normalized
from matching.records import CustomerRecord


def record(id: int, name: str, **known: object) -> object:
    return normalized(CustomerRecord(id, name, **known))  # type: ignore[arg-type]


def shared(one: CustomerRecord, other: CustomerRecord) -> set[str]:
    """The kinds of the keys that both have."""
    return {kind for kind, _ in set(keys(normalized(one))) & set(keys(normalized(other)))}


def test_one_digit_exchanged_in_a_number_keeps_its_digits() -> None:
    one = CustomerRecord(1, "王伟", documents=(("PASSPORT", "E12345678"),))
    other = CustomerRecord(2, "李娜", documents=(("PASSPORT", "E12345687"),))
    assert shared(one, other) == {"document digits"}


def test_another_surname_is_found_by_the_given_name_and_birth_date() -> None:
    one = CustomerRecord(1, "王晓梅", birth="19800101")
    other = CustomerRecord(2, "陈晓梅", birth="19800101")
    assert shared(one, other) == {"start+birth"}


def test_an_initial_is_found_with_the_birth_date() -> None:
    one = CustomerRecord(1, "Smith J", birth="19800101")
    other = CustomerRecord(2, "John Smith", birth="19800101")
    assert shared(one, other) == {"initials+birth", "start+birth"}


def test_organizations_are_found_by_their_name_without_legal_form() -> None:
    one = CustomerRecord(1, "北京安禾科技有限公司", kind="ORGANIZATION")
    other = CustomerRecord(2, "北京安禾科技股份有限公司", kind="ORGANIZATION")
    assert shared(one, other) == {"name"}


def test_every_kind_of_key_that_is_made_is_known() -> None:
    whole = CustomerRecord(
        1, "王晓梅", birth="19800101", documents=(("RESIDENT_ID", "11010519491231002X"),),
        mobiles=("13800138000",), emails=("a@example.com",), addresses=("中山路1234号", "中山路"),
    )  # fmt: skip
    assert {kind for kind, _ in keys(normalized(whole))} == set(KINDS) == set(MADE_OF)


def test_an_address_with_digits_enough_is_looked_for_by_them() -> None:
    one = CustomerRecord(1, "王晓梅", birth="19800101", addresses=("中山路12号34室",))
    other = CustomerRecord(2, "王晓华", birth="19800101", addresses=("中山西路34室12号",))
    assert shared(one, other) == {"start+birth", "initials+birth", "start+place", "birth+place"}


def test_a_number_under_two_types_is_found_by_its_digits() -> None:
    one = CustomerRecord(1, "王伟", documents=(("PASSPORT", "E12345678"),))
    other = CustomerRecord(2, "李娜", documents=(("OTHER", "E12345678"),))
    assert shared(one, other) == {"document digits"}


def test_no_kind_of_key_shares_its_number() -> None:
    assert len(set(KINDS.values())) == len(KINDS)


def test_a_mobile_that_three_share_makes_three_pairs_and_one_that_more_share_none() -> None:
    records = [record(place, f"张{c}", mobiles=("13800138000",)) for place, c in enumerate("伟芳娜")]
    found = pairs(records, ["mobile"], most=3)  # type: ignore[arg-type]
    assert list(zip(found.one.tolist(), found.other.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2)]
    cut = pairs(records, ["mobile"], most=2)  # type: ignore[arg-type]
    assert (len(cut.one), cut.cut) == (0, {"mobile": 1})


def test_a_pair_that_shares_several_keys_is_told_once() -> None:
    same = {"birth": "19800101", "mobiles": ("13800138000",), "emails": ("a@example.com",)}
    found = pairs([record(1, "王伟", **same), record(2, "王伟", **same)])  # type: ignore[list-item]
    assert (found.one.tolist(), found.other.tolist()) == ([0], [1])


@given(st.lists(st.sampled_from(["13800138000", "13900139000", "13700137000"]), max_size=12))
def test_pairs_are_exactly_those_that_share_a_mobile(mobiles: list[str]) -> None:
    records = [record(place, "", mobiles=(mobile,)) for place, mobile in enumerate(mobiles)]
    found = pairs(records, ["mobile"])  # type: ignore[arg-type]
    expected = [
        (a, b) for a in range(len(mobiles)) for b in range(a + 1, len(mobiles)) if mobiles[a] == mobiles[b]
    ]
    assert list(zip(found.one.tolist(), found.other.tolist(), strict=True)) == sorted(expected)
