"""Attempts are found again by number, office, caller ID and time, and old ones are let go of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from probe.plan import Attempt, History
from probe.plan.history import next_free

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def attempt(minute: int, number: str = "a", **more: object) -> Attempt:
    at = NOON + timedelta(minutes=minute)
    return Attempt(at=at, number=number, office=f"office of {number}", **more)  # type: ignore[arg-type]


def test_attempts_in_any_order() -> None:
    history = History([attempt(3), attempt(1), attempt(2, "b", caller_id="8001")])
    history.add(attempt(0))
    assert [a.at.minute for a in history.of_number("a")] == [0, 1, 3]
    assert [a.number for a in history.of_office("office of b", NOON, NOON + timedelta(minutes=2))] == ["b"]
    assert not history.of_office("office of b", NOON, NOON + timedelta(minutes=1))
    assert history.of_caller("8001") == [NOON + timedelta(minutes=2)]
    assert history.count(NOON, NOON + timedelta(minutes=2)) == 2
    assert "b" in history
    assert "c" not in history


def test_an_attempt_is_replaced_when_more_is_known_of_it() -> None:
    history = History([attempt(0), attempt(1)])
    end = NOON + timedelta(seconds=9)
    history.add(attempt(0, answered=False, ended_at=end))
    assert len(history) == 2
    assert history.of_number("a")[0].answered is False
    assert history.of_office("office of a", NOON, NOON)[0].until == end


def test_what_is_old_is_forgotten() -> None:
    history = History([attempt(0), attempt(5), attempt(1, "b", caller_id="8001")])
    history.forget(NOON + timedelta(minutes=2))
    assert len(history) == 1
    assert "b" not in history
    assert not history.of_caller("8001")
    assert [a.at.minute for a in history.of_number("a")] == [5]


@given(st.lists(st.integers(0, 60), max_size=12).map(sorted), st.integers(0, 60), st.integers(1, 4), st.integers(1, 20))
def test_the_next_free_moment_is_the_first_one_that_fits(minutes: list[int], now: int, most: int, window: int) -> None:
    def fits(minute: int) -> bool:
        every = [*minutes, minute]
        return all(
            sum(start <= m < start + window for m in every) <= most
            for start in every
            if start <= minute < start + window
        )

    times = [NOON + timedelta(minutes=m) for m in minutes]
    found = next_free(times, NOON + timedelta(minutes=now), most, timedelta(minutes=window))
    if fits(now):
        assert found is None
    else:
        first = next(minute for minute in range(now + 1, 200) if fits(minute))
        assert found == NOON + timedelta(minutes=first)
