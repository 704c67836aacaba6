"""Is it our own trunk? Offices that fail one after the other are not blamed before that is known."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from probe.health import FALSE_PER_DAY, State, Usual, contradicted, deaf, failed, health, refutes, unprotected, usual_of
from probe.model import Call, Cause, Origin, Purpose, Signal, Sounds
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


def unsure(minute: float, unit: int, *lines: str) -> Call:
    """A call of which nobody knows anything; these were the replies."""
    found = made(Cause.UNSURE, minute, unit)
    signals = tuple(Signal(at_s=n + 0.1, received=line, origin=Origin.WIRE) for n, line in enumerate(lines))
    trace = replace(found.record.trace, signals=signals, answered_at_s=None)
    return replace(found, record=replace(found.record, trace=trace, sounds=Sounds()))


@pytest.mark.parametrize("last", [(), ("SIP/2.0 480 Temporarily Unavailable",), ("SIP/2.0 502 Bad Gateway",)])
def test_a_trunk_that_leads_nowhere_is_seen(last: tuple[str, ...]) -> None:
    calls = [unsure(float(i), i, "SIP/2.0 100 Trying", *last) for i in range(5)]
    found = health(calls, at(5), usual=USUAL, has_canary=False)
    assert (found.state, len(found.void)) == (State.DOWN, 5)
    rang = [unsure(float(i), i, "SIP/2.0 100 Trying", "SIP/2.0 180 Ringing", *last) for i in range(5)]
    assert health(rang, at(5), usual=USUAL, has_canary=False).state is State.WELL


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


def over(trunk: str, cause: Cause, minute: float, unit: int = 1, **facts: object) -> Call:
    found = made(cause, minute, unit, **facts)
    record = replace(found.record, trace=replace(found.record.trace, trunk=trunk, caller_id=trunk))
    order = replace(record.order, call_id=f"{trunk}{minute}")
    return replace(found, record=replace(record, order=order))


class TestAnotherTrunkSaysOtherwise:
    def test_a_dead_number_that_answers_minutes_later_refutes_the_first_call(self) -> None:
        first, second = over("a", Cause.VACANT_NUMBER, 0), over("b", Cause.HUMAN, 5)
        assert refutes(second, first)
        assert contradicted([second, first]) == {"a0": second}
        found = health([first], at(6), usual=USUAL, has_canary=True, otherwise={"a0"})
        assert (found.state, found.because[0].key) == (State.DOUBTFUL, "health.contradicted")

    @pytest.mark.parametrize("cause", [Cause.POWERED_OFF, Cause.NO_COVERAGE, Cause.BUSY_TONE, Cause.RANG_OUT])
    def test_what_may_have_changed_by_then_is_not_refuted(self, cause: Cause) -> None:
        assert not refutes(over("b", Cause.HUMAN, 5), over("a", cause, 0, ring_s=None))

    @pytest.mark.parametrize(
        "other",
        [
            over("a", Cause.HUMAN, 5),
            over("b", Cause.HUMAN, 45),
            over("b", Cause.HUMAN, -5),
            over("b", Cause.HUMAN, 5, 2),
        ],
    )
    def test_only_another_way_to_the_same_number_soon_after_says_anything(self, other: Call) -> None:
        first = over("a", Cause.VACANT_NUMBER, 0)
        assert contradicted([first, other]) == {}
        assert not refutes(other, first)

    def test_one_busy_call_is_no_contradiction_and_three_units_are(self) -> None:
        calls = [over("a", Cause.BUSY_SIGNAL, float(i), i) for i in range(3)]
        otherwise = {call.record.order.call_id for call in calls}
        assert health(calls[:1], at(9), usual=USUAL, has_canary=False, otherwise=otherwise).state is State.WELL
        found = health(calls, at(9), usual=USUAL, has_canary=False, otherwise=otherwise)
        assert (found.state, len(found.void)) == (State.DOWN, 3)


class TestNoSoundArrives:
    def deaf(self, minute: float, unit: int, **packets: int) -> Call:
        found = made(Cause.UNSURE, minute, unit)
        trace = replace(found.record.trace, answered_at_s=1.0, **(packets or {"packets_received": 0}))
        return replace(found, record=replace(found.record, trace=trace))

    def test_three_units_that_pick_up_without_a_sound_are_our_own_fault(self) -> None:
        calls = [self.deaf(0.0, 0), self.deaf(1.0, 1), self.deaf(2.0, 2, packets_received=350, packets_after_answer=0)]
        assert all(deaf(call) and failed(call) for call in calls)
        found = health(calls, at(4), usual=USUAL, has_canary=False)
        assert (found.state, found.because[0].key) == (State.DOWN, "health.trunk_blamed")

    def test_an_unsure_call_neither_ends_a_doubt_nor_adds_to_it(self) -> None:
        calls = [*failing(5), made(Cause.UNSURE, 6, 30)]
        assert len(health(calls, at(7), usual=USUAL, has_canary=False).void) == 5


class TestOptions:
    def test_silence_is_a_doubt_and_blames_no_office(self) -> None:
        found = health([made(Cause.HUMAN, 0, 1)], at(5), usual=USUAL, has_canary=True, lost=at(3))
        assert (found.state, found.void, found.silent, found.since) == (State.DOUBTFUL, (), True, at(3))
        assert health([], at(5), usual=USUAL, has_canary=False, lost=at(3)).state is State.DOWN

    def test_a_call_that_got_through_since_outweighs_it(self) -> None:
        assert health([made(Cause.HUMAN, 4, 1)], at(5), usual=USUAL, has_canary=False, lost=at(3)).state is State.WELL


class TestTheDay:
    def test_without_a_sign_today_the_canary_is_asked_first(self) -> None:
        found = health([], at(0), usual=USUAL, has_canary=True, proved=False)
        assert (found.state, found.because[0].key) == (State.DOUBTFUL, "health.not_asked")
        assert health([], at(0), usual=USUAL, has_canary=False, proved=False).state is State.WELL

    def test_a_canary_that_fails_alone_may_be_at_fault_itself(self) -> None:
        calls = [made(Cause.RANG_OUT, 0, 99, Purpose.CANARY)]
        found = health(calls, at(1), usual=USUAL, has_canary=True, proved=False)
        assert (found.state, found.alone, found.void, found.asked) == (State.DOWN, True, (), ("c0",))


def test_what_a_trunk_is_blamed_for_adds_up_over_hours_until_something_gets_through() -> None:
    calls = [made(Cause.TRUNK, 90.0 * i, i) for i in range(3)]
    assert health(calls, at(200), usual=USUAL, has_canary=False).state is State.DOWN
    calls.insert(2, made(Cause.HUMAN, 100, 9))
    assert health(calls, at(200), usual=USUAL, has_canary=False).state is State.WELL


def test_few_units_without_a_canary_are_unprotected_and_told_so() -> None:
    few = unprotected(2, 6, has_canary=False, ways=1)
    assert few is not None
    assert (few.key, few.values) == ("health.unprotected", {"units": 2, "least": 3})
    half = unprotected(2, 6, has_canary=False, ways=2)
    assert half is not None
    assert half.key == "health.half_protected"
    assert unprotected(2, 6, has_canary=True, ways=1) is None
    assert unprotected(40, 120, has_canary=False, ways=1) is None
