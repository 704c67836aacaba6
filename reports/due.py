"""When a mailing's reports are to be sent, and which are due. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from probe.calendar import NoCalendar, WorkingDays
from probe.model import Fact
from probe.post.mailing import Mailing
from reports.period import Kind, Period, period

LATEST = {Kind.DAILY: timedelta(days=7), Kind.WEEKLY: timedelta(days=35), Kind.MONTHLY: timedelta(days=93)}
"""How late a report is still sent. After a long time without a program, nobody wants thirty daily ones."""
LONGEST_BREAK = 30  # days without a working day; no calendar has so many


class Due(Fact, frozen=True, kw_only=True):
    """A report that is to be sent, and since when."""

    mailing: Mailing
    of: Period
    at: datetime

    @property
    def name(self) -> str:
        """The period as `Mailings` knows it: "monthly 2026-03-01"."""
        return period_name(self.of)


def period_name(of: Period) -> str:
    return f"{of.kind} {of.first}"


def due(
    mailing: Mailing, now: datetime, since: datetime, zone: ZoneInfo, days: WorkingDays, done: frozenset[str]
) -> tuple[Due, ...]:
    """What is due and not `done`, oldest first: nothing whose time came before `since`, when the mailing was begun."""
    kind = Kind(mailing.report)
    of, found = period(kind, now.astimezone(zone).date(), zone), []
    while of.until > now - LATEST[kind] - timedelta(days=LONGEST_BREAK):
        at = send_at(mailing, of, zone, days)
        if max(since, now - LATEST[kind]) <= at <= now and period_name(of) not in done:
            found.append(Due(mailing=mailing, of=of, at=at))
        of = period(kind, of.before_since.date(), zone)
    return tuple(reversed(found))


def send_at(mailing: Mailing, of: Period, zone: ZoneInfo, days: WorkingDays) -> datetime:
    """The moment at which a period's report is sent: on the day that is named, or the first working day after it."""
    day = of.until.astimezone(zone).date()
    if mailing.day:
        day += timedelta(days=mailing.day - 1)
    else:
        day = next(later for n in range(LONGEST_BREAK) if _worked(later := day + timedelta(days=n), days))
    return datetime.combine(day, mailing.at, zone)


def _worked(day: date, days: WorkingDays) -> bool:
    """Beyond the calendar's data, Monday to Friday: a report a day early or late harms nobody."""
    try:
        return days.is_working(day)
    except NoCalendar:
        return day.weekday() < 5
