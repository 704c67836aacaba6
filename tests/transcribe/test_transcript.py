"""The transcript of a call: what is cut out to be recognised, and what is kept of the answers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from probe.model import Kind, Segment, Sounds
from probe.transcribe import Words
from probe.transcribe.transcript import KEEP_S, Transcript

RATE = 8000


class Scripted:
    """A transcriber that says what it is told to, at once."""

    def __init__(self, *answers: str) -> None:
        self.asked: list[tuple[int, npt.NDArray[np.int16], float]] = []
        self._answers = list(answers)
        self._due: list[tuple[int, float, Words]] = []

    def ask(self, passage: int, pcm: npt.NDArray[np.int16], end_s: float) -> None:
        self.asked.append((passage, pcm, end_s))
        self._due.append((passage, end_s, Words(self._answers.pop(0), 0.8)))

    def ready(self, at_s: float) -> list[tuple[int, float, Words]]:
        due, self._due = self._due, []
        return due

    def rest(self) -> list[tuple[int, float, Words]]:
        return self.ready(0.0)


def sounds(until_s: float, *spans: tuple[float, float]) -> Sounds:
    heard = tuple(Segment(kind=Kind.SPEECH, start_s=s, end_s=min(e, until_s)) for s, e in spans if s < until_s)
    return Sounds(segments=heard, until_s=until_s)


def ramp(seconds: float, first_s: float = 0.0) -> npt.NDArray[np.int16]:
    """Each sample says when it was: hundredths of a second since the beginning."""
    return (np.arange(round(seconds * RATE)) * 100 / RATE + first_s * 100).astype(np.int16)


def test_the_sound_of_the_passage_is_handed_over() -> None:
    transcriber = Scripted("喂")
    transcript = Transcript(transcriber, start_s=5.0)
    transcript.feed(ramp(3.0))
    (said,) = transcript.update(sounds(8.0, (6.0, 6.5)))
    ((_, pcm, end_s),) = transcriber.asked
    assert (pcm[0], pcm[-1], end_s) == (
        80,
        174,
        6.75,
    )  # from 0.8 s of the recording on: a little before and after the speech
    assert (said.start_s, said.end_s, said.text, said.confidence) == (5.8, 6.75, "喂", 0.8)


def test_a_longer_hearing_replaces_a_shorter_one() -> None:
    transcript = Transcript(Scripted("您拨打", "您拨打的用户正忙"), start_s=0.0)
    transcript.feed(ramp(2.2))
    assert [s.text for s in transcript.update(sounds(2.2, (1.0, 4.0)))] == ["您拨打"]
    transcript.feed(ramp(2.2))
    assert [s.text for s in transcript.update(sounds(4.4, (1.0, 4.0)))] == ["您拨打的用户正忙"]


def test_what_was_understood_is_not_lost_when_more_is_not_understood() -> None:
    transcript = Transcript(Scripted("您拨打的", ""), start_s=0.0)
    transcript.feed(ramp(2.2))
    transcript.update(sounds(2.2, (1.0, 4.0)))
    transcript.feed(ramp(2.2))
    assert [s.text for s in transcript.update(sounds(4.4, (1.0, 4.0)))] == ["您拨打的"]


def test_passages_stand_in_order_of_time() -> None:
    transcript = Transcript(Scripted("喂", "你好"), start_s=0.0)
    transcript.feed(ramp(6.0))
    said = transcript.update(sounds(6.0, (1.0, 1.5), (4.0, 4.6)))
    assert [(s.text, s.start_s) for s in said] == [("喂", 0.8), ("你好", 3.8)]


def test_old_sound_is_forgotten() -> None:
    transcriber = Scripted("喂")
    transcript = Transcript(transcriber, start_s=0.0)
    for second in range(100):
        transcript.feed(ramp(1.0, second))
    transcript.update(sounds(100.0, (98.0, 98.5)))
    ((_, pcm, _),) = transcriber.asked
    assert pcm[0] == pytest.approx(9780, abs=1)
    assert len(transcript._tape) <= (KEEP_S + 1.5) * RATE
