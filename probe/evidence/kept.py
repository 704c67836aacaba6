"""What of a call's sound may leave the data folder. Pure.

What a person says is personal information (PIPL, Art. 4). Before the answer everything is the network's: it stays.
After the answer only what is positively known to be no person's stays: tones and known recordings; and, unless a person
came to the phone, music, what repeated itself note for note, and what a machine said according to a verdict that leaves
hardly a doubt (`probe.prompts.candidates` has that rule). All the rest is silenced, also where nobody was heard to
speak: better ears may hear somebody in it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np
import numpy.typing as npt

from probe.hear import RATE_HZ
from probe.model import Cause, Kind, Record, Said, Segment, Sounds
from probe.prompts.candidates import MACHINE_LEAST_S, stretches

TONES = frozenset({Kind.RINGBACK, Kind.BUSY, Kind.CONGESTION, Kind.VACANT, Kind.DIAL, Kind.SIT, Kind.BEEP, Kind.FAX})
LEAST_S = 0.1  # a shorter piece between two kept ones is their edge
MOSTLY = 0.9  # of a passage of words lies in what is kept: then its text stays

Span = tuple[float, float]


def kept_spans(record: Record) -> tuple[Span, ...]:
    """The stretches of the call whose sound stays, in order, on the trace's clock."""
    answered_s = record.trace.answered_at_s
    if answered_s is None:
        return ((0.0, float("inf")),)
    after = [s for s in record.sounds.segments if s.end_s > answered_s and s.end_s > s.start_s]
    spans = [(0.0, answered_s)]
    spans += [(s.start_s, s.end_s) for s in after if s.kind in TONES or s.known]
    if record.verdict.cause is not Cause.HUMAN:
        spans += [(s.start_s, s.end_s) for s in after if s.kind is Kind.MUSIC or _repeated(s)]
        spans += [(s.start_s, s.end_s) for s in stretches(record) if s.start_s >= answered_s]
    return tuple(_joined(spans))


def cut_spans(record: Record) -> tuple[Span, ...]:
    """The stretches in between, up to the end of what was heard: what is silenced."""
    until_s = max(record.sounds.until_s, record.trace.ended_at_s or 0.0)
    cut, at = [], 0.0
    for start_s, end_s in kept_spans(record):
        if start_s > at:
            cut.append((at, min(start_s, until_s)))
        at = max(at, end_s)
    if at < until_s:
        cut.append((at, until_s))
    return tuple((a, b) for a, b in cut if b > a)


def silenced(record: Record, pcm: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """The recording with zeros where it may not be heard; `pcm` begins at the trace's `media_started_at_s`."""
    media_s = record.trace.media_started_at_s or 0.0
    out = np.zeros_like(pcm)
    for start_s, end_s in kept_spans(record):
        first = max(0, round((start_s - media_s) * RATE_HZ))
        last = len(pcm) if end_s == float("inf") else max(first, round((end_s - media_s) * RATE_HZ))
        out[first:last] = pcm[first:last]
    return out


def kept_sounds(record: Record) -> Sounds:
    """The sounds without words that may not be read."""
    spans = kept_spans(record)
    segments = tuple(
        s if s.text is None or s.known or _inside(s, spans) else msgspec.structs.replace(s, text=None)
        for s in record.sounds.segments
    )
    said = tuple(said for said in record.sounds.transcript if _inside(said, spans))
    return msgspec.structs.replace(record.sounds, segments=segments, transcript=said)


def removed_words(record: Record) -> int:
    """How many passages of the transcript stay out."""
    return len(record.sounds.transcript) - len(kept_sounds(record).transcript)


def _repeated(segment: Segment) -> bool:
    return segment.repeat_of_s is not None and segment.duration_s >= MACHINE_LEAST_S


def _inside(one: Segment | Said, spans: Iterable[Span]) -> bool:
    length_s = one.end_s - one.start_s
    covered_s = sum(max(0.0, min(one.end_s, end_s) - max(one.start_s, start_s)) for start_s, end_s in spans)
    return covered_s >= MOSTLY * length_s and covered_s > 0


def _joined(spans: Iterable[Span]) -> Iterable[Span]:
    found: list[Span] = []
    for start_s, end_s in sorted(spans):
        if found and start_s - found[-1][1] < LEAST_S:
            found[-1] = (found[-1][0], max(found[-1][1], end_s))
        else:
            found.append((start_s, end_s))
    return found
