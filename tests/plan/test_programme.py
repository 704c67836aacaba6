"""A made-up programme played through: plan, dial, follow up, re-dial; then every call that was made is held against the
rules. No directory, policy, history or clock may yield a call that breaks one."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from probe.calendar import Opening
from probe.model import Number, Outcome, Purpose
from probe.plan import (
    Attempt,
    History,
    Policy,
    Situation,
    Slot,
    Tried,
    Way,
    follow_up,
    plan_day,
    quiet_probe,
    recheck,
    refusal,
    zone_of,
)
from probe.plan.slot import deadline_s
from tests.plan import oracle, worlds

Hours = dict[str, tuple[tuple[int, int], ...]]
DAYS_PLAYED = 2


class Programme:
    """What a scheduler does, without a database: one call at a time in the order of time."""

    def __init__(self, numbers: list[Number], hours: Hours, policy: Policy, seed: bytes, chance: st.DataObject) -> None:
        self.made: list[oracle.Made] = []
        self.names: list[str] = []
        self._numbers = {n.number: n for n in numbers}
        self._hours, self._policy, self._seed, self._chance = hours, policy, seed, chance
        self._history = History()
        self._waiting: list[Slot] = []
        self._ladders: dict[str, list[Tried]] = {}

    def openings(self, number: Number, day: date) -> tuple[Opening, ...]:
        return worlds.opened(day, self._hours[number.number], zone_of(number, self._policy))

    def around(self, number: Number, day: date) -> tuple[Opening, ...]:
        return tuple(o for n in (-1, 0, 1, 2) for o in self.openings(number, day + timedelta(days=n)))

    def play(self, day: date) -> None:
        numbers = list(self._numbers.values())
        planned = plan_day(
            numbers,
            lambda n: self.openings(n, day),
            self._policy,
            self._seed,
            day,
            self._waiting,
            history=self._history,
            callers=2,
        )
        self._waiting += planned.slots
        while self._waiting:
            self._waiting.sort(key=lambda slot: slot.due_at)
            if self._waiting[0].day > day:
                break
            self._dial(self._waiting.pop(0))

    def _dial(self, slot: Slot) -> None:
        number = self._numbers[slot.number]
        late = self._chance.draw(st.sampled_from([0.0, 0.0, 0.3, 0.5, 1.0]))
        now = slot.due_at + late * (slot.until - slot.due_at)
        caller = f"caller {slot.caller}"
        zone, openings = zone_of(number, self._policy), self.around(number, slot.day)
        no = refusal(slot, number, now, self._history, self._policy, openings, zone, caller_id=caller)
        if no is not None:
            return
        outcome = self._chance.draw(st.sampled_from([Outcome.BUSY, Outcome.BUSY, Outcome.UNANSWERED, *Outcome]))
        lasted = timedelta(seconds=self._chance.draw(st.integers(1, deadline_s(slot.scenario))))
        answered = outcome is Outcome.ANSWERED
        self.made.append(
            oracle.Made(
                at=now, until=now + lasted, number=number, purpose=slot.purpose, caller_id=caller, answered=answered
            )
        )
        self.names.append(slot.call_id)
        self._history.add(
            Attempt(
                at=now,
                number=slot.number,
                office=slot.office,
                caller_id=caller,
                answered=answered,
                ended_at=now + lasted,
            )
        )
        self._next(slot, Tried(call_id=slot.call_id, at=now, outcome=outcome, caller=slot.caller), now + lasted)

    def _next(self, slot: Slot, call: Tried, now: datetime) -> None:
        number = self._numbers[slot.number]
        known = Situation(
            number=number,
            now=now,
            policy=self._policy,
            history=self._history,
            openings=self.around(number, slot.day),
            zone=zone_of(number, self._policy),
            seed=self._seed,
            standing=[s for s in self._waiting if s.office == slot.office],
            ways=(Way(trunk="a"), Way(trunk="b")),
        )
        root = slot.call_id.partition("-f")[0]
        calls = self._ladders.setdefault(root, [])
        calls.append(call)
        found = [follow_up(calls, self._chance.draw(st.sampled_from([None, 2.0, 6.0, 30.0])), known)]
        if slot.purpose is Purpose.BASE:
            ask = self._chance.draw(st.sampled_from(["", "quiet", "recheck"]))
            if ask == "quiet":
                found.append(quiet_probe(known))
            elif ask == "recheck":
                found.append(recheck(known, now, len(self.made)))
        for one in found:
            if isinstance(one, Slot) and one.call_id not in {s.call_id for s in self._waiting} | set(self.names):
                assert one.due_at >= now
                self._waiting.append(one)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_call_of_a_programme_breaks_a_rule(data: st.DataObject) -> None:
    policy, day = data.draw(worlds.policies()), data.draw(worlds.DAYS)
    numbers = data.draw(worlds.directories())
    hours = {n.number: data.draw(worlds.shifts()) for n in numbers}
    programme = Programme(numbers, hours, policy, data.draw(st.binary(min_size=32, max_size=32)), data)
    for n in range(DAYS_PLAYED):
        programme.play(day + timedelta(days=n))
    assert max(Counter(programme.names).values(), default=1) == 1
    for place, call in enumerate(programme.made):  # of several calls that break a rule, the last one that was dialled
        zone = zone_of(call.number, policy)
        openings = programme.around(call.number, call.at.astimezone(zone).date())
        assert not oracle.broken(call, programme.made[:place], policy, openings, zone)


def test_a_day_of_a_stuck_line_by_hand() -> None:
    """The origin case: off the hook from 8:50, so that every call is busy; the ladder keeps asking all morning."""
    number = Number(number="+8657187250001", written="87250001", unit="甲局")
    openings = worlds.opened(date(2025, 7, 25), ((540, 720), (840, 1020)), zone_of(number, Policy()))
    first = Tried(call_id="root", at=datetime(2025, 7, 25, 1, 5, tzinfo=UTC), outcome=Outcome.BUSY)
    calls, history = [first], History()
    while calls[-1].at < datetime(2025, 7, 25, 4, tzinfo=UTC):
        history.add(Attempt(at=calls[-1].at, number=number.number, office=number.office, answered=False))
        known = Situation(
            number=number,
            now=calls[-1].at + timedelta(seconds=10),
            policy=Policy(),
            history=history,
            openings=openings,
            zone=zone_of(number, Policy()),
            seed=bytes(32),
        )
        found = follow_up(calls, 6.0, known)
        if not isinstance(found, Slot):
            break
        calls.append(Tried(call_id=found.call_id, at=found.due_at, outcome=Outcome.BUSY))
    before_ten = [call for call in calls if call.at < datetime(2025, 7, 25, 2, tzinfo=UTC)]
    assert len(before_ten) >= 8  # five in a row are a notice, and there is an hour for them
    assert len(calls) == 16
