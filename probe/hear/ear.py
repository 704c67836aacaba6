"""The ear: puts the parts together, and lays what they found over one another."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import numpy.typing as npt

from probe.hear.background import BLOCK_S, Background
from probe.hear.compose import compose, merge, name
from probe.hear.foreground import Speech
from probe.hear.library import Library, known
from probe.hear.match import Recogniser
from probe.hear.peaks import NEAR_FRAMES, Peaks
from probe.hear.spectrum import BLOCK, RATE_HZ, Floats, Spectrum
from probe.hear.tones import Tones
from probe.hear.voice import Voice
from probe.model import Segment, Sounds

SETTLED_S = 8.0  # what is older than this, and over, is not heard differently any more
STEP_S = 2.0
CERTAIN_CYCLES = 3  # a tone of so many will be heard as a tone for ever, whatever follows
CUTS_S = 0.25  # speech of this length ends the pause of a tone
DULL_DBFS = -55.0  # nothing to recognise
DRIFT = 0.1  # how fast the direct current is followed, per block


class Ear:
    """Listens to one call. The result does not depend on how the samples are cut into chunks."""

    def __init__(self, country: str = "CN", start_s: float = 0.0, library: Callable[[], Library] = known) -> None:
        """`country`: whose tones to expect (data/tones.toml); `start_s`: the first sample on the trace's clock;
        `library`: the recordings that are known, loaded with the first sound that is not a tone."""
        self._start_s = start_s
        self._samples = 0
        self._waiting = np.zeros(0, np.int16)
        self._offset: float | None = None  # direct current, followed slowly
        self._spectrum = Spectrum()
        self._tones = Tones(country)
        self._voice = Voice()
        self._background = Background()
        self._peaks = Peaks()
        self._recogniser = Recogniser(library)
        self._speech: list[Speech] = []
        self._heard_s = 0.0
        self._laid_s = 0.0  # up to where the segments below were last composed
        self._settled: tuple[Segment, ...] = ()
        self._settled_s = 0.0
        self._cleared_s = 0.0
        self._segments: tuple[Segment, ...] = ()

    def feed(self, pcm: npt.NDArray[np.int16]) -> None:
        """Hear the next samples: int16, mono, 8 kHz, any number."""
        self._samples += len(pcm)
        joined = np.concatenate((self._waiting, pcm))
        whole = len(joined) // BLOCK * BLOCK
        for start in range(0, whole, BLOCK):
            self._hear(joined[start : start + BLOCK])
        self._waiting = joined[whole:]

    @property
    def until_s(self) -> float:
        """How far it has listened, on the trace's clock."""
        return self._start_s + self._samples / RATE_HZ

    def sounds(self) -> Sounds:
        """Everything heard so far, on the trace's clock; the segment that goes on ends now."""
        if self._heard_s > self._laid_s:
            self._laid_s = self._heard_s
            tones, speech = self._tones.segments(), self._spoken(self._voice.open())
            now = self._named(compose(tones, speech, self._background.stretches, self._settled_s, self._heard_s))
            self._segments = (*self._settled[:-1], *merge((*self._settled[-1:], *now)))
        return Sounds(segments=self._segments, until_s=self.until_s)

    def _hear(self, pcm: npt.NDArray[np.int16]) -> None:
        samples: Floats = pcm.astype(np.float32) / np.float32(32768)
        mean = float(np.add.reduce(samples)) / BLOCK
        self._offset = mean if self._offset is None else self._offset + DRIFT * (mean - self._offset)
        samples -= np.float32(self._offset)
        self._heard_s += BLOCK_S
        frames = self._spectrum.feed(samples)
        self._tones.feed(frames)
        self._voice.feed(samples, steady_tone=self._tones.steady)
        self._background.feed(frames, speech=self._voice.speaking)
        dull = self._tones.steady or max(frames.level_dbfs) < DULL_DBFS
        peaks = self._peaks.feed(frames, ignore=dull)
        self._recogniser.feed(peaks, frames.first + len(frames.hz) - NEAR_FRAMES)
        self._speech += self._voice.take_done()
        speaking = self._voice.open()
        if speaking and speaking.end_s - speaking.start_s >= CUTS_S:
            self._tones.cut(speaking.start_s)
        settle_s = min([self._heard_s - SETTLED_S, self._tones.since_s, *([speaking.start_s] if speaking else [])])
        if settle_s >= self._settled_s + STEP_S:
            self._settle(settle_s, self._tones.segments(), self._spoken(speaking))
        if self._heard_s >= self._cleared_s + STEP_S:
            self._clear_beneath()

    def _spoken(self, speaking: Speech | None) -> list[Speech]:
        return [*self._speech, *([speaking] if speaking else [])]

    def _settle(self, at_s: float, tones: list[Segment], speech: list[Speech]) -> None:
        """Fix what lies before a moment, so that a long call does not become dear."""
        spans = [*((t.start_s, t.end_s) for t in tones), *((s.start_s, s.end_s) for s in speech)]
        for start_s, end_s in sorted(spans, reverse=True):
            if start_s < at_s < end_s:
                at_s = start_s
        if at_s <= self._settled_s:
            return
        old = compose(
            [t for t in tones if t.end_s <= at_s],
            [s for s in speech if s.end_s <= at_s],
            self._background.stretches,
            self._settled_s,
            at_s,
        )
        self._settled = (*self._settled[:-1], *merge((*self._settled[-1:], *self._named(old))))
        self._settled_s = at_s
        self._speech = [s for s in self._speech if s.end_s > at_s]
        self._tones.forget(at_s)
        self._background.forget(at_s)
        self._recogniser.forget(at_s)

    def _clear_beneath(self) -> None:
        """Drop what lies beneath a tone that goes on and on, and is not settled before it ends."""
        self._cleared_s = self._heard_s
        for tone in self._tones.segments():
            if tone.cycles >= CERTAIN_CYCLES:
                self._background.forget_beneath(tone.start_s, min(tone.end_s, self._heard_s - SETTLED_S))

    def _named(self, segments: list[Segment]) -> tuple[Segment, ...]:
        """With what the recogniser knows of them, on the trace's clock."""
        shift = self._start_s
        return tuple(
            msgspec.structs.replace(
                s,
                start_s=round(s.start_s + shift, 3),
                end_s=round(s.end_s + shift, 3),
                repeat_of_s=None if s.repeat_of_s is None else round(s.repeat_of_s + shift, 3),
            )
            for s in name(segments, self._recogniser.matches, self._recogniser.repeats)
        )
