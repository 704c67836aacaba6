"""What an incident asks for: that somebody hears of it, and that its line is called again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from probe.incidents.apply import KNOWN
from probe.incidents.events import Closed, Event, Opened, Raised, Told, Withdrawn
from probe.incidents.incident import Incident, Level
from probe.model import Fact


class News(StrEnum):
    """What a person must hear of."""

    OPENED = "opened"
    REPEAT = "repeat"  # *: it came back
    SUSPECTED = "suspected"  # a notice has become 疑似
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
                found.append(_alert(News.SUSPECTED, event.incident_id))
            case Told():
                found.append(_alert(News.TOLD, event.incident_id, str(event.testimony)))
            case Closed():
                found.append(_alert(News.CLOSED, event.incident_id))
            case Withdrawn():
                found.append(_alert(News.WITHDRAWN, event.incident_id))
            case _:
                pass
    return tuple(found)


def overdue(incidents: Iterable[Incident], today: date) -> tuple[Alert, ...]:
    """The incidents whose deadline has passed: told once for each deadline."""
    return tuple(
        _alert(News.OVERDUE, incident.id, f"{incident.deadline}") for incident in incidents if incident.overdue(today)
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
