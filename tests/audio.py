"""Sounds for tests, made from recipes: tones, noise, prompts, and what a telephone line does to them.

Everything is mono int16 at 8 kHz. Levels are dBm0: a full-scale sine is +3.14 dBm0 (ITU-T G.711).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from probe.hear import Ear
from probe.model import Sounds

RATE = 8000
PACKET = 160  # samples in 20 ms
FULL_SCALE_DBM0 = 3.14
PROMPTS = Path(__file__).parent.parent / "probe" / "exchange" / "prompts"

Pcm = npt.NDArray[np.int16]


def _amplitude(dbm0: float) -> float:
    return 32767.0 * float(10 ** ((dbm0 - FULL_SCALE_DBM0) / 20))


def _pcm(samples: npt.NDArray[np.float64]) -> Pcm:
    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16)


def silence(seconds: float) -> Pcm:
    """Digital silence."""
    return np.zeros(round(seconds * RATE), np.int16)


def tone(hz: float | Sequence[float], seconds: float, dbm0: float = -10.0, phase: float = 0.0) -> Pcm:
    """One sine, or the sum of several, with `dbm0` as the level of the whole."""
    parts = [hz] if isinstance(hz, int | float) else list(hz)
    t = np.arange(round(seconds * RATE)) / RATE
    each = _amplitude(dbm0) / np.sqrt(len(parts))
    return _pcm(sum((each * np.sin(2 * np.pi * f * t + phase) for f in parts), np.zeros(len(t))))


def cadence(
    hz: float | Sequence[float], pattern: Sequence[float], seconds: float, dbm0: float = -10.0, start_s: float = 0.0
) -> Pcm:
    """A tone that is on and off in turn as `pattern` says, for `seconds`, joined `start_s` into the pattern."""
    total = round(seconds * RATE)
    whole = tone(hz, seconds, dbm0)
    edges = np.cumsum(np.asarray(pattern))
    at = (np.arange(total) / RATE + start_s) % edges[-1]
    on = np.searchsorted(edges, at, side="right") % 2 == 0
    return np.where(on, whole, 0).astype(np.int16)


def noise(seconds: float, dbm0: float, seed: int = 0) -> Pcm:
    """White noise."""
    rms = _amplitude(dbm0) / np.sqrt(2)
    return _pcm(np.random.default_rng(seed).normal(0.0, rms, round(seconds * RATE)))


def join(*parts: Pcm) -> Pcm:
    """One after the other."""
    return np.concatenate(parts) if parts else silence(0)


def mix(*parts: Pcm) -> Pcm:
    """All at once; as long as the longest."""
    total = np.zeros(max(len(p) for p in parts))
    for part in parts:
        total[: len(part)] += part
    return _pcm(total)


def gain(pcm: Pcm, db: float) -> Pcm:
    """Louder or softer."""
    return _pcm(pcm * 10 ** (db / 20))


def with_noise(pcm: Pcm, snr_db: float, seed: int = 0) -> Pcm:
    """White noise `snr_db` below the level of the active parts of `pcm` (those within 20 dB of its loudest 20 ms)."""
    blocks = pcm[: len(pcm) // PACKET * PACKET].reshape(-1, PACKET).astype(np.float64)
    power = (blocks**2).mean(axis=1)
    active = power[power > power.max() / 100].mean()
    rms = np.sqrt(active) * 10 ** (-snr_db / 20)
    return _pcm(pcm + np.random.default_rng(seed).normal(0.0, rms, len(pcm)))


@cache
def _codec(subtype: str) -> Pcm:
    every = np.arange(-32768, 32768).astype(np.int16)
    file = io.BytesIO()
    soundfile.write(file, every, RATE, format="WAV", subtype=subtype)
    file.seek(0)
    table: Pcm = soundfile.read(file, dtype="int16")[0]
    return table


def alaw(pcm: Pcm) -> Pcm:
    """Through G.711 A-law and back."""
    return _codec("ALAW")[pcm.astype(np.int32) + 32768]


def ulaw(pcm: Pcm) -> Pcm:
    """Through G.711 mu-law and back."""
    return _codec("ULAW")[pcm.astype(np.int32) + 32768]


def lose(pcm: Pcm, share: float, seed: int = 0) -> Pcm:
    """Drop this share of the 20 ms packets; what is missing is silent."""
    out = pcm.copy()
    rng = np.random.default_rng(seed)
    for start in range(0, len(out), PACKET):
        if rng.random() < share:
            out[start : start + PACKET] = 0
    return out


@cache
def prompt(name: str) -> Pcm:
    """A spoken prompt of the practice exchange, by its file name without the ending."""
    pcm: Pcm = soundfile.read(PROMPTS / f"{name}.flac", dtype="int16")[0]
    return pcm


@cache
def prompts() -> tuple[tuple[str, str, str], ...]:
    """Every prompt of the practice exchange: name, class, text."""
    rows = (PROMPTS / "manifest.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return tuple((Path(f).stem, c, t) for f, c, t, _ in (row.split("\t") for row in rows))


@cache
def music(seconds: float, seed: int = 0) -> Pcm:
    """Something like hold music: chords of plucked notes with overtones, changing twice a second."""
    rng = np.random.default_rng(seed)
    total = np.zeros(round(seconds * RATE))
    scale = 220.0 * 2 ** (np.array([0, 3, 5, 7, 10, 12, 15, 17, 19, 22]) / 12)
    for start in range(0, len(total), RATE // 2):
        t = np.arange(len(total) - start) / RATE
        for hz in rng.choice(scale, 3, replace=False):
            for overtone in range(1, 5):
                total[start:] += np.exp(-t * 2.5) / overtone * np.sin(2 * np.pi * hz * overtone * t)
    return _pcm(total / np.abs(total).max() * _amplitude(-12.0))


def listen(pcm: Pcm, country: str = "CN", start_s: float = 0.0, chunk: int = 800) -> Sounds:
    """What the ear makes of it, in chunks of this many samples."""
    ear = Ear(country, start_s)
    for start in range(0, len(pcm), chunk):
        ear.feed(pcm[start : start + chunk])
    return ear.sounds()
