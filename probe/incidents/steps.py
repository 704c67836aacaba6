"""What people may do. None of it closes an incident: only successful calls do."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from probe.errors import IncidentError
from probe.incidents.events import Acknowledged, Assigned, Event, Noted, Opened, Rectified, Snoozed, Told, Withdrawn
from probe.incidents.half_day import day_of
from probe.incidents.incident import Incident, IncidentKind, State
from probe.incidents.rules import Policy
from probe.incidents.testimony import LONGEST_BY, LONGEST_NOTE, Testimony, checked, one_line
from probe.model import Because

DAYS_AHEAD = 366
LONGEST_SNOOZE = timedelta(days=7)


def acknowledge(incident: Incident, *, by: str, at: datetime) -> Event:
    """The unit knows. IncidentError when it did already, or when it is over."""
    _not_over(incident)
    if incident.state is not State.OPEN:
        raise IncidentError("incidents.known_already", id=incident.id)
    return Acknowledged(incident_id=incident.id, at=at, by=_who(by))


def note(incident: Incident, *, by: str, text: str, at: datetime) -> Event:
    """A remark; also when it is over."""
    return Noted(incident_id=incident.id, at=at, by=_who(by), text=_text(text, "TEXT"))


def assign(
    incident: Incident,
    *,
    by: str,
    at: datetime,
    today: date,
    owner: str | None = None,
    deadline: date | None = None,
) -> Event:
    """Who sees to it, and until which day. IncidentError for a day that has passed or is more than a year away."""
    _not_over(incident)
    if owner is None and deadline is None:
        raise IncidentError("incidents.nothing_to_assign")
    if deadline is not None and not today <= deadline <= today + timedelta(days=DAYS_AHEAD):
        raise IncidentError("incidents.bad_deadline", value=deadline, today=today)
    kept = None if owner is None else checked(one_line(owner), "--owner", LONGEST_BY)
    return Assigned(incident_id=incident.id, at=at, by=_who(by), owner=kept, deadline=deadline)


def rectify(incident: Incident, *, by: str, at: datetime, text: str = "") -> Event:
    """The unit says that it is mended; the robot looks. IncidentError when it is over."""
    _not_over(incident)
    return Rectified(incident_id=incident.id, at=at, by=_who(by), text=_text(text, "--how", empty=True))


def snooze(incident: Incident, *, by: str, at: datetime, until: datetime) -> Event:
    """No letters about it until then. IncidentError for a time that has passed or is more than a week away."""
    _not_over(incident)
    if not at < until <= at + LONGEST_SNOOZE:
        raise IncidentError("incidents.bad_snooze", value=f"{until:%Y-%m-%d %H:%M}", days=LONGEST_SNOOZE.days)
    return Snoozed(incident_id=incident.id, at=at, by=_who(by), until=until)


def withdraw(incident: Incident, *, by: str, reason: str, at: datetime) -> Event:
    """For the robot's mistakes: it stays visible with its reason and counts for nothing."""
    _not_over(incident)
    return Withdrawn(incident_id=incident.id, at=at, by=_who(by), reason=_text(reason, "--reason"))


def tell(
    incidents: tuple[Incident, ...],
    told: Testimony,
    number: int,
    *,
    unit: str,
    half_day: str,
    policy: Policy,
    owner: str = "",
) -> tuple[Event, ...]:
    """What follows from a testimony, stored as `number`: it joins every open incident of the line, or opens one.

    `incidents`: those of the line. `half_day` is that of the telling.
    """
    joined = tuple(
        Told(incident_id=incident.id, at=told.told_at, testimony=number) for incident in incidents if not incident.over
    )
    if joined:
        return joined
    opened = Opened(
        incident_id="",
        at=told.told_at,
        number=told.number,
        unit=unit,
        kind=IncidentKind.TOLD,
        half_day=half_day,
        because=(Because(key="incidents.because_told", values={"by": told.by, "heard": told.heard}),),
        owner=owner,
        deadline=day_of(half_day) + timedelta(days=policy.deadline_days),
        testimony=number,
    )
    return (opened,)


def _not_over(incident: Incident) -> None:
    if incident.over:
        raise IncidentError(f"incidents.over_{incident.state}", id=incident.id)


def _who(by: str) -> str:
    return checked(one_line(by), "--by", LONGEST_BY)


def _text(text: str, what: str, *, empty: bool = False) -> str:
    return checked(one_line(text), what, LONGEST_NOTE, empty=empty)
