"""How hours read, for tests: "9:00-12:00 13:30-17:00"."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from probe.calendar import openings, parse_hours, working_days
from probe.calendar.hours import Hours, Nature, Span, spans_on

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = working_days("CN")
MONDAY = date(2026, 1, 12)  # an ordinary week in winter
JULY = date(2026, 7, 13)  # an ordinary week in summer
MAY = date(2026, 5, 11)  # an ordinary week when nobody knows whether summer hours are in force


def clock(spans: tuple[Span, ...]) -> str:
    return " ".join(f"{s.start_min // 60}:{s.start_min % 60:02d}-{s.end_min // 60}:{s.end_min % 60:02d}" for s in spans)


def on(text: str, day: date, nature: Nature | None = None) -> str:
    """The hours of a day; an ordinary weekday or weekend unless `nature` says otherwise."""
    hours: Hours = parse_hours(text)
    return clock(spans_on(hours, day, nature or (Nature.WORKING if day.weekday() < 5 else Nature.WEEKEND)))


def opened(text: str, day: date, zone: ZoneInfo = SHANGHAI) -> str:
    """The openings of a real day by the zone's clock, as the published calendar has it."""
    return " ".join(
        f"{o.start.astimezone(zone):%H:%M}-{o.end.astimezone(zone):%H:%M}"
        for o in openings(parse_hours(text), day, zone, CHINA)
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)
