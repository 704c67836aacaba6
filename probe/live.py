"""One call as it unfolds: what is signalled and heard goes in, a verdict comes out at any moment.

The line uses this during a call and `replay` uses it for a stored one, so a live verdict and a re-judged one come from
the same code. A verdict that is once `sure` is frozen: the line may have hung up on the strength of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from probe.classify import classify
from probe.hear import RATE_HZ, Ear
from probe.model import Cause, Said, Signal, Sounds, Trace, Verdict
from probe.transcribe import Transcriber
from probe.transcribe.transcript import Transcript

CHUNK_S = 0.1  # a replayed recording is heard in pieces of this length, as the line hears it
ROBOT_COUNTRY = "CN"  # whose tones to expect when the trace does not say


class LiveCall:
    """The facts of one call, growing, and the verdict they support. Not thread-safe: feed it from one thread.

    All times are seconds on the trace's clock (since the INVITE). Call `media` once before the first `audio`.
    """

    def __init__(
        self,
        *,
        number: str,
        started_at: datetime,
        country: str | None = None,
        call_id: str = "",
        trunk: str = "",
        caller_id: str = "",
        transcriber: Transcriber | None = None,
    ) -> None:
        """`transcriber`: hears words, when there is one."""
        self.trace = Trace(
            number=number,
            started_at=started_at,
            country=country,
            call_id=call_id,
            trunk=trunk,
            caller_id=caller_id,
        )
        self._ear: Ear | None = None
        self._transcriber = transcriber
        self._transcript: Transcript | None = None
        self._verdict: Verdict | None = None
        self._sounds = Sounds()
        self._said: tuple[Said, ...] = ()
        self._now_s = 0.0
        self._stale = True
        self._words_on = False

    def signal(self, signal: Signal) -> None:
        """Note one signal, sent or received, in order of time."""
        self.trace = msgspec.structs.replace(self.trace, signals=(*self.trace.signals, signal))
        self._at(signal.at_s)

    def media(self, at_s: float) -> None:
        """Note that the first sample handed to `audio` belongs to this moment."""
        if self._ear is None:
            self._ear = Ear(self.trace.country or ROBOT_COUNTRY, at_s)
            self._transcript = Transcript(self._transcriber, at_s) if self._transcriber else None
            self.trace = msgspec.structs.replace(self.trace, media_started_at_s=at_s)
            self._at(at_s)

    def audio(self, pcm: npt.NDArray[np.int16]) -> None:
        """Hear the next samples (int16, mono, 8 kHz, any number). RuntimeError before `media`."""
        if self._ear is None:
            raise RuntimeError("audio before media: the moment of the first sample is unknown")
        self._ear.feed(pcm)
        if self._transcript:
            self._transcript.feed(pcm)
        if not self._sure:
            self._hear()
        self._at(self._ear.until_s)

    def answered(self, at_s: float) -> None:
        """Note the 200 to our INVITE."""
        self.trace = msgspec.structs.replace(self.trace, answered_at_s=at_s)
        if self._transcript:
            self._transcript.answered(at_s)
        self._at(at_s)

    def finish(
        self,
        *,
        ended_at_s: float,
        released_by: Literal["far", "robot"] | None = None,
        packets_received: int | None = None,
        packets_lost: int | None = None,
        packets_after_answer: int | None = None,
        recording: str | None = None,
        robot_fault: str | None = None,
    ) -> Verdict:
        """Note the end of the call and return the final verdict."""
        self.trace = msgspec.structs.replace(
            self.trace,
            ended_at_s=ended_at_s,
            released_by=released_by,
            packets_received=packets_received,
            packets_lost=packets_lost,
            packets_after_answer=packets_after_answer,
            recording=recording,
            robot_fault=robot_fault,
        )
        self._hear(over=True)
        if self.trace.soundless and self._verdict is not None and self._verdict.cause is Cause.SILENT:
            # Only now is it known that the silence was none of theirs: not a packet of sound had found its way to us.
            self._verdict = msgspec.structs.replace(self._verdict, sure=False)
        self._at(ended_at_s)
        return self.verdict()

    def words_on(self, on: bool) -> None:
        """Whether words are understood although the verdict is sure, because the scenario goes on behind a menu.

        Otherwise they are not: what a person says to us is nobody's business.
        """
        self._words_on = on

    def sounds(self) -> Sounds:
        """Everything heard so far."""
        if self._sure:
            self._hear()
        return self._sounds

    def verdict(self) -> Verdict:
        """What the facts so far support. `sure` during the call means that it is right to hang up now."""
        if self._stale and not self._sure:
            ended = self.trace.ended_at_s
            verdict = classify(self.trace, self._sounds)
            if verdict.sure or ended is not None:
                moment = self._now_s if ended is None else ended
                verdict = msgspec.structs.replace(verdict, decided_at_s=round(moment, 3))
            self._verdict = verdict
        self._stale = False
        assert self._verdict is not None
        return self._verdict

    @property
    def _sure(self) -> bool:
        return self._verdict is not None and self._verdict.sure

    def _hear(self, *, over: bool = False) -> None:
        if self._ear is None:
            return
        self._sounds = self._ear.sounds()
        if self._transcript and (self._words_on or not self._sure):
            self._said = self._transcript.update(self._sounds, over=over)
        self._sounds = msgspec.structs.replace(self._sounds, transcript=self._said)

    def _at(self, at_s: float) -> None:
        self._now_s = max(self._now_s, at_s)
        self._stale = True
        self.verdict()


def replay(
    trace: Trace, pcm: npt.NDArray[np.int16] | None, transcriber: Transcriber | None = None
) -> tuple[Sounds, Verdict]:
    """Live through a stored call again: signals and sound in order of time, in the line's own pieces.

    `pcm` is the recording (int16, mono, 8 kHz) from `media_started_at_s` on, or None when there was no media.
    `transcriber` must be as late with its answers as a real one (`probe.transcribe.replay`).
    """
    call = LiveCall(
        number=trace.number,
        started_at=trace.started_at,
        country=trace.country,
        call_id=trace.call_id,
        trunk=trace.trunk,
        transcriber=transcriber,
    )
    for at_s, what in _events(trace, pcm):
        if isinstance(what, Signal):
            call.signal(what)
        elif isinstance(what, np.ndarray):
            call.audio(what)
        elif what == "media":
            call.media(at_s)
        else:
            call.answered(at_s)
    last_s = max((s.at_s for s in trace.signals), default=0.0)
    verdict = call.finish(
        ended_at_s=max(last_s, call.sounds().until_s) if trace.ended_at_s is None else trace.ended_at_s,
        released_by=trace.released_by,
        packets_received=trace.packets_received,
        packets_lost=trace.packets_lost,
        packets_after_answer=trace.packets_after_answer,
        recording=trace.recording,
        robot_fault=trace.robot_fault,
    )
    return call.sounds(), verdict


def _events(
    trace: Trace, pcm: npt.NDArray[np.int16] | None
) -> Iterator[tuple[float, Signal | npt.NDArray[np.int16] | str]]:
    """Everything that happened, in order of time; at one moment a signal comes before the sound that ends there."""
    events: list[tuple[float, int, Signal | npt.NDArray[np.int16] | str]] = [(s.at_s, 1, s) for s in trace.signals]
    if trace.answered_at_s is not None:
        events.append((trace.answered_at_s, 2, "answered"))
    if pcm is not None and trace.media_started_at_s is not None:
        events.append((trace.media_started_at_s, 0, "media"))
        step = int(CHUNK_S * RATE_HZ)
        for start in range(0, len(pcm), step):
            piece = pcm[start : start + step]
            events.append((trace.media_started_at_s + (start + len(piece)) / RATE_HZ, 3, piece))
    for at_s, _, what in sorted(events, key=lambda event: event[:2]):
        yield at_s, what
