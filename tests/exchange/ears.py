"""Simple ears for tests of the exchange: they know what may have been played and look for it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from probe.exchange.sounds import RATE_HZ, clip

Pcm = npt.NDArray[np.int16]
BLOCK_S = 0.01


def level_dbfs(pcm: Pcm) -> float:
    """RMS; a full-scale sine is -3 dBFS."""
    return float(20 * np.log10(max(np.sqrt(np.mean((pcm / 32768.0) ** 2)), 1e-6))) if len(pcm) else -120.0


def loudest_hz(pcm: Pcm) -> float:
    """The strongest frequency."""
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)), 8 * len(pcm)))
    return float(np.argmax(spectrum) * RATE_HZ / (8 * len(pcm)))


def on_off_s(pcm: Pcm, floor_dbfs: float = -35.0) -> list[float]:
    """How long it is loud, soft, loud … in turn, to 10 ms; without the first soft stretch and without the last one."""
    size = round(BLOCK_S * RATE_HZ)
    blocks = pcm[: len(pcm) // size * size].reshape(-1, size)
    loud = np.array([level_dbfs(block) > floor_dbfs for block in blocks])
    if not loud.any():
        return []
    loud = loud[np.argmax(loud) :]
    edges = np.flatnonzero(np.diff(loud.astype(int))) + 1
    return [round(float(n) * BLOCK_S, 2) for n in np.diff([0, *edges])]


def found_s(pcm: Pcm, sound: str, seconds: float = 2.0, likeness: float = 0.8) -> list[float]:
    """Where the first `seconds` of a sound of the exchange begin: peaks of the normalised cross-correlation."""
    wanted = clip(sound)[: round(seconds * RATE_HZ)]
    heard = pcm / 32768.0
    if len(heard) < len(wanted):
        return []
    size = len(heard) + len(wanted)
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size)), size)[
        : len(heard) - len(wanted) + 1
    ]
    energy = np.cumsum(np.concatenate([[0.0], heard**2]))
    beneath = np.sqrt(np.maximum(energy[len(wanted) :] - energy[: -len(wanted)], 1e-9) * np.sum(wanted**2))
    alike = product / beneath
    places: list[float] = []
    while alike.max() > likeness:
        at = int(np.argmax(alike))
        places.append(round(at / RATE_HZ, 2))
        alike[max(0, at - len(wanted)) : at + len(wanted)] = 0
    return sorted(places)
