"""Whether and when a person was reached in a call, also behind a menu or a queue; None where that cannot be known."""

from __future__ import annotations

from pathlib import Path

from probe.model import Cause, Fact, Kind, Outcome, Record, Sounds
from probe.script.moment import WHOEVER
from probe.script.there import last_machine_s, there

LEAST_SPEECH_S = 0.2
UNKNOWN = (Cause.SILENT, Cause.UNCLEAR)  # somebody may have been there whom we did not hear, or not know for one


class Reached(Fact, frozen=True, kw_only=True):
    """What is known of a person in this call. Times are on the trace's clock."""

    at_s: float | None = None  # when the person began to speak; None: nobody did
    until_s: float = 0.0  # so long somebody was waited for
    certain: bool = True  # False: somebody spoke last of whom it is not known whether it was a person


def reached(record: Record) -> Reached | None:
    """None when the call was not answered, or says nothing."""
    trace, sounds, verdict = record.trace, record.sounds, record.verdict
    answered_s = trace.answered_at_s
    if answered_s is None or verdict.outcome is Outcome.INCONCLUSIVE or verdict.cause in UNKNOWN:
        return None
    until_s = trace.ended_at_s or sounds.until_s
    told_s, person = _told(record)
    if verdict.cause is Cause.HUMAN:
        return Reached(at_s=_first_word_s(sounds, answered_s) or answered_s, until_s=until_s)
    keys = presses(record)
    since_s = keys[-1][0] if keys else (verdict.decided_at_s or answered_s)
    before = _until(sounds, told_s if told_s is not None else until_s)
    last_s = last_machine_s(before, since_s)
    word_s = _first_word_s(before, last_s)
    if told_s is not None and person:
        return Reached(at_s=told_s if word_s is None else word_s, until_s=until_s)
    if verdict.outcome is Outcome.ANSWERED:
        now = there(trace, before, since_s)
        if now.sure and now.cause is Cause.HUMAN:
            return Reached(at_s=word_s or since_s, until_s=until_s)
        return Reached(until_s=until_s, certain=word_s is None)
    return Reached(until_s=until_s)


def presses(record: Record) -> tuple[tuple[float, str], ...]:
    """When which keys were pressed."""
    sent = ((s.at_s, s.sent) for s in record.trace.signals if s.sent)
    return tuple((at_s, text.removeprefix("DTMF ")) for at_s, text in sent if text.startswith("DTMF "))


def _told(record: Record) -> tuple[float | None, bool]:
    """When somebody was told who calls, and whether it was known for a person."""
    if record.order.say is None:
        return None, False
    said = f"SAY {Path(record.order.say).stem}"
    found = ((s.at_s, s.sent == said) for s in record.trace.signals if s.sent in (said, f"{said} ({WHOEVER})"))
    return next(found, (None, False))


def _first_word_s(sounds: Sounds, since_s: float) -> float | None:
    """When the first speech since this moment began."""
    speech = sounds.of(Kind.SPEECH)
    return next((s.start_s for s in speech if s.start_s >= since_s and s.duration_s >= LEAST_SPEECH_S), None)


def _until(sounds: Sounds, until_s: float) -> Sounds:
    """What had been heard by then: what a person says to our announcement is no evidence of who it is."""
    return Sounds(
        segments=tuple(s for s in sounds.segments if s.start_s < until_s),
        transcript=tuple(s for s in sounds.transcript if s.start_s < until_s),
        until_s=min(sounds.until_s, until_s),
    )
