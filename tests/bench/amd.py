"""Asterisk's answering machine detection (AMD) as a baseline: its rules, re-implemented from their description.

Source: docs.asterisk.org, "AMD()", and amd.conf.sample. Only what is described there; no line of its source was used.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec
import numpy as np

from tests.audio import PACKET, RATE, Pcm

FRAME_MS = PACKET * 1000 // RATE


class Amd(StrEnum):
    """What AMDSTATUS may be."""

    HUMAN = "HUMAN"
    MACHINE = "MACHINE"
    NOTSURE = "NOTSURE"
    HANGUP = "HANGUP"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """amd.conf's own values. Milliseconds, words, and a mean amplitude of 0 to 32767."""

    initial_silence: int = 2500
    greeting: int = 1500
    after_greeting_silence: int = 800
    total_analysis_time: int = 5000
    min_word_length: int = 100
    between_words_silence: int = 50
    maximum_number_of_words: int = 3  # the third makes a machine
    silence_threshold: int = 256
    maximum_word_length: int = 5000


DEFAULT = Settings()


def detect(pcm: Pcm, settings: Settings = DEFAULT) -> Amd:
    """What AMD says of a call that is answered with the first sample."""
    frames = pcm[: len(pcm) // PACKET * PACKET].reshape(-1, PACKET).astype(np.float64)
    voiced = np.abs(frames).mean(axis=1) >= settings.silence_threshold
    silence = word = voice = words = 0
    greeted = counted = False  # something was said; the word under way is counted
    for index, speaks in enumerate(voiced, 1):
        if speaks:
            word, voice = word + FRAME_MS, voice + FRAME_MS
            if word >= settings.min_word_length:
                greeted, silence = True, 0
                words, counted = words + (not counted), True
        else:
            silence += FRAME_MS
            if silence >= settings.between_words_silence:
                word, counted = 0, False
        if not greeted and silence >= settings.initial_silence:
            return Amd.MACHINE
        if greeted and silence >= settings.after_greeting_silence:
            return Amd.HUMAN
        if (
            words >= settings.maximum_number_of_words
            or (greeted and voice >= settings.greeting)
            or word >= settings.maximum_word_length
        ):
            return Amd.MACHINE
        if index * FRAME_MS >= settings.total_analysis_time:
            return Amd.NOTSURE
    return Amd.HANGUP
