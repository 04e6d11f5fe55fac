"""Dates, instants and decimals: one spelling each, and nothing else goes in."""

import contextlib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.scalars import (
    DATE_WANTED,
    DECIMAL_WANTED,
    INSTANT_WANTED,
    read_date,
    read_decimal,
    read_instant,
    told_date,
    told_decimal,
    told_instant,
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-11-21T08:30:00+08:00", "2026-11-21T00:30:00.000Z"),
        ("2026-11-21T00:30Z", "2026-11-21T00:30:00.000Z"),
        ("2026-11-21T00:30:00.123456789Z", "2026-11-21T00:30:00.123Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
    ],
)
def test_instants_are_told_in_utc_with_milliseconds(text: str, told: str) -> None:
    assert told_instant(read_instant(text)) == told


@pytest.mark.parametrize(
    "wrong",
    [
        "2026-11-21T00:30:00",
        "2026-11-21",
        "2026-11-21 00:30:00Z",
        "2026-02-30T00:30:00Z",
        "2026-11-21T24:30:00Z",
        "0001-01-01T00:00:00+08:00",
        "2026-W01-1T00:00:00Z",
        "２０２６-11-21T00:30:00Z",
        "2026-11-21T00:30:00Z\n",
        1763685000,
        None,
        True,
    ],
)
def test_an_instant_without_offset_or_otherwise_spelled_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="an instant with its offset") as caught:
        read_instant(wrong)
    assert str(caught.value).startswith(INSTANT_WANTED)


@pytest.mark.parametrize(
    "wrong", ["2026-1-1", "20260101", "2026-W01-1", "2026-02-29", "0000-01-01", "", 20260101]
)
def test_a_date_otherwise_spelled_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="calendar date") as caught:
        read_date(wrong)
    assert str(caught.value).startswith(DATE_WANTED)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Decimal("1200"), "1200.00"),
        (Decimal("1200.5"), "1200.50"),
        (Decimal("0.1234"), "0.1234"),
        (Decimal("0.1200"), "0.12"),
        (Decimal("-0.5000"), "-0.50"),
        (Decimal(0), "0.00"),
        (Decimal("1E+3"), "1000.00"),
        (Decimal("922337203685477.5807"), "922337203685477.5807"),
    ],
)
def test_decimals_are_told_with_at_least_two_places(value: Decimal, told: str) -> None:
    assert told_decimal(value) == told
    assert read_decimal(told) == value


@pytest.mark.parametrize(
    "wrong",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e3",
        "1.23456",
        "0.00001",
        "922337203685477.5808",
        "-922337203685477.5808",
        "1000000000000000",
        "+1",
        "1.",
        ".5",
        "",
        " 1",
        "1_000",
        "1,000",
        "１",
        1,
        1.5,
        None,
        True,
    ],
)
def test_a_decimal_that_can_not_be_kept_exactly_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="at most four decimal places") as caught:
        read_decimal(wrong)
    assert str(caught.value) == DECIMAL_WANTED


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_every_amount_that_can_be_kept_goes_out_and_in_again(scaled: int) -> None:
    value = Decimal(scaled) / 10_000
    assert read_decimal(told_decimal(value)) == value


@given(st.dates())
def test_every_date_goes_out_and_in_again(day: date) -> None:
    assert read_date(told_date(day)) == day


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_instant_goes_out_and_in_again_cut_to_milliseconds(instant: datetime) -> None:
    cut = instant.replace(microsecond=instant.microsecond // 1000 * 1000)
    assert read_instant(told_instant(instant)) == cut


@given(st.text())
def test_no_other_text_gets_in(text: str) -> None:
    for read in (read_date, read_instant, read_decimal):
        with contextlib.suppress(ValueError):
            assert text.isascii(), read(text)
