"""`probe incidents show`: one incident's story, for a person or a machine."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from rich.text import Text

from probe.cli.lines import because
from probe.cli.talk import Talk
from probe.incidents import Incident, Testimony
from probe.incidents.events import call_ids
from probe.incidents.tell import (
    event_text,
    kind_text,
    next_text,
    reasons,
    state_text,
    told_text,
)

if TYPE_CHECKING:
    from probe.model import Call
    from probe.store import Store

BESIDE_H = 2  # the robot's calls that are shown beside a testimony


class Story:
    """An incident with its events, the calls behind them, and what was told."""

    def __init__(self, talk: Talk, store: Store, incident: Incident) -> None:
        self.incident = incident
        self._talk = talk
        self._zone = talk.zone
        self._events = store.incidents.events(incident.id)
        self._told = store.incidents.testimonies(incident.testimonies)
        self._calls = {call_id: store.record(call_id) for call_id in incident.calls}
        self._beside = {number: _beside(store, told) for number, told in self._told.items()}

    def json(self) -> dict[str, Any]:
        """Events and testimonies as stored, each event with its sentence; the calls' reasons by call id."""
        lang = self._talk.lang
        return {
            "events": [
                {**msgspec.to_builtins(event), "text": event_text(event, lang, self._zone, self._told)}
                for event in self._events
            ],
            "testimonies": [
                {
                    **msgspec.to_builtins(told),
                    "robot_calls": [call.record.order.call_id for call in self._beside[number]],
                }
                for number, told in self._told.items()
            ],
            "call_reasons": {
                call_id: because(call.record.verdict, lang) for call_id, call in self._calls.items() if call
            },
        }

    def print(self) -> None:
        """The head, the events in order with their evidence, and what is next."""
        one, lang = self.incident, self._talk.lang
        self._say(f"{one.id}{one.mark}  {one.unit}  {one.number}")
        self._say(f"{kind_text(one, lang)} · {state_text(one, lang)}")
        for event in self._events:
            self._say(f"{self._clock(event.at)}  {event_text(event, lang, self._zone, self._told)}")
            for sentence in reasons(event, lang):
                self._say(f"    {sentence}")
            for call_id in call_ids(event):
                self._call(self._calls.get(call_id), indent=4)
        for number, told in self._told.items():
            self._say(told_text(told, lang, self._zone))
            self._say(self._beside_text(number))
            for call in self._beside[number]:
                self._call(call, indent=4)
        self._say(
            self._talk.words("incidents.next") + next_text(one, lang, self._talk.settings_or_default.incidents.policy())
        )

    def _beside_text(self, number: int) -> str:
        key = "incidents.beside" if self._beside[number] else "incidents.beside_none"
        return f"    {self._talk.words(key, hours=BESIDE_H)}"

    def _call(self, call: Call | None, *, indent: int) -> None:
        if call is None:
            return
        verdict = call.record.verdict
        name = self._talk.words(f"names.outcome_{verdict.outcome}")
        cause = self._talk.words(f"names.cause_{verdict.cause}")
        self._say(f"{' ' * indent}{self._clock(call.record.trace.started_at)}  {name} · {cause}")
        for sentence in because(verdict, self._talk.lang):
            self._say(f"{' ' * indent}  - {sentence}")

    def _clock(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M}"

    def _say(self, line: str) -> None:
        self._talk.console.print(Text(line), soft_wrap=True)


def _beside(store: Store, told: Testimony) -> tuple[Call, ...]:
    """The robot's calls to the same number about the time of the citizen's."""
    around = timedelta(hours=BESIDE_H)
    return tuple(store.records(told.happened_at - around, told.happened_at + around, number=told.number))
