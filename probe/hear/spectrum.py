"""Samples to spectra: one short-time Fourier transform that every other part of the ear reads.

Blocks of 64 ms (a Hann window, main lobe ± 31 Hz) every 16 ms: long enough to tell 450 Hz from 425 Hz, short enough to
follow 100 ms of tone. Levels are dB below a full-scale sine, so dBm0 = dBFS + 3.14 (ITU-T G.711). What lies below
190 Hz (direct current, mains hum) counts neither for the level nor for the peaks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RATE_HZ = 8000
HOP = 128  # samples from one frame to the next
FRAME_S = HOP / RATE_HZ
WINDOW = 512
FRAMES = 6  # frames computed at a time, always as many: the result does not depend on how the samples arrive
BLOCK = FRAMES * HOP  # 96 ms
BIN_HZ = RATE_HZ / WINDOW
LOW, HIGH = 12, 250  # the bins that count: 188 to 3900 Hz
LOBE = 5  # bins on either side of a peak that belong to it: its lobe, and a pair as close as 440 + 480 Hz
FLOOR_DBFS = -100.0

Floats = npt.NDArray[np.float32]

_HANN = np.hanning(WINDOW + 1)[:WINDOW].astype(np.float32)
_SINE_POWER = float(WINDOW * (_HANN.astype(np.float64) ** 2).sum() / 4)  # one-sided power of a full-scale sine
_BINS = np.arange(HIGH - LOW)
_CENTRES = ((_BINS + LOW) * BIN_HZ).astype(np.float32)
_TAKE = np.arange(FRAMES)[:, None] * HOP + np.arange(WINDOW)


@dataclass(frozen=True, slots=True)
class Frames:
    """`FRAMES` frames and the two strongest peaks of each: centre, and share of the frame's power."""

    first: int  # number of the first frame; frame i is centred on sample i * HOP
    power: Floats  # (FRAMES, HIGH - LOW); a full-scale sine is 1.0, spread over its lobe
    level_dbfs: list[float]
    hz: list[float]
    share: list[float]  # 0..1
    second_hz: list[float]
    second_share: list[float]


class Spectrum:
    """Cuts a stream of samples, `BLOCK` at a time, into frames."""

    def __init__(self) -> None:
        self._tail = np.zeros(WINDOW - HOP, np.float32)
        self._first = -1  # centred before the first sample: the window is longer than the hop

    def feed(self, samples: Floats) -> Frames:
        """The frames that `BLOCK` more samples (full scale is 1.0) complete."""
        joined = np.concatenate((self._tail, samples))
        self._tail = joined[BLOCK:]
        bins = np.fft.rfft(joined[_TAKE] * _HANN)[:, LOW:HIGH]
        power = ((bins.real**2 + bins.imag**2) / _SINE_POWER).astype(np.float32)
        first, self._first = self._first, self._first + FRAMES

        total = power.sum(axis=1) + 1e-12
        top = power.argmax(axis=1)
        hz, share, lobe = _peak(power, top, total)
        rest = np.where(lobe, 0, power)
        second_hz, second_share, _ = _peak(rest, rest.argmax(axis=1), total)
        return Frames(
            first=first,
            power=power,
            level_dbfs=np.maximum(10 * np.log10(total), FLOOR_DBFS).tolist(),
            hz=hz.tolist(),
            share=share.tolist(),
            second_hz=second_hz.tolist(),
            second_share=second_share.tolist(),
        )


def _peak(power: Floats, top: npt.NDArray[np.intp], total: Floats) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Centre of gravity, share of the power, and the bins of the peak at `top` of each frame."""
    lobe = np.abs(_BINS - top[:, None]) <= LOBE
    mine = np.where(lobe, power, 0)
    energy = mine.sum(axis=1)
    return (mine @ _CENTRES) / (energy + 1e-12), energy / total, lobe
