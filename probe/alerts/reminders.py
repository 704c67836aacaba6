"""What is told as time goes by: that nobody has taken an incident up, and that one is still open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from probe.alerts.policy import Policy
from probe.incidents import Incident, State
from probe.incidents.follow import Alert, News


def due(incidents: Iterable[Incident], now: datetime, policy: Policy) -> tuple[Alert, ...]:
    """The escalations and reminders of open incidents that are due. A snoozed incident is left alone."""
    found = []
    for incident in incidents:
        if incident.over or (incident.snoozed_until is not None and now < incident.snoozed_until):
            continue
        age = now - incident.opened_at
        if incident.state is State.OPEN and age >= timedelta(hours=policy.escalate_after_h):
            found.append(_alert(News.ESCALATED, incident))
        times = int(age / timedelta(hours=policy.remind_every_h))
        if times >= 1:
            found.append(_alert(News.REMINDER, incident, str(times)))
    return tuple(found)


def _alert(news: News, incident: Incident, *more: str) -> Alert:
    return Alert(key=":".join((news.value, incident.id, *more)), incident_id=incident.id, news=news)
