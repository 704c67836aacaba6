"""From telephone sound to what the recogniser was trained on: 16 kHz, no direct current, an even level, a quiet end."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from probe.hear import RATE_HZ

MODEL_RATE_HZ = 2 * RATE_HZ
QUIET_END_S = 3.0  # Whisper ends at a pause; with less it sometimes says all of it twice (docs/words.md)
LEVEL = 0.1  # RMS of the louder parts, of full scale (-20 dBFS)
LOUDEST_GAIN = 100.0  # 40 dB: what is fainter than that is no speech
_FRAME = MODEL_RATE_HZ // 10

_HALF = 32  # taps on either side
_OFFSETS = np.arange(-_HALF, _HALF) + 0.5
_BETWEEN = np.sinc(_OFFSETS) * np.kaiser(2 * _HALF, 8.0)  # the sample half-way between two: a half-band filter, 80 dB
_BETWEEN /= _BETWEEN.sum()


def prepare(pcm: npt.NDArray[np.int16]) -> npt.NDArray[np.float32]:
    """int16 mono 8 kHz → float32 mono 16 kHz in -1..1 with `QUIET_END_S` of silence behind it. Not for empty input."""
    sound = pcm.astype(np.float64) / 32768.0
    sound = doubled(sound - sound.mean())
    sound *= _gain(sound)
    return np.concatenate((sound, np.zeros(int(QUIET_END_S * MODEL_RATE_HZ)))).astype(np.float32)


def doubled(sound: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The same sound at twice the rate: every sample, and between two of them what a sinc interpolation says."""
    result = np.empty(2 * len(sound))
    result[0::2] = sound
    result[1::2] = np.convolve(sound, _BETWEEN)[_HALF : _HALF + len(sound)]
    return result


def _gain(sound: npt.NDArray[np.float64]) -> float:
    """What brings the louder fifth of the frames to `LEVEL`, without clipping."""
    frames = sound[: max(1, len(sound) // _FRAME) * _FRAME]
    frames = frames.reshape(-1, min(_FRAME, len(frames)))
    level = float(np.percentile(np.sqrt(np.mean(np.square(frames), axis=1)), 80))
    peak = float(np.abs(sound).max())
    return min(LOUDEST_GAIN, LEVEL / max(level, 1e-9), 1.0 / max(peak, 1e-9))
