"""Which days are worked: the published calendar, and a file that corrects and extends it; else `NoCalendar`."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Protocol

import chinese_calendar

from probe.calendar.errors import NoCalendar
from probe.calendar.hours import Nature
from probe.calendar.overrides import Overrides, read

_ONE = timedelta(days=1)


class WorkingDays(Protocol):
    """A working calendar. It never changes: whatever follows from it is remembered."""

    def is_working(self, day: date) -> bool:
        """Whether offices work on this day. NoCalendar where nobody knows."""

    @property
    def known_until(self) -> date:
        """The last day of the whole years that it knows; `date.min` when it knows none."""

    def __hash__(self) -> int:
        """By identity as a rule."""


class China:
    """Mainland China as the State Council's notices say, from `chinesecalendar`: 调休 make-up days included.

    The notice of the next year may still change the last days of this one (2018-12-29 was worked for 2019-01-01).
    """

    def is_working(self, day: date) -> bool:
        """NoCalendar outside of the years that the installed version knows."""
        return _china(day)

    @property
    def known_until(self) -> date:
        return date(max(chinese_calendar.holidays).year, 12, 31)


class Unknown:
    """A country of which we have no calendar: not even that its Mondays are worked."""

    def __init__(self, country: str) -> None:
        self._country = country

    def is_working(self, day: date) -> bool:
        raise NoCalendar("calendar.no_calendar_country", country=self._country, year=day.year, day=day)

    @property
    def known_until(self) -> date:
        return date.min


class Corrected:
    """Another calendar, where the file of overrides says nothing of a day."""

    def __init__(self, days: WorkingDays, overrides: Overrides) -> None:
        self._days = days
        self._stated = overrides.days
        self._complete = overrides.complete

    def is_working(self, day: date) -> bool:
        """NoCalendar where neither knows."""
        stated = self._stated.get(day)
        if stated is not None:
            return stated
        if day.year in self._complete:
            return day.weekday() < 5
        try:
            return self._days.is_working(day)
        except NoCalendar as error:
            if "until" in error.values:
                raise NoCalendar(error.key, **{**error.values, "until": self.known_until}) from None
            raise

    @property
    def known_until(self) -> date:
        until = self._days.known_until
        year = until.year + 1 if until != date.min else min(self._complete, default=0)
        while year in self._complete:
            until, year = date(year, 12, 31), year + 1
        return until


def working_days(country: str, file: Path | None = None) -> WorkingDays:
    """The calendar of a country (ISO 3166), with the file's corrections. CalendarError when the file is wrong."""
    days: WorkingDays = China() if country == "CN" else Unknown(country)
    return days if file is None else Corrected(days, read(file))


@lru_cache(maxsize=10_000)
def nature(day: date, days: WorkingDays) -> Nature:
    """What the calendar says of a day. NoCalendar where nobody knows.

    A weekend that runs into a Monday to Friday that is not worked is part of that holiday: notices count it so.
    """
    if days.is_working(day):
        return Nature.WORKING if day.weekday() < 5 else Nature.MAKE_UP
    run = [day]
    for step in (-_ONE, _ONE):
        other = day + step
        while run[-1].weekday() >= 5 and not days.is_working(other):
            run.append(other)
            other += step
    return Nature.HOLIDAY if any(other.weekday() < 5 for other in run) else Nature.WEEKEND


@cache
def _china(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        first, last = min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year
        if day.year < first:
            raise NoCalendar("calendar.no_calendar_before", day=day, since=date(first, 1, 1)) from None
        raise NoCalendar("calendar.no_calendar", day=day, until=date(last, 12, 31), year=day.year) from None
