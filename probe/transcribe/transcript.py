"""The transcript of one call as it grows: keeps the sound that may be asked about, asks, and collects the answers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from probe.hear import RATE_HZ
from probe.model import Said, Sounds
from probe.transcribe import Transcriber, Words
from probe.transcribe.asking import MOST_S, PASSAGE_GAP_S, Asking

KEEP_S = MOST_S + PASSAGE_GAP_S + 3.0  # of sound: the longest passage, the pause that ends it, and being late


class Transcript:
    """What is said in a call. Not thread-safe."""

    def __init__(self, transcriber: Transcriber, start_s: float) -> None:
        """`start_s`: the first sample on the trace's clock."""
        self._transcriber = transcriber
        self._asking = Asking()
        self._tape = np.zeros(0, np.int16)
        self._tape_s = start_s  # where the tape begins
        self._starts: dict[int, float] = {}  # of the passages asked about
        self._said: dict[int, Said] = {}

    def feed(self, pcm: npt.NDArray[np.int16]) -> None:
        """Keep the next samples (int16, mono, 8 kHz)."""
        self._tape = np.concatenate((self._tape, pcm))
        extra = len(self._tape) - round(KEEP_S * RATE_HZ)
        if extra > RATE_HZ:  # seldom, in bulk
            self._tape, self._tape_s = self._tape[extra:], self._tape_s + extra / RATE_HZ

    def answered(self, at_s: float) -> None:
        """The call was answered: what follows is said by somebody else."""
        self._asking.answered(at_s)

    def update(self, sounds: Sounds, *, over: bool = False) -> tuple[Said, ...]:
        """Ask what is to be asked about these sounds; what has been understood by now, in order of time."""
        for question in self._asking.due(sounds, over=over):
            self._starts.setdefault(question.passage, question.start_s)
            pcm = self._cut(question.start_s, question.end_s)
            if len(pcm):
                self._transcriber.ask(question.passage, pcm, question.end_s)
        transcriber = self._transcriber
        for passage, end_s, words in transcriber.rest() if over else transcriber.ready(sounds.until_s):
            self._note(passage, end_s, words)
        return tuple(self._said[passage] for passage in sorted(self._said))

    def _note(self, passage: int, end_s: float, words: Words) -> None:
        before = self._said.get(passage)
        if words.text and (before is None or end_s >= before.end_s):
            self._said[passage] = Said(
                start_s=round(self._starts[passage], 3),
                end_s=round(end_s, 3),
                text=words.text,
                confidence=round(words.confidence, 3),
            )

    def _cut(self, start_s: float, end_s: float) -> npt.NDArray[np.int16]:
        first = max(0, round((start_s - self._tape_s) * RATE_HZ))
        return self._tape[first : max(first, round((end_s - self._tape_s) * RATE_HZ))]
