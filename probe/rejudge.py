"""Judging stored calls again, by the rules and the known recordings of today. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec
import numpy as np
import numpy.typing as npt

from probe import judge
from probe.classify import classify
from probe.errors import ScenarioError
from probe.live import replay
from probe.model import Because, Check, Purpose, Record, Sounds, Verdict
from probe.plan.batch import Open
from probe.script import shelf
from probe.transcribe import Transcriber
from probe.words import words

DECIDED_BY_HOURS = (Purpose.MANUAL,)  # calls of the plan know by their purpose whether they are in the hours


def judge_again(
    record: Record, pcm: npt.NDArray[np.int16] | None, transcriber: Transcriber | None = None
) -> tuple[Sounds, Verdict]:
    """What this call sounds like today, and what it is judged to be.

    With its recording (`pcm`: int16, mono, 8 kHz) it is lived through again; without, today's rules read the sounds
    that were stored. Words that were understood then are kept unless a `transcriber` listens anew.
    """
    trace, sounds = record.trace, record.sounds
    if pcm is not None and trace.media_started_at_s is not None:
        again, verdict = replay(trace, pcm, transcriber)
        if transcriber is not None or not sounds.transcript:
            return again, verdict
        sounds = msgspec.structs.replace(again, transcript=sounds.transcript)
    verdict = classify(trace, sounds)
    then = record.verdict.decided_at_s if same(record.verdict, verdict) else trace.ended_at_s
    return sounds, msgspec.structs.replace(verdict, decided_at_s=then)


def checks_again(record: Record, lang: str, open_of: Callable[[], Open]) -> tuple[Check, ...]:
    """What a call that was judged again says to its scenario's expectations, as the scenario stands today.

    A scenario that is no more leaves the checks as they were. `open_of`: when the office was open around that time, for
    calls whose order does not say.
    """
    try:
        scenario = shelf.load(record.order.scenario)
    except ScenarioError:
        return record.checks
    if record.order.open is None and record.order.purpose in DECIDED_BY_HOURS:
        record = msgspec.structs.replace(record, order=msgspec.structs.replace(record.order, open=open_of()))
    found = judge.checks(record, scenario, lang)
    return record.checks if passed(found) == passed(record.checks) else found


def passed(checks: tuple[Check, ...]) -> dict[str, bool]:
    """What was held against the call or for it, whatever language the values seen are told in."""
    return {check.name: check.passed for check in checks}


def same(one: Verdict, other: Verdict) -> bool:
    """Whether both say the same of whom, whatever the evidence."""
    return (one.outcome, one.cause, one.blame) == (other.outcome, other.cause, other.blame)


def as_sure(one: Verdict, other: Verdict) -> bool:
    """Whether both are as certain, to the percent."""
    return round(one.confidence, 2) == round(other.confidence, 2)


def with_history(verdict: Verdict, live: Verdict, at: datetime, lang: str) -> Verdict:
    """A new verdict that says what the call was judged to be while it lasted, when that was something else.

    `live` is the verdict of the call itself; whoever acted on it can see so in every report.
    """
    if same(verdict, live):
        return verdict
    was = " · ".join(words(f"names.{kind}_{getattr(live, kind)}", lang) for kind in ("outcome", "cause"))
    told = Because(key="rejudged", values={"day": f"{at:%Y-%m-%d}", "was": was, "confidence": live.confidence})
    return msgspec.structs.replace(verdict, because=(*verdict.because, told))
