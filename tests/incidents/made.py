"""Incidents, calls and odds for the tests, as short as they can be said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from msgspec.structs import replace

from probe.incidents import Event, Incident, Level, Policy, Seen, Suspicion, advance, apply
from probe.incidents.events import Opened
from probe.model import OUTCOME_OF, Because, Cause

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Hangzhou
NUMBER = "+8657187250001"
UNIT = "余杭区人社局"
POLICY = Policy()
_ids = count()


def at(half: float) -> datetime:
    """The time of the n-th half-day: 0 is Monday morning, 1 Monday afternoon, 2 Tuesday morning."""
    return MORNING + timedelta(hours=12 * (half // 2) * 2 + 5 * (half % 2))


def half_day(half: float) -> str:
    return f"{(MORNING + timedelta(days=half // 2)):%Y-%m-%d}{'pm' if half % 2 >= 1 else 'am'}"


def seen(cause: Cause, half: float = 0, **facts: object) -> Seen:
    """A call that ended in `cause` on the n-th half-day."""
    given: dict[str, object] = {
        "call_id": f"call-{next(_ids)}",
        "number": NUMBER,
        "unit": UNIT,
        "at": at(half),
        "half_day": half_day(half),
        "outcome": OUTCOME_OF[cause],
        "cause": cause,
        "alerted_s": 8.0,
    }
    return Seen(**(given | facts))  # type: ignore[arg-type]


def odds(level: Level, half: float = 0, calls: tuple[str, ...] = ("b1", "b2")) -> Suspicion:
    because = (Because(key="tone_busy", values={"at_s": 1.0, "hz": 450, "cycles": 4}),)
    return Suspicion(
        number=NUMBER, unit=UNIT, at=at(half), half_day=half_day(half), level=level, because=because, calls=calls
    )


class File:
    """The incidents of one line as a store would keep them."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.events: dict[str, list[Event]] = {}
        self.seen: list[Seen] = []

    def tell(self, *news: Seen | Suspicion) -> list[Event]:
        """One piece of news after the other; the events they lead to, numbered."""
        found: list[Event] = []
        for one in news:
            for event in advance(self.incidents, one, self.seen, policy=self.policy):
                found.append(self.add(event))
            if isinstance(one, Seen):
                self.seen.append(one)
        return found

    def add(self, event: Event) -> Event:
        if isinstance(event, Opened):
            event = replace(event, incident_id=f"{event.half_day[:10]}-{len(self.events) + 1:03}")
            self.events[event.incident_id] = []
        self.events[event.incident_id].append(event)
        return event

    @property
    def incidents(self) -> Sequence[Incident]:
        return [apply(events) for events in self.events.values()]

    @property
    def last(self) -> Incident:
        return self.incidents[-1]
