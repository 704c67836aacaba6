"""The evidence of an incident: its story, and a folder for each call that bears on it. Pure, but for drawing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec

from probe.evidence import scrub, texts
from probe.evidence.facts import Facts
from probe.evidence.pack import README, compose, folder_of
from probe.incidents import Incident, Testimony
from probe.incidents.events import (
    Acknowledged,
    Assigned,
    Event,
    Noted,
    Rectified,
    Snoozed,
    Told,
    Withdrawn,
    call_ids,
)
from probe.incidents.tell import event_text, kind_text, reasons, state_text
from probe.words import LANGUAGES, words

NAMELESS = "…"


def compose_incident(
    incident: Incident,
    events: Sequence[Event],
    told: Mapping[int, Testimony],
    calls: Sequence[Facts],
    *,
    absent: Sequence[str],
    lang: str,
    zone: ZoneInfo,
    picture: bool = True,
) -> dict[str, bytes]:
    """File name → content; `absent` are calls of which nothing is stored any more."""
    story = {lang: list(_story(incident, events, told, calls, absent, lang, zone)) for lang in LANGUAGES}
    pages = (words("evidence.readme_incident", lang, id=incident.id).strip("\n") for lang in LANGUAGES)
    files = {README: ("\n\n\n".join(pages) + "\n").encode(), "incident.txt": texts.both(story).encode()}
    taken: set[str] = set()
    for facts in calls:
        name = folder_of(facts)
        while name in taken:
            name += "_"
        taken.add(name)
        made = compose(facts, lang=lang, zone=zone, picture=picture)
        files |= {f"calls/{name}/{file}": content for file, content in made.items()}
    return files


def _story(
    incident: Incident,
    events: Sequence[Event],
    told: Mapping[int, Testimony],
    calls: Sequence[Facts],
    absent: Sequence[str],
    lang: str,
    zone: ZoneInfo,
) -> Iterator[str]:
    kind, state = kind_text(incident, lang), state_text(incident, lang)
    yield words("evidence.incident_head", lang, id=incident.id, mark=incident.mark, kind=kind, state=state)
    yield f"{scrub.inert(incident.unit, 80)}    {scrub.inert(incident.number, 60)}"
    yield words("evidence.incident_calls", lang, n=len(calls))
    if absent:
        yield words("evidence.incident_absent", lang, calls=", ".join(scrub.inert(one) for one in absent))
    yield ""
    by_id = {facts.call.record.order.call_id: facts for facts in calls}
    for event in events:
        yield f"{texts.clock(event.at, zone)}  {_event(event, told, lang, zone)}"
        yield from (f"    - {scrub.said(reason)}" for reason in reasons(event, lang))
        for facts in (by_id[call_id] for call_id in call_ids(event) if call_id in by_id):
            record = facts.call.record
            at = texts.clock(record.trace.started_at, zone)
            yield f"      {at}  {texts.conclusion(record.verdict, lang)}  calls/{folder_of(facts)}"


def _event(event: Event, told: Mapping[int, Testimony], lang: str, zone: ZoneInfo) -> str:
    """What happened, without names of people and what they wrote."""
    match event:
        case Told(testimony=number):
            one = told[number]
            heard = words(f"incidents.heard_{one.heard}", lang)
            return words("evidence.incident_told", lang, at=texts.clock(one.happened_at, zone), heard=heard)
        case Acknowledged() | Noted() | Assigned() | Rectified() | Snoozed():
            return scrub.said(event_text(_nameless(event), lang, zone, told))
        case Withdrawn(by=by) if by:
            return scrub.said(event_text(_nameless(event), lang, zone, told))
        case _:
            return event_text(event, lang, zone, told)


def _nameless(event: Event) -> Event:
    """The event with its names and notes blotted out."""
    blots = {
        name: NAMELESS
        for name in ("by", "text", "owner", "reason")
        if isinstance(getattr(event, name, None), str) and getattr(event, name)
    }
    return msgspec.structs.replace(event, **blots)
