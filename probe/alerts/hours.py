"""Office hours: how long an office has had for something, and whether anybody is there to read a letter. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from probe.calendar import Opening
from probe.incidents import Incident

# When the number of an incident is open on a day (its own, local one); () when closed, or when nobody knows.
Hours = Callable[[Incident, date], Sequence[Opening]]


def worked(incident: Incident, hours: Hours, now: datetime, enough: timedelta) -> bool:
    """Whether its office has been open for so long since the incident was opened."""
    left = enough
    for opening in _openings(incident, hours, incident.opened_at, now):
        left -= max(timedelta(), min(opening.end, now) - max(opening.start, incident.opened_at))
        if left <= timedelta():
            return True
    return False


def opening_at(incident: Incident, hours: Hours, now: datetime) -> Opening | None:
    """The opening of its office that `now` lies in."""
    around = _openings(incident, hours, now, now)
    return next((opening for opening in around if opening.start <= now < opening.end), None)


def open_at(hours: Hours, now: datetime) -> Callable[[Incident], bool]:
    """Whether the office of an incident is open now: for `follow.overdue`."""
    return lambda incident: opening_at(incident, hours, now) is not None


def _openings(incident: Incident, hours: Hours, since: datetime, until: datetime) -> Iterator[Opening]:
    """Those of every day that may touch [since, until]: local days differ from UTC's by one, and one may last beyond
    midnight. Day by day, for who asks whether four hours have passed seldom needs more than two days of a year."""
    day, last = since.astimezone(UTC).date() - timedelta(days=1), until.astimezone(UTC).date() + timedelta(days=1)
    while day <= last:
        yield from hours(incident, day)
        day += timedelta(days=1)
