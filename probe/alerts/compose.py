"""The words of an alert: what was seen, what it may mean, what to do, what is next. Plain text, for mail and chat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from probe.alerts.policy import Policy, Recipient
from probe.alerts.whom import TAKEN_BACK, letter, recipients
from probe.health import Health
from probe.incidents import Incident
from probe.incidents.follow import Alert, News
from probe.incidents.tell import because_text, duration_text, kind_text, state_text
from probe.model import Because, Number
from probe.post.letter import Letter
from probe.store.outcomes import Brief
from probe.words import words

LAST_CALLS = 12  # that a letter shows
OVER = frozenset({News.CLOSED, News.WITHDRAWN})  # nothing is to be done any more


def incident_letters(
    alert: Alert,
    incident: Incident,
    number: Number,
    reasons: Sequence[Because],
    calls: Sequence[Brief],
    *,
    policy: Policy,
    zone: ZoneInfo,
    now: datetime,
) -> tuple[Letter, ...]:
    """The letters of one piece of news. `reasons` is why the incident was opened (or raised last, of what stands),
    `calls` what was heard on its line lately, oldest first."""
    lang = policy.lang
    names = {"kind": kind_text(incident, lang) + incident.mark, "place": _place(number), "id": incident.id}
    lines = [words(f"alerts.{alert.news.value}", lang, **names, **_times(alert, incident, now, zone, lang)), ""]
    if alert.news in TAKEN_BACK:  # why, and not the accusation once more
        whys = (*(because_text(one, lang) for one in alert.because), *filter(None, (alert.reason,)))
        lines += [words("alerts.why", lang), *(f"· {why}" for why in whys), ""]
    elif reasons:
        lines += [words("alerts.seen", lang), *(f"· {because_text(reason, lang)}" for reason in reasons), ""]
    if calls:
        shown = calls[-LAST_CALLS:]
        lines += [words("alerts.calls", lang, n=len(shown)), *(f"· {_call(brief, zone, lang)}" for brief in shown), ""]
    if alert.news not in OVER | {News.FREE}:
        lines += [words("alerts.please", lang), words(f"alerts.do_{incident.kind.value}", lang), ""]
    if alert.news not in OVER:
        lines += [words("alerts.then", lang, deadline=incident.deadline or "—"), ""]
    lines += [words("alerts.foot", lang, id=incident.id)]
    subject = words(f"alerts.subject_{alert.news.value}", lang, **names)
    text = "\n".join(lines)
    return tuple(letter(alert.key, to, subject, text, policy) for to in recipients(alert, incident, number, policy))


def trunk_letters(
    trunk: str, found: Health, voided: int, *, policy: Policy, zone: ZoneInfo, now: datetime
) -> tuple[Letter, ...]:
    """That our own trunk is at fault: to supervisors only, for no office can mend it."""
    lang, since = policy.lang, (found.since or now).astimezone(zone)
    lines = [
        words("alerts.trunk_down", lang, trunk=trunk, since=f"{since:%Y-%m-%d %H:%M}", n=voided),
        "",
        *(f"· {because_text(reason, lang)}" for reason in found.because),
        "",
        words("alerts.trunk_do", lang),
    ]
    subject = words("alerts.subject_trunk_down", lang, trunk=trunk)
    key = f"trunk_down:{trunk}:{since:%Y-%m-%dT%H:%M}"
    return tuple(letter(key, to, subject, "\n".join(lines), policy) for to in policy.above)


def digest(
    incidents: Iterable[tuple[Incident, Number]], *, policy: Policy, zone: ZoneInfo, now: datetime
) -> tuple[Letter, ...]:
    """The day's digest of open incidents: everything to supervisors, to each owner what is theirs; none of nothing."""
    day = f"{now.astimezone(zone):%Y-%m-%d}"
    every = [(incident, number) for incident, number in incidents if not incident.over]
    found: dict[Recipient, list[tuple[Incident, Number]]] = {}
    for incident, number in every:
        for to in (*policy.owner(incident.owner or number.owner_email), *policy.above):
            found.setdefault(to, []).append((incident, number))
    letters = []
    for to, theirs in found.items():
        lines = [words("alerts.digest", policy.lang, n=len(theirs), day=day), ""]
        lines += [f"· {_line(incident, number, policy.lang, zone)}" for incident, number in theirs]
        subject = words("alerts.subject_digest", policy.lang, n=len(theirs), day=day)
        letters.append(letter(f"digest:{day}", to, subject, "\n".join(lines), policy))
    return tuple(letters)


def _line(incident: Incident, number: Number, lang: str, zone: ZoneInfo) -> str:
    return words(
        "alerts.digest_line",
        lang,
        id=incident.id,
        kind=kind_text(incident, lang) + incident.mark,
        place=_place(number),
        state=state_text(incident, lang),
        opened=f"{incident.opened_at.astimezone(zone):%m-%d %H:%M}",
        deadline=incident.deadline or "—",
    )


def _place(number: Number) -> str:
    return " ".join(part for part in (number.unit, number.department, number.written) if part)


def _call(brief: Brief, zone: ZoneInfo, lang: str) -> str:
    outcome = words(f"names.outcome_{brief.outcome.value}", lang)
    cause = words(f"names.cause_{brief.cause.value}", lang)
    said = f"{brief.at.astimezone(zone):%m-%d %H:%M} {outcome} · {cause}"
    return said + words("alerts.voided", lang) if brief.voided else said


def _times(alert: Alert, incident: Incident, now: datetime, zone: ZoneInfo, lang: str) -> dict[str, str]:
    """From when to when: the incident, or of a line that is free again the time for which it was engaged."""
    since = alert.since or incident.opened_at
    until = alert.until or incident.closed_at or now
    return {
        "opened": f"{since.astimezone(zone):%Y-%m-%d %H:%M}",
        "until": f"{until.astimezone(zone):%Y-%m-%d %H:%M}",
        "duration": duration_text(until - since, lang),
        "deadline": f"{incident.deadline or '—'}",
    }
