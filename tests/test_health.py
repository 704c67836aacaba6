"""Is it our own trunk? Offices that fail one after the other are not blamed before that is known."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from probe.health import FALSE_PER_DAY, State, Usual, health, usual_of
from probe.model import Call, Cause, Purpose
from tests.records import MORNING, call, number

USUAL = Usual(share=0.2, calls=100)  # five in a row are no chance


def made(cause: Cause, minute: float, unit: int, purpose: Purpose = Purpose.BASE, **facts: object) -> Call:
    at = MORNING + timedelta(minutes=minute)
    found = call(cause, of=number(unit, unit=f"单位{unit}"), at=at, call_id=f"c{minute}", **facts)  # type: ignore[arg-type]
    order = replace(found.record.order, purpose=purpose)
    return replace(found, record=replace(found.record, order=order))


def failing(n: int, since: float = 0.0) -> list[Call]:
    return [made(Cause.BUSY_SIGNAL, since + i, i) for i in range(n)]


def at(minute: float) -> datetime:
    return MORNING + timedelta(minutes=minute)


def test_units_that_fail_in_a_row_are_no_chance() -> None:
    assert USUAL.run == 5
    assert health(failing(4), at(5), usual=USUAL, has_canary=False).state is State.WELL
    found = health(failing(5), at(5), usual=USUAL, has_canary=False)
    assert (found.state, found.void) == (State.DOWN, tuple(f"c{i}" for i in map(float, range(5))))
    assert found.since == at(0)
    assert [because.key for because in found.because] == ["health.failing_together", "health.no_canary"]


@pytest.mark.parametrize("cause", [Cause.HUMAN, Cause.IVR, Cause.GREETING, Cause.FAX])
def test_one_call_that_gets_through_ends_every_doubt(cause: Cause) -> None:
    calls = [*failing(9), made(cause, 10, 20)]
    assert health(calls, at(11), usual=USUAL, has_canary=False).state is State.WELL


def test_a_telephone_that_rang_for_long_shows_that_the_trunk_works() -> None:
    assert (
        health([*failing(9), made(Cause.RANG_OUT, 10, 20, ring_s=45.0)], at(11), usual=USUAL, has_canary=False).void
        == ()
    )
    never_rang = [*failing(4), made(Cause.RANG_OUT, 10, 20, ring_s=None)]
    assert health(never_rang, at(11), usual=USUAL, has_canary=False).state is State.DOWN


def test_a_unit_that_fails_many_times_fails_once() -> None:
    calls = [made(Cause.BUSY_SIGNAL, float(i), i % 2) for i in range(20)]
    assert health(calls, at(21), usual=USUAL, has_canary=False).state is State.WELL


def test_what_is_long_past_is_past() -> None:
    assert health(failing(9), at(60), usual=USUAL, has_canary=False).state is State.WELL


class TestTheCanary:
    def test_it_is_asked_first(self) -> None:
        found = health(failing(6), at(7), usual=USUAL, has_canary=True)
        assert (found.state, found.void) == (State.DOUBTFUL, ())

    def test_it_answers_so_the_offices_are_what_they_are(self) -> None:
        calls = [*failing(6), made(Cause.HUMAN, 7, 99, Purpose.CANARY)]
        assert health(calls, at(8), usual=USUAL, has_canary=True).state is State.WELL

    def test_it_does_not_answer_so_nobody_is_blamed(self) -> None:
        calls = [*failing(6), made(Cause.BUSY_SIGNAL, 7, 99, Purpose.CANARY)]
        found = health(calls, at(8), usual=USUAL, has_canary=True)
        assert (found.state, len(found.void)) == (State.DOWN, 6)

    def test_what_it_said_before_the_trouble_does_not_count(self) -> None:
        calls = [made(Cause.HUMAN, -1, 99, Purpose.CANARY), *failing(6)]
        assert health(calls, at(7), usual=USUAL, has_canary=True).state is State.DOUBTFUL


def test_three_units_whose_calls_blame_the_trunk_suffice_and_all_that_failed_meanwhile_is_void() -> None:
    calls = [made(Cause.BUSY_SIGNAL, 0, 7), *(made(Cause.TRUNK, 1.0 + i, i) for i in range(3))]
    found = health(calls, at(5), usual=USUAL, has_canary=False)
    assert (found.state, found.because[0].key, len(found.void)) == (State.DOWN, "health.trunk_blamed", 4)
    one_unit = [made(Cause.TRUNK, float(i), 1) for i in range(3)]
    assert health(one_unit, at(4), usual=USUAL, has_canary=False).state is State.WELL


def test_follow_ups_are_no_sample_and_raise_no_doubt() -> None:
    calls = [made(Cause.BUSY_SIGNAL, float(i), i, Purpose.FOLLOW_UP) for i in range(9)]
    assert health(calls, at(10), usual=USUAL, has_canary=False).state is State.WELL


@pytest.mark.parametrize(("failures", "n"), [(0, 0), (10, 600), (200, 600), (600, 600)])
def test_chance_alone_raises_a_doubt_once_in_ten_days(failures: int, n: int) -> None:
    usual = usual_of(failures, n, days=7)
    expected = usual.share**usual.run * usual.calls
    assert expected <= FALSE_PER_DAY * 1.000001
    assert usual.run >= (4 if n else 3), "few calls, and few units that could fail together"
