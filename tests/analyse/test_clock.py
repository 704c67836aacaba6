"""Days, half-days, hours and weekdays, against datetime and the incidents' half-days."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.analyse.clock import clock, clock_of, date_of
from probe.analyse.columns import columns_of
from probe.incidents.half_day import half_day_of
from tests.records import call, number


@pytest.mark.parametrize(
    "name", ["Asia/Shanghai", "Asia/Urumqi", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"]
)
@given(at=st.lists(st.integers(0, 2**31), min_size=1, max_size=5))
def test_equals_datetime(name: str, at: list[int]) -> None:
    zone = ZoneInfo(name)
    found = clock(np.array(at), zone)
    for i, seconds in enumerate(at):
        moment = datetime.fromtimestamp(seconds, UTC)
        local = moment.astimezone(zone)
        assert date_of(found.day[i]) == local.date()
        assert (found.hour[i], found.weekday[i]) == (local.hour, local.weekday())
        half = f"{date_of(found.half[i] // 2)}{'pm' if found.half[i] % 2 else 'am'}"
        assert half == half_day_of(moment, zone)


def test_no_moments_are_fine() -> None:
    assert len(clock(np.empty(0, dtype=np.int64), UTC).day) == 0


def test_each_call_is_on_the_clock_of_its_number() -> None:
    """20:30 UTC is Tuesday 04:30 in Hangzhou and Monday evening in Berlin."""
    here, there = number(1), number(2, timezone="Europe/Berlin")
    at = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
    found = clock_of(columns_of([call(of=here, at=at), call(of=there, at=at)]), "Asia/Shanghai")
    assert found.hour.tolist() == [4, 21]
    assert found.weekday.tolist() == [1, 0]
    assert (found.half % 2).tolist() == [0, 1]
