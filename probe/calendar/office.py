"""The hours of a number of the directory: its own, or else the robot's default ones."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from probe.calendar.days import WorkingDays
from probe.calendar.errors import HoursError, NoCalendar
from probe.calendar.hours import Hours, later
from probe.calendar.openings import Opening, openings
from probe.calendar.parse import parse_hours
from probe.model import Number

XINJIANG = re.compile(r"\+86(?:99\d|90[1-9])\d+")  # area codes 0990-0999 and 0901-0909
XINJIANG_LATER_MIN = 120  # offices there keep Beijing time and begin about two hours later (telephony.md §5)
URUMQI = "Asia/Urumqi"


def openings_of(
    number: Number, day: date, *, default_hours: str, timezone: str, days: WorkingDays
) -> tuple[Opening, ...]:
    """When a number may be expected to be answered on a day of its zone. `timezone` (IANA) is the robot's.

    HoursError when its hours (or the default ones) are not understood: it cannot be planned. NoCalendar as `openings`.
    """
    return openings(hours_of(number, default_hours), day, zone_of(number, timezone), days)


def openings_around(
    number: Number, moment: datetime, *, default_hours: str, timezone: str, days: WorkingDays
) -> tuple[Opening, ...] | None:
    """The openings of the days around a moment: one of yesterday may last beyond midnight. None when nobody knows."""
    today = moment.astimezone(zone_of(number, timezone)).date()
    try:
        return tuple(
            opening
            for n in (-1, 0, 1)
            for opening in openings_of(
                number, today + timedelta(days=n), default_hours=default_hours, timezone=timezone, days=days
            )
        )
    except (HoursError, NoCalendar):
        return None


def zone_of(number: Number, timezone: str) -> ZoneInfo:
    """The number's time zone, else the robot's."""
    return ZoneInfo(number.timezone or timezone)


def hours_of(number: Number, default_hours: str) -> Hours:
    """The hours as written. Without any, the default ones: two hours later for a Xinjiang number on Beijing time.

    Hours that say only when it is closed (周六、周日休息) are the default ones with these closures.
    """
    shifted = bool(XINJIANG.fullmatch(number.number)) and number.timezone != URUMQI
    return _hours(number.hours, default_hours, shifted)


@lru_cache(maxsize=100_000)
def _hours(text: str, default_hours: str, shifted: bool) -> Hours:
    own = parse_hours(text) if text else None
    if own is not None and not own.only_closed:
        return own
    default = parse_hours(default_hours)
    if shifted:
        default = later(default, XINJIANG_LATER_MIN)
    if own is None:
        return default
    return replace(default, rules=default.rules + own.rules, usual=default.usual | own.usual)
