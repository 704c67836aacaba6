"""Short ways to write a trace and sounds down, for tests of the rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from probe.model import Kind, Origin, Segment, Signal, Sounds, Trace

WHEN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def got(at_s: float, line: str, reason: str | None = None, origin: Origin = Origin.WIRE) -> Signal:
    """Something received."""
    headers = {"Reason": (reason,)} if reason else {}
    received = line if line.startswith("BYE") else f"SIP/2.0 {line}"
    return Signal(at_s=at_s, received=received, origin=origin, headers=headers)


def trace(*signals: Signal, **fields: Any) -> Trace:
    """A call whose INVITE was sent at 0. It has ended with its last signal unless told otherwise."""
    every = (Signal(at_s=0.0, sent="INVITE"), *signals)
    given: dict[str, Any] = {"ended_at_s": every[-1].at_s, **fields}
    return Trace(number="+8657187250001", started_at=WHEN, signals=every, **given)


def heard(*segments: tuple[Any, ...], until_s: float | None = None) -> Sounds:
    """Segments as (kind, start, end) or (kind, start, end, {more})."""
    made = tuple(
        Segment(kind=Kind(kind), start_s=start, end_s=end, **(more[0] if more else {}))
        for kind, start, end, *more in segments
    )
    return Sounds(segments=made, until_s=until_s if until_s is not None else max((s.end_s for s in made), default=0.0))


def known(label: str, start_s: float, end_s: float, text: str = "…") -> tuple[Any, ...]:
    """A known recording."""
    return ("speech", start_s, end_s, {"known": label, "text": text})


def answered(at_s: float, *more: Signal, **fields: Any) -> Trace:
    """A call that rang and was answered; still going on unless `ended_at_s` is given."""
    before = (got(0.05, "100 Trying"), got(0.4, "180 Ringing"), got(at_s, "200 OK"))
    given: dict[str, Any] = {
        "ended_at_s": None,
        "answered_at_s": at_s,
        "media_started_at_s": at_s,
        "packets_received": 50,
        **fields,
    }
    return trace(*before, *more, **given)


def live(call: Trace) -> Trace:
    """The same call, not yet over."""
    return msgspec.structs.replace(call, ended_at_s=None)
