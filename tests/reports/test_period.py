"""Whole local days: a day, a week from Monday, a month, against the one before."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.period import Kind, days, period

ZONE = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("kind", "day", "first", "last", "before"),
    [
        (Kind.DAILY, "2026-03-25", "2026-03-25", "2026-03-25", "2026-03-24"),
        (Kind.WEEKLY, "2026-03-25", "2026-03-23", "2026-03-29", "2026-03-16"),
        (Kind.WEEKLY, "2026-03-23", "2026-03-23", "2026-03-29", "2026-03-16"),
        (Kind.MONTHLY, "2026-03-25", "2026-03-01", "2026-03-31", "2026-02-01"),
        (Kind.MONTHLY, "2026-01-31", "2026-01-01", "2026-01-31", "2025-12-01"),
        (Kind.MONTHLY, "2024-02-29", "2024-02-01", "2024-02-29", "2024-01-01"),
    ],
)
def test_periods(kind: Kind, day: str, first: str, last: str, before: str) -> None:
    found = period(kind, date.fromisoformat(day), ZONE)
    assert (f"{found.first}", f"{found.last}", f"{found.before_since:%Y-%m-%d}") == (first, last, before)
    assert found.since.tzinfo is ZONE


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), kind=st.sampled_from([Kind.DAILY, Kind.WEEKLY, Kind.MONTHLY]))
def test_periods_follow_each_other_without_a_gap(day: date, kind: Kind) -> None:
    found = period(kind, day, BERLIN)
    assert found.first <= day <= found.last
    assert period(kind, found.last + timedelta(days=1), BERLIN).before_since == found.since
    assert period(kind, found.first - timedelta(days=1), BERLIN).until == found.since


def test_days_are_held_against_as_many_before() -> None:
    found = days(date(2026, 3, 2), date(2026, 3, 4), ZONE)
    assert (found.kind, found.last, f"{found.before_since:%m-%d}") == (Kind.PERIOD, date(2026, 3, 4), "02-27")
    with pytest.raises(ValueError, match="2026-03-01"):
        days(date(2026, 3, 2), date(2026, 3, 1), ZONE)
