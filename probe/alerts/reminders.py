"""What is told as time goes by: that nobody has taken an incident up, and that one is still open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from probe.alerts.hours import Hours, opening_at, worked
from probe.alerts.policy import Policy
from probe.incidents import Incident, State
from probe.incidents.follow import Alert, News


def due(incidents: Iterable[Incident], now: datetime, policy: Policy, hours: Hours | None = None) -> tuple[Alert, ...]:
    """The escalations and reminders of open incidents that are due. A snoozed incident is left alone.

    With `hours` it is told only while the office is open: escalated after so many hours in which it was (a notice of
    Friday 16:50 is not late on Friday night), reminded of as the office opens. Without, the clock alone counts.
    """
    found = []
    for incident in incidents:
        if incident.over or (incident.snoozed_until is not None and now < incident.snoozed_until):
            continue
        found += _by_clock(incident, now, policy) if hours is None else _in_hours(incident, now, policy, hours)
    return tuple(found)


def _by_clock(incident: Incident, now: datetime, policy: Policy) -> list[Alert]:
    late = now - incident.opened_at >= timedelta(hours=policy.escalate_after_h)
    return _told(incident, policy, late=late, at=now)


def _in_hours(incident: Incident, now: datetime, policy: Policy, hours: Hours) -> list[Alert]:
    opening = opening_at(incident, hours, now)
    if opening is None:
        return []
    late = incident.state is State.OPEN and worked(incident, hours, now, timedelta(hours=policy.escalate_after_h))
    return _told(incident, policy, late=late, at=opening.start)


def _told(incident: Incident, policy: Policy, *, late: bool, at: datetime) -> list[Alert]:
    """`at`: the moment as of which reminders are counted; what fell due while nobody was there is one reminder."""
    found = []
    if incident.state is State.OPEN and late:
        found.append(_alert(News.ESCALATED, incident))
    times = int((at - incident.opened_at) / timedelta(hours=policy.remind_every_h))
    if times >= 1:
        found.append(_alert(News.REMINDER, incident, str(times)))
    return found


def _alert(news: News, incident: Incident, *more: str) -> Alert:
    return Alert(key=":".join((news.value, incident.id, *more)), incident_id=incident.id, news=news)
