"""Incidents, office hours and calls for the tests of alerts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from probe.alerts import Policy
from probe.calendar import Opening
from probe.incidents import Incident, IncidentKind, Level
from probe.incidents.follow import Alert, News
from probe.model import Blame, Cause, Number, Outcome, Purpose
from probe.store.outcomes import Brief

ZONE = ZoneInfo("Asia/Shanghai")
NUMBER = Number(number="+8657187250001", written="0571-87250001", unit="余杭区人社局", owner_email="owner@example.cn")
POLICY = Policy(supervisors=("chief@example.cn",), chats=("leaders",))
ID = "2026-03-02-001"
SPANS = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))


def local(day: int, clock: str) -> datetime:
    """A moment of March 2026 in Hangzhou; the 2nd is a Monday."""
    return datetime.combine(date(2026, 3, day), time.fromisoformat(clock), ZONE).astimezone(UTC)


def hours(incident: Incident, day: date) -> Sequence[Opening]:
    """Monday to Friday, 08:30–12:00 and 13:30–17:30."""
    if day.weekday() > 4:
        return ()
    return [
        Opening(
            start=datetime.combine(day, start, ZONE).astimezone(UTC),
            end=datetime.combine(day, end, ZONE).astimezone(UTC),
        )
        for start, end in SPANS
    ]


MORNING = local(2, "09:00")


def incident(opened_at: datetime = MORNING, **facts: object) -> Incident:
    given: dict[str, object] = {
        "id": ID,
        "number": NUMBER.number,
        "unit": NUMBER.unit,
        "kind": IncidentKind.STUCK,
        "level": Level.SUSPECTED,
        "opened_at": opened_at,
        "deadline": opened_at.astimezone(ZONE).date() + timedelta(days=5),
    }
    return Incident(**(given | facts))  # type: ignore[arg-type]


def alert(news: News, **facts: object) -> Alert:
    given: dict[str, object] = {"key": f"{news.value}:{ID}", "incident_id": ID, "news": news}
    return Alert(**(given | facts))  # type: ignore[arg-type]


def brief(at: datetime, *, voided: bool = False) -> Brief:
    return Brief(
        call_id=f"{at:%H%M}",
        at=at,
        outcome=Outcome.BUSY,
        cause=Cause.BUSY_TONE,
        blame=Blame.OFFICE,
        purpose=Purpose.BASE,
        attempt=1,
        stratum="",
        confidence=0.9,
        ring_s=None,
        voided=voided,
    )
