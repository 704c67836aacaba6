"""What was dialled lately, over all numbers, so that a rolling limit is a search in a sorted list."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from probe.model import Fact


class Attempt(Fact, frozen=True, kw_only=True):
    """One call that was dialled, whoever answered. While it is under way `answered` is None and counts as answered."""

    at: datetime
    number: str
    office: str
    caller_id: str = ""
    answered: bool | None = None
    ended_at: datetime | None = None
    deadline_s: float = 120.0

    @property
    def until(self) -> datetime:
        """How long it engages its office: to its end, or to the last moment at which it can end."""
        return self.at + timedelta(seconds=self.deadline_s) if self.ended_at is None else self.ended_at


class History:
    """Attempts. One that is added again (same number and moment) replaces what was known of it before."""

    def __init__(self, attempts: Iterable[Attempt] = ()) -> None:
        self._of_number: dict[str, list[Attempt]] = defaultdict(list)
        self._of_office: dict[str, list[Attempt]] = defaultdict(list)
        self._of_caller: dict[str, list[datetime]] = defaultdict(list)
        self._all: list[datetime] = []
        for attempt in sorted(attempts, key=_at):
            self.add(attempt)

    def add(self, attempt: Attempt) -> None:
        """Remember an attempt when it is dialled, and again when it is known how it went."""
        own, office = self._of_number[attempt.number], self._of_office[attempt.office]
        before = next((a for a in _between(own, attempt.at, attempt.at) if a.at == attempt.at), None)
        if before is not None:
            own.remove(before)
            self._of_office[before.office].remove(before)
            self._of_caller[before.caller_id].remove(before.at)
            self._all.remove(before.at)
        insort(own, attempt, key=_at)
        insort(office, attempt, key=_at)
        insort(self._of_caller[attempt.caller_id], attempt.at)
        insort(self._all, attempt.at)

    def forget(self, before: datetime) -> None:
        """Let go of what is older: no rule looks back further than two days."""
        for attempts in (self._of_number, self._of_office):
            for key in list(attempts):
                kept = attempts[key][bisect_left(attempts[key], before, key=_at) :]
                if kept:
                    attempts[key] = kept
                else:
                    del attempts[key]
        for caller, times in self._of_caller.items():
            self._of_caller[caller] = times[bisect_left(times, before) :]
        self._all = self._all[bisect_left(self._all, before) :]

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, number: str) -> bool:
        return number in self._of_number

    def of_number(self, number: str) -> Sequence[Attempt]:
        """Its attempts, in order."""
        return self._of_number.get(number, ())

    def of_office(self, office: str, start: datetime, end: datetime) -> Sequence[Attempt]:
        """Attempts to an office that were dialled between two moments, both included."""
        return _between(self._of_office.get(office, ()), start, end)

    def of_caller(self, caller_id: str) -> Sequence[datetime]:
        """When this caller ID dialled, in order."""
        return self._of_caller.get(caller_id, ())

    def count(self, start: datetime, end: datetime) -> int:
        """How many attempts there were from a moment on, before another."""
        return bisect_left(self._all, end) - bisect_left(self._all, start)


def next_free(times: Sequence[datetime], at: datetime, most: int, window: timedelta) -> datetime | None:
    """None when a call at `at` leaves at most `most` calls in every window; else the next moment at which it would.

    Two calls exactly `window` apart are not in one window. `times` (sorted) may lie before and after `at`.
    """
    if _fits(times, at, most, window):
        return None
    later = (time + window for time in times if time + window > at)
    return next(moment for moment in later if _fits(times, moment, most, window))


def _fits(times: Sequence[datetime], at: datetime, most: int, window: timedelta) -> bool:
    near = list(times[bisect_right(times, at - window) : bisect_left(times, at + window)])
    place = bisect_left(near, at)
    near.insert(place, at)
    if len(near) <= most:
        return True
    return all(
        near[i + most] - near[i] >= window for i in range(max(0, place - most), min(place, len(near) - most - 1) + 1)
    )


def _between(attempts: Sequence[Attempt], start: datetime, end: datetime) -> Sequence[Attempt]:
    return attempts[bisect_left(attempts, start, key=_at) : bisect_right(attempts, end, key=_at)]


def _at(attempt: Attempt) -> datetime:
    return attempt.at
