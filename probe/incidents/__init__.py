"""Incidents (办不成事): a line on which citizens get nowhere, from the first evidence to the proof that it is mended.

Read `incident.py` for what an incident is, `events.py` for what can happen to it, `apply.py` for how the one follows
from the others, `news.py` for what the rules are told, `rules.py` for what opens, bears on and closes an incident,
`steps.py` for what people may do, `follow.py` for who must hear of it and which line is to be called again.
"""

from probe.incidents.apply import apply, standing
from probe.incidents.events import Event
from probe.incidents.half_day import half_day_of
from probe.incidents.incident import Incident, IncidentKind, Level, State
from probe.incidents.news import Seen, Suspicion, is_first, seen_of
from probe.incidents.rules import Policy, advance, denied
from probe.incidents.testimony import Testimony, take

__all__ = [
    "Event",
    "Incident",
    "IncidentKind",
    "Level",
    "Policy",
    "Seen",
    "State",
    "Suspicion",
    "Testimony",
    "advance",
    "apply",
    "denied",
    "half_day_of",
    "is_first",
    "seen_of",
    "standing",
    "take",
]
