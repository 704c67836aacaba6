"""Calendar: when an office is open. Service hours, working days, time zones.

Read `parse.py` for how a text of hours becomes rules, `hours.py` for what the rules say of a day, `days.py` for which
days are worked, `openings.py` for the result in UTC, `office.py` for a number of the directory.
"""

from probe.calendar.days import WorkingDays, working_days
from probe.calendar.errors import CalendarError, HoursError, NoCalendar
from probe.calendar.hours import Hours
from probe.calendar.office import hours_of, openings_around, openings_of, zone_of
from probe.calendar.openings import Opening, lunch, openings
from probe.calendar.parse import parse_hours
from probe.calendar.warning import CalendarWarning, warnings
from probe.calendar.zones import zone_name, zone_names

__all__ = [
    "CalendarError",
    "CalendarWarning",
    "Hours",
    "HoursError",
    "NoCalendar",
    "Opening",
    "WorkingDays",
    "hours_of",
    "lunch",
    "openings",
    "openings_around",
    "openings_of",
    "parse_hours",
    "warnings",
    "working_days",
    "zone_name",
    "zone_names",
    "zone_of",
]
