"""A finished call as one flat JSON object, and as one row for people."""

from __future__ import annotations

from typing import Any

import msgspec

from probe.model import Record, Verdict, post_dial_delay_s, ring_s
from probe.words import told


def because(verdict: Verdict, lang: str) -> list[str]:
    """The verdict's evidence as sentences."""
    return [told(one, lang) for one in verdict.because]


def rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def verdict_line(verdict: Verdict, lang: str) -> dict[str, Any]:
    """The part that calls and cases share."""
    return {
        "outcome": verdict.outcome,
        "cause": verdict.cause,
        "blame": verdict.blame,
        "confidence": round(verdict.confidence, 3),
        "because": because(verdict, lang),
        "decided_at_s": rounded(verdict.decided_at_s),
    }


def call_line(record: Record, lang: str) -> dict[str, Any]:
    """`probe dial --json`: one object per call; seconds on the trace's clock."""
    trace = record.trace
    duration = None
    if trace.answered_at_s is not None and trace.ended_at_s is not None:
        duration = max(0.0, trace.ended_at_s - trace.answered_at_s)
    return {
        "number": record.order.number,
        **verdict_line(record.verdict, lang),
        "post_dial_delay_s": rounded(post_dial_delay_s(trace)),
        "ring_s": rounded(ring_s(trace, record.sounds)),
        "answered_at_s": rounded(trace.answered_at_s),
        "duration_s": rounded(duration),
        "recording": trace.recording,
        "call_id": record.order.call_id,
        "office": record.order.office,
        "started_at": trace.started_at,
        "ended_at_s": rounded(trace.ended_at_s),
        "released_by": trace.released_by,
        "trunk": trace.trunk,
        "caller_id": trace.caller_id,
        "why": record.order.why,
    }


def encode(line: dict[str, Any]) -> bytes:
    return msgspec.json.encode(line)
