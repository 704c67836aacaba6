"""A transcriber for stored calls, as late with its answers as the real one is during a call.

So a call that is judged again is decided no earlier than it could have been on the telephone, and, unlike there, at the
same moment every time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from probe.transcribe import Words

DELAY_S = 0.4  # from question to answer: above the median on two busy cores, for one line or eight (docs/words.md)


class Hearer(Protocol):
    """Anything that recognises at once, such as an `Engine`."""

    def hear(self, pcm: npt.NDArray[np.int16]) -> Words:
        """The words in int16 mono 8 kHz."""


class Delayed:
    """Answers each question at the first `ready` that is `delay_s` later than the first one after the question.

    `hearer` is fetched with the first question: a call in which nobody speaks loads no model.
    """

    def __init__(self, hearer: Callable[[], Hearer], delay_s: float = DELAY_S) -> None:
        self._hearer = hearer
        self._delay_s = delay_s
        self._asked: list[tuple[int, npt.NDArray[np.int16], float]] = []  # since the last `ready`
        self._waiting: list[tuple[float, tuple[int, float, Words]]] = []  # due when, and what

    def ask(self, passage: int, pcm: npt.NDArray[np.int16], end_s: float) -> None:
        """A question; when it was asked is known by the next `ready`."""
        self._asked.append((passage, pcm, end_s))

    def ready(self, at_s: float) -> list[tuple[int, float, Words]]:
        """The answers that are due at this moment of the call, oldest first."""
        self._recognise(at_s + self._delay_s)
        due = [answer for due_s, answer in self._waiting if due_s <= at_s]
        self._waiting = [(due_s, answer) for due_s, answer in self._waiting if due_s > at_s]
        return due

    def rest(self) -> list[tuple[int, float, Words]]:
        """All answers that have not been handed out."""
        self._recognise(0.0)
        rest, self._waiting = [answer for _, answer in self._waiting], []
        return rest

    def _recognise(self, due_s: float) -> None:
        for passage, pcm, end_s in self._asked:
            self._waiting.append((due_s, (passage, end_s, self._hearer().hear(pcm))))
        self._asked.clear()
