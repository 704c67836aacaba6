"""Other speakers and rooms, made from the practice prompts: recordings that no fingerprint library knows.

Pitch and tempo are ratios: 1.1 is a tenth higher, or faster. Everything is mono int16 at 8 kHz, as in `tests.audio`.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
from scipy.signal import fftconvolve, resample_poly

from tests import audio
from tests.audio import RATE, Pcm

FRAME = 320  # 40 ms: two or three periods of a man's voice
HOP = FRAME // 2
SEARCH = 80  # how far a frame may be moved to fit its predecessor


@cache
def spoken(name: str, pitch: float = 1.0, tempo: float = 1.0) -> Pcm:
    """A prompt by another speaker: vocal tract and voice are scaled by `pitch`, the speed of speech by `tempo` only."""
    pcm = stretched(audio.prompt(name), tempo / pitch)
    return resampled(pcm, pitch)


def resampled(pcm: Pcm, faster: float) -> Pcm:
    """Played `faster`: shorter and higher, as a tape, or as a clock that is off by (faster - 1)."""
    if faster == 1.0:
        return pcm
    ratio = Fraction(1 / faster).limit_denominator(2000)
    return _pcm(resample_poly(pcm.astype(np.float64), ratio.numerator, ratio.denominator))


def stretched(pcm: Pcm, faster: float) -> Pcm:
    """Spoken `faster` at the same pitch: overlap and add of frames that fit (WSOLA, Verhelst and Roelands 1993)."""
    if abs(faster - 1.0) < 1e-9:
        return pcm
    window = np.hanning(FRAME + 1)[:FRAME]
    total = int(len(pcm) / faster)
    source = np.concatenate((np.zeros(SEARCH), pcm, np.zeros(2 * FRAME + 2 * SEARCH)))
    out = np.zeros(total + FRAME)
    follow = SEARCH  # where the last frame would go on by itself
    for at in range(0, total, HOP):
        want = int(at * faster)  # SEARCH samples before the frame's own place
        region = source[want : want + 2 * SEARCH + FRAME]
        fit = np.correlate(region, source[follow : follow + FRAME], "valid")
        best = want + int(np.argmax(fit))
        out[at : at + FRAME] += window * source[best : best + FRAME]
        follow = best + HOP
    return _pcm(out[:total])


def in_room(pcm: Pcm, seconds: float, distance: float = 0.5) -> Pcm:
    """In a room whose echo dies by 60 dB in `seconds`; `distance` is the share of echo in what the microphone gets."""
    rng = np.random.default_rng(7)
    t = np.arange(round(seconds * RATE)) / RATE
    tail = rng.normal(0, 1, len(t)) * 10 ** (-3 * t / seconds)
    tail[: round(0.008 * RATE)] = 0  # the first wall is not at the mouth
    tail /= np.sqrt((tail**2).sum())
    echo = fftconvolve(pcm.astype(np.float64), tail)
    dry = np.concatenate((pcm.astype(np.float64), np.zeros(len(echo) - len(pcm))))
    return _pcm((1 - distance) * dry + distance * echo)


def _pcm(samples: audio.Floats) -> Pcm:
    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
