"""Offices to practise on: when each telephone line is engaged, day by day; vectorised over line-days, seeded, pure.

Citizens call as a Poisson process. Who finds the line free talks for a lognormal time (mean 3 min, coefficient of
variation 1.3); of those who find it engaged, half call again after an exponential time of 2 min on average, as often
as it takes (a retrial queue with one server: Falin and Templeton, "Retrial Queues", 1997). A handset that lies beside
its phone is a talk without a caller that begins at a given minute, whatever goes on then. Minutes count from the
first one of a day.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
ORBIT = 24  # citizens who wait to call again; a further one gives up


class Habits(NamedTuple):
    """How people telephone; minutes."""

    talk_mean: float = 3.0
    talk_cv: float = 1.3
    redial_share: float = 0.5
    redial_after: float = 2.0

    def talks(self, rng: np.random.Generator, n: int) -> Array:
        variance = np.log1p(self.talk_cv**2)
        return rng.lognormal(np.log(self.talk_mean) - variance / 2, np.sqrt(variance), n)


HABITS = Habits()


class Day(NamedTuple):
    """When calls come in: `rates` per minute hold from each of `starts` on (the first is 0); the last until `end`."""

    starts: tuple[float, ...]
    rates: tuple[float, ...]
    end: float


class Engaged(NamedTuple):
    """One line-day: engaged from `starts[i]` at least until `stops[i]` (a running maximum)."""

    starts: list[float]
    stops: list[float]

    def __call__(self, minute: float) -> bool:
        i = bisect_right(self.starts, minute) - 1
        return i >= 0 and minute < self.stops[i]

    def free_from(self, minute: float) -> float:
        """The first moment from `minute` on at which the line is free."""
        while self(minute):
            minute = self.stops[bisect_right(self.starts, minute) - 1]
        return minute


def line_days(
    rng: np.random.Generator,
    day: Day,
    n: int,
    *,
    habits: Habits = HABITS,
    surge: Array | float = 1.0,
    off_hook: Array | None = None,
    off_hook_for: Array | float = 180.0,
) -> list[Engaged]:
    """`n` independent line-days; `surge` multiplies each one's callers; `off_hook`: a minute for each (inf: never)."""
    starts, rates = np.array(day.starts), np.array(day.rates)
    top = rates.max() * np.broadcast_to(np.asarray(surge, dtype=float), (n,))
    fresh = rng.exponential(1.0, n) / top
    again = np.full((n, ORBIT), np.inf)
    event = np.full(n, np.inf) if off_hook is None else off_hook.astype(float)
    until = np.zeros(n)
    every = np.arange(n)
    began, ended = [], []
    while True:
        first = again.argmin(axis=1)
        redial = again[every, first]
        now = np.minimum(np.minimum(fresh, redial), event)
        live = now < day.end
        if not live.any():
            break
        falls = live & (event <= now)
        redials = live & ~falls & (redial <= fresh)
        arrives = live & ~falls & ~redials
        event[falls] = np.inf
        again[every[redials], first[redials]] = np.inf
        wanted = rates[np.searchsorted(starts, now[arrives], side="right") - 1] / rates.max()
        fresh[arrives] += rng.exponential(1.0, int(arrives.sum())) / top[arrives]
        calls = redials
        calls[arrives] = rng.random(int(arrives.sum())) < wanted
        free = now >= until
        talks = calls & free
        stop = np.where(talks, now + habits.talks(rng, n), np.where(falls, np.maximum(until, now + off_hook_for), 0.0))
        seized = talks | falls
        until = np.where(seized, stop, until)
        began.append(np.where(seized, now, np.inf))
        ended.append(np.where(seized, stop, -np.inf))
        waits = every[calls & ~free & (rng.random(n) < habits.redial_share)]
        again[waits, again[waits].argmax(axis=1)] = now[waits] + rng.exponential(habits.redial_after, len(waits))
    return _engaged(np.array(began).T, np.array(ended).T, n)


def _engaged(began: Array, ended: Array, n: int) -> list[Engaged]:
    """Rows of seizures in order of time → one `Engaged` per line-day."""
    days = []
    for i in range(n):
        taken = np.isfinite(began[i]) if len(began) else np.zeros(0, dtype=bool)
        if not taken.any():
            days.append(Engaged([], []))
            continue
        days.append(Engaged(began[i][taken].tolist(), np.maximum.accumulate(ended[i][taken]).tolist()))
    return days


def load_seen(days: list[Engaged], rng: np.random.Generator, first: float, last: float, each: int = 15) -> float:
    """The share of random moments between two minutes at which the line was engaged."""
    moments = rng.uniform(first, last, (len(days), each))
    return float(np.mean([[engaged(m) for m in row] for engaged, row in zip(days, moments.tolist(), strict=True)]))


@cache
def rate_for(load: float, habits: Habits = HABITS, *, seed: int = 5, n: int = 4000, minutes: float = 480.0) -> float:
    """Callers per minute so that a probe finds the line engaged with probability `load`, by bisection."""
    low, high = 0.0, 4.0 * load / (1 - load) / habits.talk_mean
    for _ in range(10):
        rate = (low + high) / 2
        rng = np.random.default_rng(seed)  # the same dice each time, so that the load grows with the rate
        seen = load_seen(line_days(rng, Day((0.0,), (rate,), minutes), n, habits=habits), rng, 60.0, minutes)
        low, high = (rate, high) if seen < load else (low, rate)
    return (low + high) / 2
