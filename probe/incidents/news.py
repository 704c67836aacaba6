"""What the rules are told of: a call, or the odds that a line is stuck. Convert here, judge in `rules.py`."""

from __future__ import annotations

from datetime import datetime

from probe.incidents.incident import Level
from probe.model import Because, Blame, Call, Cause, Fact, Outcome, Purpose, ring_s

OWN_FAULT = frozenset({Blame.TRUNK, Blame.ROBOT, Blame.NETWORK})


class Seen(Fact, frozen=True, kw_only=True):
    """A call as the rules need it."""

    call_id: str
    number: str
    unit: str
    at: datetime
    half_day: str
    outcome: Outcome
    cause: Cause
    confidence: float = 1.0
    first: bool = True  # of the random programme, see `is_first`: only these count against a line
    in_hours: bool = True  # within the line's service hours, by the calendar
    scenario: str = "direct"
    alerted_s: float | None = None  # from the first 18x to the answer or the end; None when it never alerted
    counts: bool = True  # conclusive, not voided, and not our own fault or the network's
    confirmed: str = ""  # the call over another trunk or caller ID that says the same
    owner: str = ""


class Suspicion(Fact, frozen=True, kw_only=True):
    """The odds that a handset is off its hook have reached a level, by these calls."""

    number: str
    unit: str
    at: datetime
    half_day: str
    level: Level
    because: tuple[Because, ...]  # keys with a dot name their file of sentences, others stand in because.toml
    calls: tuple[str, ...]
    owner: str = ""


def is_first(purpose: Purpose, attempt: int) -> bool:
    """Whether a call is a first attempt of the random programme: it alone was made at a time that nobody chose.

    Follow-ups, re-dials and calls at quiet times are made because of what was heard before; a call by hand (`probe
    round`, `probe dial`) at a time that somebody chose. As in the rates, they do not count where a programme runs, and
    only a programme opens incidents.
    """
    return purpose is Purpose.BASE and attempt == 1


def seen_of(call: Call, *, half_day: str, in_hours: bool) -> Seen:
    """What a stored call means to the rules. `in_hours`: whether it was made in the line's service hours."""
    record = call.record
    verdict = record.verdict
    return Seen(
        call_id=record.order.call_id,
        number=call.number.number,
        unit=call.number.unit,
        at=record.trace.started_at,
        half_day=half_day,
        outcome=verdict.outcome,
        cause=verdict.cause,
        confidence=verdict.confidence,
        first=is_first(record.order.purpose, record.order.attempt),
        in_hours=in_hours,
        scenario=record.order.scenario,
        alerted_s=ring_s(record.trace, record.sounds),
        counts=call.voided is None and verdict.outcome is not Outcome.INCONCLUSIVE and verdict.blame not in OWN_FAULT,
        owner=call.number.owner_email,
    )
