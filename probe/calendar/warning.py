"""A warning weeks before the calendar ends: beyond its data nothing is planned."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from probe.calendar.days import WorkingDays
from probe.model import Fact
from probe.words import words

WARN_DAYS = 60


class CalendarWarning(Fact, frozen=True, kw_only=True):
    """The calendar ends, or has ended (`days_left` is negative), or there is none (`until` is None)."""

    key: str
    until: date | None = None
    days_left: int = 0

    def text(self, lang: str) -> str:
        """Until when it goes, and what to do."""
        return words(self.key, lang, until=self.until, days_left=self.days_left)


def warnings(days: WorkingDays, today: date | datetime, zone: ZoneInfo) -> tuple[CalendarWarning, ...]:
    """At most one. `today` is a date, or a moment (aware) whose date is that of `zone`."""
    day = today.astimezone(zone).date() if isinstance(today, datetime) else today
    until = days.known_until
    if until == date.min:
        return (CalendarWarning(key="calendar.none"),)
    left = (until - day).days
    if left > WARN_DAYS:
        return ()
    return (CalendarWarning(key="calendar.ends_soon" if left >= 0 else "calendar.ended", until=until, days_left=left),)
