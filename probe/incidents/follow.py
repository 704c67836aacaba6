"""What an incident asks for: that somebody hears of it, and that its line is called again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from enum import StrEnum

from msgspec.structs import replace

from probe.incidents.apply import KNOWN
from probe.incidents.events import Closed, Event, Freed, Opened, Raised, Told, Voided, Withdrawn
from probe.incidents.incident import Incident, Level
from probe.model import Because, Fact


class News(StrEnum):
    """What a person must hear of."""

    OPENED = "opened"
    REPEAT = "repeat"  # *: it came back
    SUSPECTED = "suspected"  # a notice has become 疑似
    UNPROVED = "unproved"  # the calls that closed it count for nothing: it is open again
    LOWERED = "lowered"  # 疑似 rested on calls that count for nothing: it is taken back, the notice stands
    TOLD = "told"  # one more citizen
    FREE = "free"  # a line that was suspected is not engaged any more; it is closed only when that is proved
    OVERDUE = "overdue"
    CLOSED = "closed"  # recovered
    WITHDRAWN = "withdrawn"
    ESCALATED = "escalated"  # nobody has taken it up
    REMINDER = "reminder"  # it is still open


class Alert(Fact, frozen=True, kw_only=True):
    """`key` is the same whenever the same thing is told: who has claimed it may tell it, and nobody is told twice."""

    key: str
    incident_id: str
    news: News
    because: tuple[Because, ...] = ()  # of what is taken back: why
    reason: str = ""  # the same, in a person's words
    since: datetime | None = None  # of a line that is free again: from then …
    until: datetime | None = None  # … to then it was engaged


class Wish(Fact, frozen=True, kw_only=True):
    """A call that is wanted. The schedule makes it at the next time that is allowed, or not at all."""

    incident_id: str
    number: str
    urgent: bool  # somebody told of it, and no robot has looked yet
    not_in: tuple[str, ...] = ()  # half-days that are proved good already


def alerts(events: Iterable[Event], before: Incident | None = None) -> tuple[Alert, ...]:
    """What is to be told of one incident's new events, which have their numbers. `before`: it without them."""
    level = before.level if before else None
    found = []
    for event in events:
        match event:
            case Opened():
                level = event.level
                news = News.REPEAT if event.repeat_of else News.OPENED
                found.append(_alert(news, event.incident_id))
            case Raised(level=Level.SUSPECTED) if level is not Level.SUSPECTED:
                level = event.level
                again = (str(len(before.voided)),) if before and before.voided else ()  # it had been taken back
                found.append(_alert(News.SUSPECTED, event.incident_id, *again))
            case Told():
                found.append(_alert(News.TOLD, event.incident_id, str(event.testimony)))
            case Closed():
                found.append(_alert(News.CLOSED, event.incident_id))
            case Freed():
                alert = _alert(News.FREE, event.incident_id, f"{event.since.astimezone(UTC):%Y-%m-%dT%H:%MZ}")
                found.append(replace(alert, since=event.since, until=event.at))
            case Withdrawn():
                alert = _alert(News.WITHDRAWN, event.incident_id)
                found.append(replace(alert, because=event.because, reason=event.reason))
            case Voided(unproved=True):
                alert = _alert(News.UNPROVED, event.incident_id, f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
                found.append(replace(alert, because=event.because))
            case Voided(lowered=True):
                alert = _alert(News.LOWERED, event.incident_id, f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
                found.append(replace(alert, because=event.because))
            case _:
                pass
    return tuple(found)


def overdue(
    incidents: Iterable[Incident], today: date, is_open: Callable[[Incident], bool] = lambda _: True
) -> tuple[Alert, ...]:
    """The incidents whose deadline has passed: told once for each deadline, while the office is open.

    `is_open`: whether the office of an incident is, now; `alerts.open_at` makes one. Nobody is woken by a deadline.
    """
    return tuple(
        _alert(News.OVERDUE, incident.id, f"{incident.deadline}")
        for incident in incidents
        if incident.overdue(today) and is_open(incident)
    )


def wishes(incidents: Iterable[Incident], half_day: str) -> tuple[Wish, ...]:
    """The calls that are wanted in this half-day, urgent ones first."""
    found = []
    for incident in incidents:
        urgent = bool(incident.testimonies) and not incident.tried and not incident.over
        proving = incident.state in KNOWN and half_day not in incident.good
        if urgent or proving:
            not_in = () if urgent else incident.good
            found.append(Wish(incident_id=incident.id, number=incident.number, urgent=urgent, not_in=not_in))
    return tuple(sorted(found, key=lambda wish: not wish.urgent))


def _alert(news: News, incident_id: str, *more: str) -> Alert:
    return Alert(key=":".join((news.value, incident_id, *more)), incident_id=incident_id, news=news)
