"""Who or what is at the other end now: a menu was there first, then music, and then somebody speaks.

The verdict of a call is of what answered it and does not change. What comes after a key is judged by the same rules,
as if the call had been answered then; what began before the key is left out, so that a prompt that the key cut off is
not taken for somebody's short "喂".
"""

from __future__ import annotations

import msgspec

from probe.classify import classify
from probe.model import Cause, Kind, Segment, Sounds, Trace, Verdict

MACHINES = (Kind.RINGBACK, Kind.MUSIC, Kind.FAX, Kind.BEEP, Kind.BUSY, Kind.CONGESTION)
HESITATES_S = 1.0  # how long before the first word the window is said to have been "answered"


def there(trace: Trace, sounds: Sounds, since_s: float) -> Verdict:
    """Who or what has been heard since this moment of an answered call; a person, when one speaks after the machines.

    `sure` is meant as in every verdict. Times in its evidence are on the trace's clock.
    """
    last = last_machine_s(sounds, since_s)
    if last > since_s:
        now = _heard(trace, sounds, last)
        if now.cause is Cause.HUMAN and now.sure:
            return now
    return _heard(trace, sounds, since_s)


def last_machine_s(sounds: Sounds, since_s: float) -> float:
    """When the last sound that no person makes ended (ringing, music, a known recording, a repeat), or `since_s`."""
    return max((s.end_s for s in sounds.segments if s.end_s > since_s and _no_person(s)), default=since_s)


def _no_person(segment: Segment) -> bool:
    return segment.kind in MACHINES or segment.known is not None or segment.repeat_of_s is not None


def _heard(trace: Trace, sounds: Sounds, since_s: float) -> Verdict:
    segments = tuple(s for s in sounds.segments if s.start_s >= since_s)
    said = tuple(s for s in sounds.transcript if s.start_s >= since_s)
    first_s = next((s.start_s for s in segments if s.kind is Kind.SPEECH), since_s)
    begin_s = max(since_s, first_s - HESITATES_S)  # nobody answers late who was put through late
    window = msgspec.structs.replace(trace, answered_at_s=begin_s, ended_at_s=None, released_by=None)
    return classify(window, Sounds(segments=segments, transcript=said, until_s=sounds.until_s))
