"""Which stretch of time a report is of, in whole local days. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from probe.model import Fact


class Kind(StrEnum):
    """How long a report's period is."""

    DAILY = "daily"
    WEEKLY = "weekly"  # from Monday
    MONTHLY = "monthly"
    PERIOD = "period"  # any other


class Period(Fact, frozen=True, kw_only=True):
    """[since, until), and since when the period before it ran; both in the zone of the days."""

    kind: Kind
    since: datetime
    until: datetime
    before_since: datetime

    @property
    def first(self) -> date:
        return self.since.date()

    @property
    def last(self) -> date:
        """The last day of which a part belongs to it."""
        return (self.until - timedelta(microseconds=1)).date()


def period(kind: Kind, day: date, zone: ZoneInfo) -> Period:
    """The day, week or month that `day` is in, against the one before it."""
    match kind:
        case Kind.WEEKLY:
            first = day - timedelta(days=day.weekday())
            end, before = first + timedelta(days=7), first - timedelta(days=7)
        case Kind.MONTHLY:
            first = day.replace(day=1)
            end = (first + timedelta(days=31)).replace(day=1)
            before = (first - timedelta(days=1)).replace(day=1)
        case _:
            first, end, before = day, day + timedelta(days=1), day - timedelta(days=1)
    return Period(
        kind=kind, since=_midnight(first, zone), until=_midnight(end, zone), before_since=_midnight(before, zone)
    )


def days(first: date, last: date, zone: ZoneInfo) -> Period:
    """From the first to the last day, both included, against as many days before them. ValueError when `last` is
    earlier."""
    if last < first:
        raise ValueError(last)
    count = last - first + timedelta(days=1)
    kind = Kind.DAILY if first == last else Kind.PERIOD
    since, until = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
    return Period(kind=kind, since=since, until=until, before_since=_midnight(first - count, zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)
