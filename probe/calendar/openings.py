"""Service hours on one day, in one time zone → when the office is open, in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from probe.calendar.days import WorkingDays, nature
from probe.calendar.hours import DAY_MIN, Hours, Nature, spans_on
from probe.model import Fact

LUNCH_FROM_MIN, LUNCH_UNTIL_MIN = 11 * 60, 15 * 60 + 30  # by the wall clock
LONGEST_LUNCH = timedelta(hours=4)


class Opening(Fact, frozen=True, kw_only=True):
    """From `start` up to, and without, `end`; aware UTC."""

    start: datetime
    end: datetime


@lru_cache(maxsize=200_000)
def openings(hours: Hours, day: date, zone: ZoneInfo, days: WorkingDays) -> tuple[Opening, ...]:
    """When it is open: what begins on `day` by the zone's wall clock, sorted and disjoint; it may end on the next day.

    A zone that the hours name themselves (北京时间) outranks `zone`. A time that the clock skips or shows twice is read
    as RFC 5545 §3.3.5 says: by the offset before the gap, and as the first of the two. NoCalendar when the hours depend
    on whether the day is worked and nobody knows. The same question costs nothing the second time.
    """
    zone = ZoneInfo(hours.zone) if hours.zone else zone
    if _utc(day, DAY_MIN // 2, zone).astimezone(zone).date() != day:
        return ()  # a day that the zone skipped: Samoa has no 30 December 2011
    kind = nature(day, days) if hours.needs_calendar else Nature.WORKING
    found: list[Opening] = []
    for span in spans_on(hours, day, kind):
        start, end = _utc(day, span.start_min, zone), _utc(day, span.end_min, zone)
        if start >= end:
            continue
        if found and start <= found[-1].end:
            start, end = found[-1].start, max(end, found.pop().end)
        found.append(Opening(start=start, end=end))
    return tuple(found)


def lunch(opened: tuple[Opening, ...], zone: ZoneInfo) -> Opening | None:
    """The gap for lunch: the first of at most four hours that lies between 11:00 and 15:30 by the zone's wall clock."""
    return next(_lunches(opened, zone), None)


def _lunches(opened: tuple[Opening, ...], zone: ZoneInfo) -> Iterator[Opening]:
    for before, after in pairwise(opened):
        start, end = (moment.astimezone(zone) for moment in (before.end, after.start))
        within = _minute(start) >= LUNCH_FROM_MIN and _minute(end) <= LUNCH_UNTIL_MIN
        if within and start.date() == end.date() and after.start - before.end <= LONGEST_LUNCH:
            yield Opening(start=before.end, end=after.start)


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def _utc(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A time of the wall clock, minutes after the day's midnight by that clock."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    return wall.replace(tzinfo=zone).astimezone(UTC)
