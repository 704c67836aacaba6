"""Transcribe: speech → words, by a Mandarin recogniser that is loaded once per host (extras `asr` and `asr-model`).

Everything works without it; then announcements that are in no library, and what people say, stay unknown words.
"""

from __future__ import annotations

from typing import Protocol

import msgspec
import numpy as np
import numpy.typing as npt


class Words(msgspec.Struct, frozen=True):
    """What was recognised in a piece of audio; `text` is empty when nothing was, or nothing that can be trusted."""

    text: str
    confidence: float  # exp of the mean log-probability of a token, 0..1


class Transcriber(Protocol):
    """Recognises passages while the call goes on; one for each call.

    `passage` is the caller's number for a passage of speech: the same passage is asked again when more of it was heard.
    Answers are (passage, end_s of the question, words).
    """

    def ask(self, passage: int, pcm: npt.NDArray[np.int16], end_s: float) -> None:
        """Begin to recognise this audio (int16, mono, 8 kHz), which ends now: `end_s` on the trace's clock.
        Returns at once."""

    def ready(self, at_s: float) -> list[tuple[int, float, Words]]:
        """What has been recognised by now, oldest first; each answer is handed out once."""

    def rest(self) -> list[tuple[int, float, Words]]:
        """At the end of the call: what is still to come. Waits for it, but not for long."""
