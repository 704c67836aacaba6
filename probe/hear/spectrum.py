"""Samples to spectra: one short-time Fourier transform that every other part of the ear reads.

Blocks of 64 ms (a Hann window, main lobe ± 31 Hz) every 16 ms: long enough to tell 450 Hz from 425 Hz, short enough to
follow 100 ms of tone. Levels are dB below a full-scale sine, so dBm0 = dBFS + 3.14 (ITU-T G.711). What lies below
190 Hz (direct current, mains hum) counts neither for the level nor for the peaks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

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

_HANN = np.hanning(WINDOW + 1)[:WINDOW]
_SINE_POWER = float(WINDOW * (_HANN**2).sum() / 4)  # one-sided power of a full-scale sine
_SCALED = (_HANN / math.sqrt(_SINE_POWER)).astype(np.float32)
_CENTRES = (np.arange(LOW, HIGH) * BIN_HZ).astype(np.float32)
_ASIDE = (np.arange(-LOBE, LOBE + 1) * BIN_HZ).astype(np.float32)
_WIDTH = HIGH - LOW + 2 * LOBE
_LOBES = np.arange(FRAMES)[:, None] * _WIDTH + np.arange(2 * LOBE + 1)  # of peaks in the first bin of each frame


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
        self._samples = np.zeros(WINDOW - HOP + BLOCK, np.float32)
        self._windows = sliding_window_view(self._samples, WINDOW)[::HOP]
        self._rest = np.zeros((FRAMES, _WIDTH), np.float32)  # power without the peaks found, a lobe of zeros around it
        self._first = -1  # centred before the first sample: the window is longer than the hop

    def feed(self, samples: Floats) -> Frames:
        """The frames that `BLOCK` more samples (full scale is 1.0) complete."""
        self._samples[:-BLOCK] = self._samples[BLOCK:]
        self._samples[-BLOCK:] = samples
        bins = np.fft.rfft(self._windows * _SCALED)[:, LOW:HIGH]
        power = (bins.real**2 + bins.imag**2).astype(np.float32, copy=False)
        first, self._first = self._first, self._first + FRAMES

        self._rest[:, LOBE:-LOBE] = power
        total = np.add.reduce(power, axis=1) + np.float32(1e-12)
        hz, share = self._take_peak(total)
        second_hz, second_share = self._take_peak(total)
        return Frames(
            first=first,
            power=power,
            level_dbfs=[max(10 * math.log10(one), FLOOR_DBFS) for one in total.tolist()],
            hz=hz.tolist(),
            share=share.tolist(),
            second_hz=second_hz.tolist(),
            second_share=second_share.tolist(),
        )

    def _take_peak(self, total: Floats) -> tuple[Floats, Floats]:
        """Centre of gravity, and share of the power, of the highest peak of each frame, which is taken away."""
        top = self._rest[:, LOBE:-LOBE].argmax(axis=1)
        lobe = _LOBES + top[:, None]
        flat = self._rest.reshape(-1)
        power = flat[lobe]
        flat[lobe] = 0
        energy = np.add.reduce(power, axis=1)
        return (power @ _ASIDE + energy * _CENTRES[top]) / (energy + np.float32(1e-12)), energy / total
