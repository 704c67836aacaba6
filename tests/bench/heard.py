"""One call of the hearing benchmark: rendered, judged, timed. Runs in as many processes as are asked for."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import msgspec

from probe.live import replay
from probe.model import Trace
from probe.transcribe.available import usable_model
from probe.transcribe.delayed import Delayed, Hearer
from tests import audio
from tests.bench.amd import Amd, detect
from tests.corpus.evidence import read_expect
from tests.corpus.recipe import read_recipe, read_trace, render
from tests.corpus.variants import line_of


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one call, beside what should have."""

    case: str
    variant: int
    kind: str
    needs_words: bool
    wanted_outcome: str
    wanted_cause: str
    outcome: str
    cause: str
    confidence: float
    sure: bool
    evidence_at_s: float
    decided_at_s: float
    answered: bool
    audio_s: float
    cpu_s: float
    amd: Amd | None  # of calls that were answered and had sound

    @property
    def right(self) -> bool:
        return self.outcome == self.wanted_outcome

    @property
    def cause_right(self) -> bool:
        return self.cause == self.wanted_cause

    @property
    def unsure(self) -> bool:
        return self.cause == "unsure"

    @property
    def delay_s(self) -> float:
        return self.decided_at_s - self.evidence_at_s


def heard(calls: list[tuple[Path, int]], *, words: bool, jobs: int) -> Iterator[Heard]:
    """Every call, in no order."""
    one = partial(_heard, words=words)
    if jobs == 1:
        _warm_up(words)
        yield from map(one, calls)
        return
    with multiprocessing.get_context("spawn").Pool(jobs, _warm_up, (words,)) as pool:
        yield from pool.imap_unordered(one, calls, chunksize=4)


def model() -> Path | None:
    """The recogniser's model, if words can be had on this machine."""
    return usable_model(None)


@cache
def _engine() -> Hearer:
    from probe.transcribe.engine import Engine

    folder = model()
    assert folder is not None, "words were asked for, and there is no recogniser here: pip install '.[asr,asr-model]'"
    return Engine(folder)


def _warm_up(words: bool) -> None:
    """Load what is loaded once per host, so that it is not counted as the cost of a call."""
    audio.listen(audio.join(audio.prompt("human-1-zm_yunxi"), audio.silence(0.5)))
    if words:
        _engine()


def _heard(call: tuple[Path, int], *, words: bool) -> Heard:
    folder, number = call
    expect, trace, recipe = read_expect(folder), read_trace(folder), read_recipe(folder)
    pcm = render(recipe, trace, line_of(folder, recipe, number)) if recipe else None
    began = time.process_time()
    _, verdict = replay(trace, pcm, Delayed(_engine) if words else None)
    cpu_s = time.process_time() - began
    return Heard(
        case=folder.name,
        variant=number,
        kind=expect["kind"],
        needs_words=expect.get("needs_words", False),
        wanted_outcome=expect["outcome"],
        wanted_cause=expect["cause"],
        outcome=verdict.outcome.value,
        cause=verdict.cause.value,
        confidence=verdict.confidence,
        sure=verdict.sure,
        evidence_at_s=expect["evidence_at_s"],
        decided_at_s=verdict.decided_at_s or 0.0,
        answered=trace.answered_at_s is not None,
        audio_s=0.0 if pcm is None else len(pcm) / audio.RATE,
        cpu_s=cpu_s,
        amd=_amd(trace, pcm),
    )


def _amd(trace: Trace, pcm: audio.Pcm | None) -> Amd | None:
    if pcm is None or trace.answered_at_s is None or trace.media_started_at_s is None:
        return None
    return detect(pcm[round((trace.answered_at_s - trace.media_started_at_s) * audio.RATE) :])
