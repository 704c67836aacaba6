"""One line over days as the programme would call it: base calls, follow-ups, quiet times, manners. Pure, seeded.

Minute 0 of a day is 08:00; days follow each other, as if there were no week-ends.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from probe.odds import Caps, Purpose, Seen, caps, drawn
from tests.bench.odds_offices import Engaged

DAY = 24 * 60.0
EPOCH = datetime.fromisoformat("2025-07-21T00:00:00+00:00")  # a Monday, 08:00 in Shanghai
PER_MINUTES = (3, 5.0)  # attempts per so many minutes, whatever the policy
QUIET_CALLS = 3  # attempts of 24 h kept for quiet times, where there are any; as `probe.schedule.consequences`
UNCAPPED = 99  # attempts per 24 h, or answered calls, that mean "no cap"


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
    answered: int = 3  # calls that somebody answered, per day: after those the line is left alone until the next

    def draw(self, rng: Random) -> list[float]:
        width = sum(end - begin for begin, end in self.blocks) / self.base
        return [self.minute(width * (i + rng.random())) for i in range(self.base)]

    def quiet_calls(self, rng: Random) -> list[float]:
        """The first call in each quiet time of a day, in the first fifth of it: there is time for more."""
        return [begin + (end - begin) * rng.random() / 5 for begin, end in self.quiet]

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


def left(told: Told, minute: float, plan: Plan, planned: Sequence[float] = ()) -> Caps:
    """What the manners still allow at `minute`; `planned` are minutes of its day."""
    last = 3 * plan.per_day if plan.per_day < UNCAPPED else 0
    recent = zip(told.at[-last:], told.seen[-last:], strict=True) if last else ()
    n, within = PER_MINUTES
    day = minute - minute % DAY
    ends = next((moment(day + end) for begin, end in plan.quiet if begin <= minute - day < end), None)
    return caps(
        [moment(at) for at, one in recent if ends is not None or one.purpose is Purpose.FOLLOW_UP],
        moment(minute),
        plan.per_day - (0 if ends is not None else plan.base + (QUIET_CALLS if plan.quiet else 0)),
        planned=[moment(day + at) for at in planned],
        not_before=moment(told.at[-n] + within + 0.01 if len(told.at) >= n else minute),
        until=ends,
    )


def run(days: Sequence[Engaged], test: Test, rng: Random, plan: Plan) -> Told:
    """Call one line on consecutive days."""
    told = Told([], [], [], [])
    for day, engaged in enumerate(days):
        queue = [(at, Purpose.BASE) for at in plan.draw(rng)]
        queue += [(at, Purpose.QUIET_TIME) for at in plan.quiet_calls(rng)]
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
        may = left(told, now, plan)
        if may.not_before is not None and may.not_before > moment(now):
            now = (may.not_before - EPOCH).total_seconds() / 60
        working = purpose is not None and _purpose(now - start, plan) is not None
        if not working or not _allowed(told, now, plan, purpose) or _answered(told, start) >= plan.answered:
            continue
        busy = engaged(now - start)
        told.at.append(now)
        told.seen.append(Seen(at=moment(now), busy=busy, purpose=purpose, cause="busy_tone" if busy else "human"))
        if not busy:
            spoken, follow = 0, None
            continue
        planned = [at for at, purpose in queue if purpose is Purpose.BASE]
        level, gap_s, _ = test(told.seen, left(told, now, plan, planned))
        if level >= 1 > spoken:
            told.notices.append(now)
        if level >= 2 > spoken:
            told.suspicions.append(now)
        spoken = max(spoken, level)
        follow = None if gap_s is None else now - start + drawn(gap_s, rng.random()).total_seconds() / 60


def _allowed(told: Told, now: float, plan: Plan, purpose: Purpose | None) -> bool:
    """The cap of all attempts, and that of the follow-ups."""
    recent = sum(at > now - DAY for at in told.at[-plan.per_day :])
    return recent < plan.per_day and (purpose is not Purpose.FOLLOW_UP or left(told, now, plan).calls > 0)


def _answered(told: Told, start: float) -> int:
    """How many calls of the day that begins at `start` were answered; at a quiet time it rings once, for nobody."""
    first = bisect_left(told.at, start)
    return sum(not one.busy and one.purpose is not Purpose.QUIET_TIME for one in told.seen[first:])


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
