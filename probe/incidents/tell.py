"""Incidents in words: the one place that turns them and their events into sentences and cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta, tzinfo

from probe.incidents.events import (
    Acknowledged,
    Assigned,
    Closed,
    Denied,
    Event,
    Evidence,
    Freed,
    Noted,
    Opened,
    Raised,
    Rechecked,
    Rectified,
    Reopened,
    Snoozed,
    Told,
    Voided,
    Withdrawn,
)
from probe.incidents.incident import Incident, Level, State
from probe.incidents.rules import Policy
from probe.incidents.testimony import Testimony
from probe.model import Because
from probe.words import told, words


def kind_text(incident: Incident, lang: str) -> str:
    """What is wrong; of a stuck line as sure as it is, and never surer."""
    if incident.level is Level.NOTICE:
        return words("incidents.level_notice", lang)
    return words(f"incidents.kind_{incident.kind}", lang)


def state_text(incident: Incident, lang: str) -> str:
    return words(f"incidents.state_{incident.state}", lang)


def half_day_text(half_day: str, lang: str) -> str:
    return words(f"incidents.half_day_{half_day[10:]}", lang, day=half_day[:10])


def duration_text(spent: timedelta, lang: str) -> str:
    """Hours and minutes, as one says them: "103 小时 33 分", and never "103:33", which looks like a time of day."""
    hours, minutes = divmod(max(0, round(spent / timedelta(minutes=1))), 60)
    return words("incidents.duration" if hours else "incidents.duration_short", lang, hours=hours, minutes=minutes)


def next_text(incident: Incident, lang: str, policy: Policy) -> str:
    """What happens next, or who must do what."""
    match incident.state:
        case State.CLOSED:
            return words("incidents.next_closed", lang, days=policy.repeat_days)
        case State.WITHDRAWN:
            return words("incidents.next_withdrawn", lang)
        case _ if incident.testimonies and not incident.tried:
            return words("incidents.next_told", lang)
        case State.OPEN:
            return words("incidents.next_open", lang, id=incident.id)
        case _:
            return words("incidents.next_proving", lang, need=policy.good_half_days, have=len(incident.good))


def because_text(one: Because, lang: str) -> str:
    """A piece of evidence, with causes and what was heard in words."""
    values = dict(one.values)
    if one.key.startswith("incidents."):
        if "cause" in values:
            values["cause"] = words(f"names.cause_{values['cause']}", lang)
        if "heard" in values:
            values["heard"] = words(f"incidents.heard_{values['heard']}", lang)
    return told(Because(key=one.key, values=values), lang)


def event_text(event: Event, lang: str, zone: tzinfo, testimonies: Mapping[int, Testimony]) -> str:
    """What happened, in one sentence."""
    match event:
        case Opened(kind=kind, repeat_of=before, level=level):
            name = "incidents.level_notice" if level is Level.NOTICE else f"incidents.kind_{kind}"
            key = "incidents.event_opened_repeat" if before else "incidents.event_opened"
            return words(key, lang, kind=words(name, lang), id=before)
        case Evidence(outcome=outcome, cause=cause, fails=fails):
            names = {
                "outcome": words(f"names.outcome_{outcome}", lang),
                "cause": words(f"names.cause_{cause}", lang),
            }
            return words("incidents.event_evidence_fails" if fails else "incidents.event_evidence", lang, **names)
        case Denied(because=because):
            return words("incidents.event_denied", lang, why=because_text(because, lang))
        case Raised(level=level):
            return words("incidents.event_raised", lang, level=words(f"incidents.level_{level}", lang))
        case Told(testimony=number):
            return told_text(testimonies[number], lang, zone)
        case Acknowledged(by=by):
            return words("incidents.event_acknowledged", lang, by=by)
        case Noted(by=by, text=text):
            return words("incidents.event_noted", lang, by=by, text=text)
        case Assigned(by=by, owner=owner, deadline=deadline):
            same = words("incidents.unchanged", lang)
            return words("incidents.event_assigned", lang, by=by, owner=owner or same, deadline=deadline or same)
        case Rectified(by=by, text=text):
            return words("incidents.event_rectified", lang, by=by, text=text or "-")
        case Snoozed(by=by, until=until):
            return words("incidents.event_snoozed", lang, by=by, until=f"{until.astimezone(zone):%Y-%m-%d %H:%M}")
        case Freed(at=at, since=since):
            spent = duration_text(at - since, lang)
            return words(
                "incidents.event_freed", lang, since=f"{since.astimezone(zone):%Y-%m-%d %H:%M}", duration=spent
            )
        case Closed(half_days=half_days):
            joined = ("、" if lang == "zh" else ", ").join(half_day_text(one, lang) for one in half_days)
            return words("incidents.event_closed", lang, half_days=joined)
        case Rechecked():
            return words("incidents.event_rechecked", lang)
        case Reopened():
            return words("incidents.event_reopened", lang)
        case Withdrawn(by=""):
            return words("incidents.event_withdrawn_robot", lang)
        case Withdrawn(by=by, reason=reason):
            return words("incidents.event_withdrawn", lang, by=by, reason=reason)
        case Voided(calls=calls, unproved=True):
            return words("incidents.event_voided_unproved", lang, n=len(calls))
        case Voided(calls=calls, lowered=lowered):
            key = "incidents.event_voided_lowered" if lowered else "incidents.event_voided"
            return words(key, lang, n=len(calls))


def told_text(told: Testimony, lang: str, zone: tzinfo) -> str:
    """Who told what, with the note."""
    at = f"{told.happened_at.astimezone(zone):%Y-%m-%d %H:%M}"
    text = words("incidents.event_told", lang, by=told.by, at=at, heard=words(f"incidents.heard_{told.heard}", lang))
    return f"{text} · {told.note}" if told.note else text


def reasons(event: Event, lang: str) -> Iterator[str]:
    """The evidence behind an event, a sentence each."""
    if isinstance(event, Opened | Raised | Withdrawn | Voided):
        for one in event.because:
            yield because_text(one, lang)
