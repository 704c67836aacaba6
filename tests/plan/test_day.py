"""A day of random calls: who gets how many, when, why not, and that it can be computed again from the seed."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import scenarios
from probe.calendar import HoursError, NoCalendar, Opening
from probe.model import Number, Purpose
from probe.plan import Attempt, Day, History, Policy, Slot, missed, order, plan_day, zone_of
from probe.plan import pieces as p
from probe.plan.dice import draws
from probe.plan.strata import NAMES
from probe.words import LANGUAGES, words
from tests.plan import oracle, worlds

SEED = bytes(range(32))
DAY = date(2026, 3, 2)  # a Monday
ZONE = ZoneInfo("Asia/Shanghai")
OFFICE_HOURS = ((540, 720), (840, 1020))
CALL = timedelta(seconds=scenarios.load("direct").deadline_s)


def number(n: int, unit: str | None = None, **more: object) -> Number:
    e164 = f"+865718725{n:04d}"
    return Number(number=e164, written=e164, unit=unit or f"第{n}局", **more)  # type: ignore[arg-type]


ROOMY = Policy(caller_id_per_hour=10_000)


def plan(numbers: Sequence[Number], policy: Policy = ROOMY, day: date = DAY, **more: object) -> Day:
    return plan_day(numbers, lambda n: worlds.opened(day, OFFICE_HOURS, ZONE), policy, SEED, day, **more)  # type: ignore[arg-type]


def test_three_calls_a_day_in_three_strata_each_with_its_reason() -> None:
    day = plan([number(1)])
    assert len(day.slots) == 3
    assert not day.dropped
    assert not day.unplanned
    assert len({slot.stratum for slot in day.slots}) == 3
    for index, slot in enumerate(day.slots, 1):
        assert slot.call_id == f"20260302-base-{index}-8657187250001"
        assert slot.purpose is Purpose.BASE
        assert slot.attempt == 1
        assert slot.due_at < slot.until <= slot.due_at + timedelta(minutes=10)
        for lang in LANGUAGES:
            assert str(index) in words(slot.why.key, lang, **slot.why.values)


def test_the_first_time_by_hand() -> None:
    """What the documentation tells to whoever wants to check a day."""
    slot, *_ = plan([number(1)]).slots
    morning, spare = datetime(2026, 3, 2, 9, tzinfo=ZONE), scenarios.load("direct").deadline_s + 30
    third = (3 * 3600 - spare) / 3
    start = NAMES.index(slot.stratum) * third
    share = draws(SEED, "base", DAY, "+8657187250001", 0)[0]
    assert slot.stratum in NAMES[:3]
    assert abs((slot.due_at - morning).total_seconds() - (start + share * third)) <= 2


def test_a_day_depends_on_seed_and_day_alone() -> None:
    numbers = [number(n, unit=f"第{n % 5}局") for n in range(40)]
    shuffled = random.Random(1).sample(numbers, len(numbers))
    assert plan(numbers) == plan(shuffled)
    assert plan(numbers) != plan(numbers, day=DAY + timedelta(days=1))
    other = plan_day(numbers, lambda n: worlds.opened(DAY, OFFICE_HOURS, ZONE), Policy(), SEED[::-1], DAY)
    assert {s.due_at for s in plan(numbers).slots} != {s.due_at for s in other.slots}


def test_a_number_of_another_office_changes_nothing() -> None:
    alone, together = plan([number(1)]), plan([number(n) for n in range(50)])
    assert alone.slots == tuple(slot for slot in together.slots if slot.number == number(1).number)


def test_over_a_week_every_stratum_gets_its_share() -> None:
    numbers = [number(n) for n in range(60)]
    counts: dict[str, Counter[str]] = {}
    for n in range(5):
        for slot in plan(numbers, day=DAY + timedelta(days=n)).slots:
            counts.setdefault(slot.number, Counter())[slot.stratum] += 1
    for counted in counts.values():
        assert set(counted) == set(NAMES)
        assert max(counted.values()) - min(counted.values()) <= 1  # 15 calls, 6 strata: two or three each
    total = sum(counts.values(), Counter())
    assert all(abs(total[name] - 150) < 40 for name in NAMES)


def test_which_stratum_comes_on_which_day_is_not_the_same_for_all() -> None:
    numbers = [number(n) for n in range(200)]
    strata_of: dict[str, list[str]] = {}
    for slot in plan(numbers).slots:
        strata_of.setdefault(slot.number, []).append(slot.stratum)
    assert len(Counter(map(tuple, strata_of.values()))) == 20  # all ways to choose 3 of 6


def test_times_are_uniform_within_a_stratum() -> None:
    opening = datetime(2026, 3, 2, 9, tzinfo=ZONE)
    found = [s for s in plan([number(n) for n in range(900)]).slots if s.stratum == "opening"]
    minutes = [(slot.due_at - opening).total_seconds() / 60 for slot in found]
    assert 0 <= min(minutes) < 2
    assert 57 < max(minutes) < 60
    assert abs(sum(minutes) / len(minutes) - 29.6) < 2.5


def test_no_call_is_due_so_late_that_it_would_last_beyond_closing() -> None:
    ends = [datetime(2026, 3, 2, 12, tzinfo=ZONE), datetime(2026, 3, 2, 17, tzinfo=ZONE)]
    for slot in plan([number(n) for n in range(300)]).slots:
        end = next(e for e in ends if slot.due_at < e)
        assert slot.until + CALL <= end
        assert slot.until - slot.due_at >= timedelta(seconds=30)


def test_a_number_may_ask_for_longer_intervals() -> None:
    numbers = [number(n, interval_min=120) for n in range(60)]
    slots = plan(numbers).slots
    for n in numbers:
        times = [slot.due_at for slot in slots if slot.number == n.number]
        assert all(b - a >= timedelta(hours=2) for a, b in pairwise(times))


def test_office_mates_are_not_called_at_the_same_time() -> None:
    numbers = [number(n, unit="同一处室") for n in range(20)]
    times = [slot.due_at for slot in plan(numbers).slots]
    assert len(times) > 55
    assert all(b - a >= CALL for a, b in pairwise(times))


def test_an_office_with_too_many_numbers_is_told_so() -> None:
    numbers = [number(n, unit="同一处室") for n in range(200)]
    day = plan(numbers)
    full = [u for u in day.unplanned if u.because.key == "plan.no_room"]
    assert len(day.slots) + len(full) == 600
    assert full
    assert all(u.stratum in NAMES for u in full)
    assert number(0).number in words(full[0].because.key, "zh", **full[0].because.values) or full[0].number


def test_numbers_that_cannot_be_planned_say_why() -> None:
    numbers = [number(1), number(2), number(3), number(4), number(5), replace(number(6), number="057112110")]

    def openings(of: Number) -> tuple[Opening, ...]:
        match of.number[-1]:
            case "1":
                return ()
            case "2":
                raise HoursError("calendar.not_understood", at=1, piece="看情况")
            case "3":
                raise NoCalendar("calendar.no_data", day=DAY)
            case "4":
                return worlds.opened(DAY, ((1320, 1800),), ZONE)
            case _:
                return worlds.opened(DAY, OFFICE_HOURS, ZONE)

    day = plan_day(numbers, openings, Policy(), SEED, DAY)
    assert {u.number[-1]: u.because.key for u in day.unplanned} == {
        "1": "plan.closed",
        "2": "calendar.not_understood",
        "3": "calendar.no_data",
        "4": "plan.never_while_calls_are_made",
        "0": "never_dial.emergency",
    }
    assert {slot.number for slot in day.slots} == {number(5).number}


def test_a_total_drops_slots_by_dice_and_names_them() -> None:
    numbers = [number(n) for n in range(40)]
    day = plan(numbers, replace(ROOMY, calls_per_day=80))
    assert len(day.slots) == 60  # three quarters: the rest is kept for following up
    assert len(day.dropped) == 60
    assert {s.call_id for s in day.slots} | {d.slot.call_id for d in day.dropped} == {
        s.call_id for s in plan(numbers).slots
    }
    assert len({d.slot.number for d in day.dropped}) > 20  # not always the same ones
    again = plan(list(reversed(numbers)), replace(ROOMY, calls_per_day=80))
    assert again == day
    standing = plan([number(n) for n in range(100, 110)]).slots
    assert len(plan(numbers, replace(ROOMY, calls_per_day=80), already=standing).slots) == 30
    made = History(Attempt(at=datetime(2026, 3, 2, 1, tzinfo=UTC), number=f"{n}", office=f"{n}") for n in range(50))
    assert len(plan(numbers, replace(ROOMY, calls_per_day=80), history=made).slots) == 10


def test_caller_ids_take_turns_and_keep_their_rate() -> None:
    numbers = [number(n) for n in range(100)]
    day = plan(numbers, Policy(caller_id_per_hour=10), callers=3)
    assert Counter(slot.caller for slot in day.slots).keys() == {0, 1, 2}
    assert day.dropped
    assert {d.because.key for d in day.dropped} == {"plan.over_the_hour"}
    for caller in range(3):
        times = [slot.due_at for slot in day.slots if slot.caller == caller]
        assert all(b - a >= timedelta(hours=1) for a, b in zip(times, times[10:], strict=False))
    minutes = Counter((slot.due_at - datetime(2026, 3, 2, 1, tzinfo=UTC)).seconds // 900 for slot in day.slots)
    assert all(2 <= minutes[quarter] <= 14 for quarter in range(12))  # and not only at the beginning of an hour
    of_one = [slot.caller for slot in plan(numbers, callers=3).slots if slot.number == numbers[0].number]
    assert sorted(of_one) == [0, 1, 2]


def test_what_stands_already_is_respected() -> None:
    standing = plan([number(1, unit="同一处室")], day=DAY).slots
    mates = [number(n, unit="同一处室") for n in range(2, 12)]
    new = plan(mates, already=standing).slots
    times = sorted(slot.due_at for slot in (*standing, *new))
    assert all(b - a >= CALL for a, b in pairwise(times))


def test_yesterdays_calls_count() -> None:
    late = datetime(2026, 3, 1, 8, 55, tzinfo=UTC)
    made = History(
        Attempt(at=late - timedelta(minutes=5 * n), number=number(1).number, office=number(1).office, answered=False)
        for n in range(16)
    )
    day = plan([number(1), number(2)], history=made)
    assert {d.because.key for d in day.dropped} == {"plan.per_24h"}
    assert len([slot for slot in day.slots if slot.number == number(2).number]) == 3


def test_a_slot_that_was_not_made_in_its_time_is_missed() -> None:
    slot, *_ = plan([number(1)]).slots
    assert missed(slot, slot.until) is None
    reason = missed(slot, slot.until + timedelta(seconds=1))
    assert reason is not None
    for lang in LANGUAGES:
        assert slot.number in words(reason.key, lang, **reason.values)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_order_carries_its_slot(lang: str) -> None:
    slot, *_ = plan([number(1)]).slots
    made = order(slot, number(1), policy=Policy(), lang=lang, caller_id="8001")
    assert (made.call_id, made.purpose, made.stratum, made.caller_id) == (slot.call_id, "base", slot.stratum, "8001")
    assert (made.not_before, made.not_after) == (slot.due_at, slot.until)
    assert made.why == words(slot.why.key, lang, **slot.why.values)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_no_day_breaks_a_rule(data: st.DataObject) -> None:
    policy, day = data.draw(worlds.policies()), data.draw(worlds.DAYS)
    numbers = data.draw(worlds.directories())
    hours = {n.number: data.draw(worlds.shifts()) for n in numbers}
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    history = data.draw(worlds.attempts(noon - timedelta(days=1), {n.number: n.office for n in numbers}))
    made = plan_day(
        numbers,
        lambda n: worlds.opened(day, hours[n.number], zone_of(n, policy)),
        policy,
        data.draw(st.binary(min_size=32, max_size=32)),
        day,
        history=History(history),
        callers=2,
    )
    of = {n.number: n for n in numbers}
    calls = {slot.call_id: _made(slot, of[slot.number]) for slot in made.slots}
    before = [_attempted(attempt) for attempt in history]
    for slot in made.slots:
        call = calls[slot.call_id]
        others = [*before, *(other for other in calls.values() if other is not call)]
        zone = zone_of(call.number, policy)
        assert not oracle.broken(call, others, policy, worlds.opened(day, hours[slot.number], zone), zone)
        assert slot.due_at.astimezone(zone).date() == day == slot.day
        assert re.fullmatch(r"[A-Za-z0-9-]{1,100}", slot.call_id)
        gap = timedelta(seconds=max(policy.base_gap_s, call.number.interval_min * 60))
        same = [o.at for o in calls.values() if o.number == call.number and o is not call]
        assert all(abs(at - call.at) >= gap for at in same)
    assert len({slot.call_id for slot in made.slots}) == len(made.slots)
    told = Counter(slot.number for slot in (*made.slots, *(d.slot for d in made.dropped)))
    for n in numbers:  # every number has all its calls, or says why not
        whys = [u for u in made.unplanned if u.number == n.number]
        assert told[n.number] + len(whys) == min(policy.base_calls, policy.per_24h) or (
            len(whys) == 1 and not whys[0].stratum
        )


def _made(slot: Slot, of: Number) -> oracle.Made:
    return oracle.Made(
        at=slot.due_at,
        until=slot.due_at + CALL,
        number=of,
        purpose=slot.purpose,
        caller_id=f"caller {slot.caller}",
    )


def _attempted(attempt: Attempt) -> oracle.Made:
    return oracle.Made(
        at=attempt.at,
        until=attempt.until,
        number=Number(number=attempt.number, written="", unit=attempt.office),
        caller_id=attempt.caller_id,
        answered=attempt.answered is not False,
    )


def test_time_in_pieces() -> None:
    pieces = p.merged([(10, 20), (0, 5), (18, 30), (40, 40)])
    assert pieces == ((0, 5), (10, 30))
    assert p.without(pieces, [(3, 12), (15, 16)]) == ((0, 3), (12, 15), (16, 30))
    assert [p.pick(pieces, u) for u in (0.0, 0.2, 0.999)] == [0, 10, 29]
    assert p.pick((), 0.5) is None
    assert p.since(pieces, 4.5) == ((10, 30),)
    assert p.end_at(pieces, 12) == 30
    assert p.end_at(pieces, 7) == 7
