"""Days are planned, each once; and drawn again by whoever has the seed, from exactly what they were drawn from."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from probe.calendar import NoCalendar, Opening, WorkingDays, openings_of
from probe.errors import ProbeError
from probe.model import Number, Purpose
from probe.plan import Day, plan_day, sharing
from probe.schedule.past import LOOK_BACK, history_of
from probe.schedule.setup import Setup
from probe.store import Store
from probe.store.given import Given, digest, packed, unpacked
from probe.store.rules import rules_version
from probe.store.slots import State

DAY = timedelta(days=1)
MOST_DAYS_BACK = 31  # days without a program that are still planned, so that each of their slots is told as missed
AROUND = 15  # days of the calendar before and after, on which the kind of a day may depend

_log = logging.getLogger(__name__)


def plan_days(store: Store, setup: Setup, entropy: Callable[[], bytes], now: datetime) -> tuple[date, ...]:
    """Plan today, and every day since the last one that was planned; the days that were."""
    slots, today = store.slots, now.astimezone(setup.zone).date()
    known = [day for day in slots.days() if day <= today.isoformat()]  # a clock may have been ahead
    first = today if not known else max(date.fromisoformat(known[-1]), today - timedelta(days=MOST_DAYS_BACK))
    planned = []
    for n in range((today - first).days + 1):
        day = first + timedelta(days=n)
        if day.isoformat() in known:
            continue
        seed = slots.seed(f"{day:%Y-%m}", entropy, now)
        given, numbers = _given(store, setup, day, now)
        made = _drawn(store, given, numbers, bytes.fromhex(seed.seed), day, setup.days)
        if slots.plan(day, made, seed.period, now, given):
            _log.info("planned", extra={"day": f"{day}", "slots": len(made.slots), "commitment": seed.commitment})
            planned.append(day)
    slots.seed(f"{today + DAY:%Y-%m}", entropy, now)  # tomorrow's calls may be drawn today
    slots.reveal(f"{today:%Y-%m}", now)
    return tuple(planned)


def redraw(store: Store, day: date, seed: bytes) -> Day:
    """The day as this seed draws it from what it was drawn from then. ProbeError when that was not kept, or cannot be
    had any more."""
    given = store.slots.given(day.isoformat())
    if given is None:
        raise ProbeError("schedule.not_given", day=day)
    numbers = store.numbers_at(given.at, given.newest)
    if digest(numbers) != given.directory:
        raise ProbeError("schedule.other_directory", day=day)
    return _drawn(store, given, numbers, seed, day, _Kept(given.working))


def _given(store: Store, setup: Setup, day: date, now: datetime) -> tuple[Given, Sequence[Number]]:
    newest, _ = store.directory_version()
    numbers = store.numbers()
    already = [
        kept.slot
        for kept in store.slots.of_day(day.isoformat())
        if kept.state is State.PLANNED and kept.slot.purpose is not Purpose.BASE
    ]
    given = Given(
        version=rules_version(),
        at=now,
        policy=setup.policy,
        default_hours=setup.default_hours,
        working=dict(_known(setup.days, day)),
        callers=sharing(setup.ways),
        already=tuple(already),
        dialled=packed(store.audit.attempts(now - LOOK_BACK)),
        newest=newest,
        directory=digest(numbers),
    )
    return given, numbers


def _drawn(store: Store, given: Given, numbers: Sequence[Number], seed: bytes, day: date, days: WorkingDays) -> Day:
    """The one way in which a day is drawn, the first time and every other."""
    policy = given.policy

    def openings(number: Number) -> Sequence[Opening]:
        return openings_of(number, day, default_hours=given.default_hours, timezone=policy.timezone, days=days)

    known = dict(unpacked(given.dialled))
    attempts = (
        replace(attempted, answered=known[attempted.id])
        for attempted in store.audit.attempts(given.at - LOOK_BACK)
        if attempted.id in known
    )
    return plan_day(
        numbers, openings, policy, seed, day, given.already, history=history_of(attempts), callers=given.callers
    )


def _known(days: WorkingDays, day: date) -> list[tuple[date, bool]]:
    found = []
    for n in range(-AROUND, AROUND + 1):
        try:
            found.append((day + timedelta(days=n), days.is_working(day + timedelta(days=n))))
        except NoCalendar:
            continue
    return found


class _Kept:
    """The calendar as it was then, for the days around."""

    def __init__(self, working: dict[date, bool]) -> None:
        self._working = working

    def is_working(self, day: date) -> bool:
        if day not in self._working:
            raise NoCalendar("calendar.no_calendar", day=day, until=self.known_until, year=day.year)
        return self._working[day]

    @property
    def known_until(self) -> date:
        return max(self._working, default=date.min)
