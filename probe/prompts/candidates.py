"""Which stretches of a call are recordings that nobody has labelled yet. Pure.

Human speech after an answer is personal information and must never be kept (PIPL): what is said after the answer counts
only when it repeats itself note for note, or when the verdict names a machine and leaves hardly a doubt, and then only
what was heard before that verdict was sure: somebody may come to the phone later.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from probe.model import Cause, Kind, Record, Segment, Verdict
from probe.prompts.labels import RECORDED

LEAST_S = 2.0  # of speech: less could not be recognised again
MOST_S = 30.0
PAUSE_S = 1.2  # within an announcement: between its sentences, or before its English half
BESIDE_KNOWN_S = 3.0  # after a known recording: its other half
CUT_OFF_S = 0.4
MACHINE = 0.85  # confidence of a verdict that rests on more than the length of what was said
MACHINE_LEAST_S = 1.8  # of a repeat: a person may say one word twice alike
NOT_BY_MACHINE = {Cause.QUEUE}  # music is a machine's, what is said before it may be a person's "one moment please"


class Stretch(msgspec.Struct, frozen=True):
    """A stretch of speech on the trace's clock. `whole`: it was heard to its end."""

    start_s: float
    end_s: float
    whole: bool

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


def stretches(record: Record) -> tuple[Stretch, ...]:
    """The stretches worth keeping: each at least LEAST_S, cut at MOST_S; nothing twice."""
    answered_s = record.trace.answered_at_s
    segments = record.sounds.segments
    before = [s for s in segments if answered_s is None or s.end_s <= answered_s]
    after = [] if answered_s is None else [s for s in segments if s.start_s >= answered_s]
    found = [*_joined(before), *_joined(_by_machine(record, after))]
    last_s = record.sounds.until_s - CUT_OFF_S if record.trace.released_by == "robot" else float("inf")
    return tuple(
        Stretch(start_s, min(end_s, start_s + MOST_S), end_s < last_s)
        for start_s, end_s in found
        if end_s - start_s >= LEAST_S
    )


def _by_machine(record: Record, after: list[Segment]) -> Iterable[Segment]:
    """What no person can have said."""
    verdict = record.verdict
    if verdict.cause is Cause.HUMAN:
        return
    repeats = [s for s in after if s.repeat_of_s is not None and s.duration_s >= MACHINE_LEAST_S]
    until_s = _machine_until_s(verdict) if not any(s.known for s in after) else 0.0
    for s in after:
        if (
            s.kind is not Kind.SPEECH
            or s.known
            or any(r.repeat_of_s is not None and _covers(s, r.repeat_of_s, r.duration_s) for r in repeats)
        ):
            yield s
        elif s.start_s < until_s:
            yield msgspec.structs.replace(s, end_s=min(s.end_s, until_s))


def _machine_until_s(verdict: Verdict) -> float:
    """Until when this verdict says that a machine spoke; 0 when it may have been a person.

    A known recording says nothing about what was said beside it, so its verdict does not count here.
    """
    doubtless = verdict.sure and verdict.confidence >= MACHINE
    machine = verdict.cause in RECORDED and verdict.cause not in NOT_BY_MACHINE
    return verdict.decided_at_s or 0.0 if doubtless and machine else 0.0


def _covers(source: Segment, start_s: float, duration_s: float) -> bool:
    """Whether a stretch of speech is what was repeated, and hardly anything else."""
    overlap = min(source.end_s, start_s + duration_s) - max(source.start_s, start_s)
    return overlap >= 0.8 * source.duration_s


def _joined(segments: Iterable[Segment]) -> list[tuple[float, float]]:
    """Speech that is not known and was not heard before, joined over short pauses; a tone or music ends a stretch."""
    found: list[tuple[float, float]] = []
    known_until_s, joined = float("-inf"), False
    for s in segments:
        if s.kind is not Kind.SPEECH:
            joined = joined and s.kind in (Kind.SILENCE, Kind.NOISE)
        elif s.known or s.start_s - known_until_s < BESIDE_KNOWN_S:
            known_until_s, joined = s.end_s, False
        elif s.repeat_of_s is not None:
            joined = False
        elif joined and s.start_s - found[-1][1] < PAUSE_S:
            found[-1] = (found[-1][0], s.end_s)
        else:
            found.append((s.start_s, s.end_s))
            joined = True
    return found
