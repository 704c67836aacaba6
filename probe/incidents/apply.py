"""Events → the incident."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from probe.incidents.events import (
    Acknowledged,
    Assigned,
    Closed,
    Event,
    Evidence,
    Freed,
    Opened,
    Raised,
    Rechecked,
    Rectified,
    Reopened,
    Snoozed,
    Told,
    Voided,
    Withdrawn,
    call_ids,
)
from probe.incidents.incident import OVER, Incident, Level, State

KNOWN = frozenset({State.ACKNOWLEDGED, State.RECTIFIED})  # to the unit; only from then on do good calls count


def apply(events: Iterable[Event]) -> Incident:
    """Rebuild an incident from those of its events that stand, in their order. ValueError when the first is no
    `Opened`."""
    stands = standing(events)
    it, is_back = iter(stands), any(isinstance(event, Reopened) for event in stands)
    first = next(it, None)
    if not isinstance(first, Opened):
        raise ValueError("an incident begins with being opened")
    incident = _begun(first)
    for event in it:
        if isinstance(event, Closed) and not (is_back or set(event.half_days) <= set(incident.good)):
            continue  # its proof rested on calls that are void; but what is back has become an incident of its own
        incident = step(incident, event)
    return incident


def standing(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events without those that rest on calls which were voided later. The opening stays: an incident whose opening
    calls are void is withdrawn instead."""
    every = tuple(events)
    void = {call_id for event in every if isinstance(event, Voided) for call_id in event.calls}
    return tuple(event for event in every if isinstance(event, Opened) or void.isdisjoint(call_ids(event)))


def step(incident: Incident, event: Event) -> Incident:
    """The incident after one more event. What comes when it is over changes nothing.

    `Voided` reaches back: what it undoes can be told from all events only, so after it use `apply`.
    """
    if incident.state in OVER:
        return incident
    match event:
        case Evidence(call_id=call_id, fails=fails):
            seen = replace(incident, calls=_with(incident.calls, call_id), tried=True)
            return _spoiled(seen) if fails else seen
        case Raised(calls=calls, level=level):
            higher = Level.SUSPECTED if Level.SUSPECTED in (level, incident.level) else Level.NOTICE
            return _spoiled(replace(incident, calls=_with(incident.calls, *calls), level=higher, tried=True))
        case Rechecked(call_id=call_id, half_day=half_day):
            good = _with(incident.good, half_day) if incident.state in KNOWN else incident.good
            return replace(incident, calls=_with(incident.calls, call_id), good=good, tried=True)
        case Freed(call_id=call_id):
            return replace(incident, calls=_with(incident.calls, call_id), tried=True)
        case Voided(calls=calls):
            return replace(incident, voided=_with(incident.voided, *calls))
        case Told(testimony=number):
            return replace(incident, testimonies=(*incident.testimonies, number), tried=False)
        case Acknowledged():
            return replace(incident, state=State.ACKNOWLEDGED) if incident.state is State.OPEN else incident
        case Rectified():
            return replace(incident, state=State.RECTIFIED)
        case Assigned(owner=owner, deadline=deadline):
            return replace(
                incident,
                owner=incident.owner if owner is None else owner,
                deadline=incident.deadline if deadline is None else deadline,
            )
        case Snoozed(until=until):
            return replace(incident, snoozed_until=until)
        case Closed(at=at):
            return replace(incident, state=State.CLOSED, closed_at=at)
        case Withdrawn():
            return replace(incident, state=State.WITHDRAWN)
        case _:  # a note changes nothing; an incident is opened once; a repeat is an incident of its own
            return incident


def _begun(event: Opened) -> Incident:
    return Incident(
        id=event.incident_id,
        number=event.number,
        unit=event.unit,
        kind=event.kind,
        opened_at=event.at,
        level=event.level,
        owner=event.owner,
        deadline=event.deadline,
        repeat_of=event.repeat_of,
        opened_by=event.calls,
        calls=event.calls,
        testimonies=() if event.testimony is None else (event.testimony,),
    )


def _spoiled(incident: Incident) -> Incident:
    """It is bad again: what was good counts no more, and what was said to be mended is not."""
    state = State.ACKNOWLEDGED if incident.state is State.RECTIFIED else incident.state
    return replace(incident, state=state, good=())


def _with(known: tuple[str, ...], *more: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *more)))
