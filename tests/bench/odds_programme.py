"""One line over days as the programme would call it: base calls, follow-ups, quiet times, manners. Pure, seeded.

Minute 0 of a day is 08:00; days follow each other, as if there were no week-ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from probe.odds import Caps, Purpose, Seen, drawn
from tests.bench.odds_offices import Engaged

DAY = 24 * 60.0
EPOCH = datetime.fromisoformat("2025-07-21T00:00:00+00:00")  # a Monday, 08:00 in Shanghai
PER_MINUTES = (3, 5.0)  # attempts per so many minutes, whatever the policy


class Step(NamedTuple):
    """What a test makes of the calls so far (1 notice, 2 suspected), and the gap of the next call in seconds."""

    level: int
    gap_s: float | None = None
    wants_quiet: bool = False


Test = Callable[[Sequence[Seen], Caps], Step]


class Plan(NamedTuple):
    """What is called when."""

    base: int = 6  # base calls a day, one random moment in each of so many equal strata of the working time
    blocks: tuple[tuple[float, float], ...] = ((60.0, 540.0),)  # working time
    quiet: tuple[tuple[float, float], ...] = ()  # windows in which the owner agreed to be called
    always: bool = False  # call in each of them; else only a line that was engaged when last called
    per_day: int = 16  # attempts per rolling 24 h
    kept: int = 0  # of these, for lines that have earned a notice, and for quiet times

    def draw(self, rng: Random) -> list[float]:
        width = sum(end - begin for begin, end in self.blocks) / self.base
        return [self.minute(width * (i + rng.random())) for i in range(self.base)]

    def minute(self, worked: float) -> float:
        """The minute of the day after so much working time."""
        for begin, end in self.blocks:
            if worked < end - begin:
                return begin + worked
            worked -= end - begin
        return self.blocks[-1][1]


class Told(NamedTuple):
    """What came of it; minutes from the first day's minute 0."""

    notices: list[float]
    suspicions: list[float]
    seen: list[Seen]
    at: list[float]


def moment(minute: float) -> datetime:
    return EPOCH + timedelta(minutes=minute)


def caps(attempts: Sequence[float], minute: float, plan: Plan, kept: int = 0) -> Caps:
    """What the manners still allow at `minute`."""
    recent = [at for at in attempts[-4 * plan.per_day :] if at > minute - DAY] if plan.per_day < 99 else []
    left = plan.per_day - kept - len(recent)
    n, within = PER_MINUTES
    soonest = attempts[-n] + within + 0.01 if len(attempts) >= n else minute
    back = recent[max(0, -left) :]  # the first ones pay back what is overdrawn
    day = minute - minute % DAY
    ends = next((moment(day + end) for begin, end in plan.quiet if begin <= minute - day < end), None)
    return Caps(calls=max(left, 0), back=tuple(moment(at + DAY) for at in back), not_before=moment(soonest), until=ends)


def run(days: Sequence[Engaged], test: Test, rng: Random, plan: Plan) -> Told:
    """Call one line on consecutive days."""
    told = Told([], [], [], [])
    for day, engaged in enumerate(days):
        queue = [(at, Purpose.BASE) for at in plan.draw(rng)]
        queue += [(begin + (end - begin) * rng.random() / 5, Purpose.QUIET_TIME) for begin, end in plan.quiet]
        _day(day * DAY, sorted(queue), engaged, test, rng, plan, told)
    return told


def _day(
    start: float,
    queue: list[tuple[float, Purpose]],
    engaged: Engaged,
    test: Test,
    rng: Random,
    plan: Plan,
    told: Told,
) -> None:
    spoken = _spoken(told)
    follow: float | None = None
    while queue or follow is not None:
        if follow is not None and (not queue or follow < queue[0][0]):
            minute, purpose, follow = follow, _purpose(follow, plan), None
        else:
            minute, purpose = queue.pop(0)
            if purpose is Purpose.QUIET_TIME and not _asks(told, spoken, plan):
                continue
        now = start + minute
        may = caps(told.at, now, plan)
        if may.not_before is not None and may.not_before > moment(now):
            now = (may.not_before - EPOCH).total_seconds() / 60
        working = purpose is not None and _purpose(now - start, plan) is not None
        if not working or caps(told.at, now, plan).calls < 1:
            continue
        busy = engaged(now - start)
        told.at.append(now)
        told.seen.append(Seen(at=moment(now), busy=busy, purpose=purpose, cause="busy_tone" if busy else "human"))
        if not busy:
            spoken, follow = 0, None
            continue
        kept = 0 if spoken or purpose is Purpose.QUIET_TIME else plan.kept
        level, gap_s, _ = test(told.seen, caps(told.at, now, plan, kept))
        if level >= 1 > spoken:
            told.notices.append(now)
        if level >= 2 > spoken:
            told.suspicions.append(now)
        if level == 1 > spoken and kept:
            gap_s = test(told.seen, caps(told.at, now, plan)).gap_s
        spoken = max(spoken, level)
        follow = None if gap_s is None else now - start + drawn(gap_s, rng.random()).total_seconds() / 60


def _purpose(minute: float, plan: Plan) -> Purpose | None:
    """What a follow-up at this minute is; None outside working and quiet times."""
    if any(begin <= minute < end for begin, end in plan.quiet):
        return Purpose.QUIET_TIME
    return Purpose.FOLLOW_UP if any(begin <= minute < end for begin, end in plan.blocks) else None


def _asks(told: Told, spoken: int, plan: Plan) -> bool:
    """Whether a call at a quiet time is wanted."""
    return spoken < 2 and (plan.always or bool(told.seen and told.seen[-1].busy))


def _spoken(told: Told) -> int:
    """The level that the run still going on has reached."""
    free = max((at for at, one in zip(told.at, told.seen, strict=True) if not one.busy), default=-1.0)
    return any(at > free for at in told.notices) + any(at > free for at in told.suspicions)
