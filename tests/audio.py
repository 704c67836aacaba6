"""Sounds for tests, made from recipes: tones, noise, prompts, and what a telephone line does to them.

Everything is mono int16 at 8 kHz. Levels are dBm0: a full-scale sine is +3.14 dBm0 (ITU-T G.711).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
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
Floats = npt.NDArray[np.float64]


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


def noise(seconds: float, dbm0: float, seed: int = 0, colour: str = "white") -> Pcm:
    """Noise of one of `COLOURS` at this level."""
    samples = COLOURS[colour](round(seconds * RATE), np.random.default_rng(seed))
    rms = max(1e-9, float(np.sqrt((samples**2).mean()))) if len(samples) else 1.0
    return _pcm(samples / rms * _amplitude(dbm0) / np.sqrt(2))


def _white(total: int, rng: np.random.Generator) -> Floats:
    return rng.normal(0.0, 1.0, total)


def _pink(total: int, rng: np.random.Generator) -> Floats:
    """Power falls by 3 dB an octave: a room, traffic."""
    spectrum = np.fft.rfft(rng.normal(0.0, 1.0, total))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    return np.fft.irfft(spectrum, total) if total else np.zeros(0)


def _hum(total: int, rng: np.random.Generator) -> Floats:
    """Mains at 50 Hz with its harmonics, as a bad earth or an office's lamps make it, over a little pink noise."""
    t = np.arange(total) / RATE
    waves = [np.sin(2 * np.pi * 50 * n * t + rng.uniform(0, 6.3)) / n for n in (1, 2, 3, 4, 6, 8, 10, 12)]
    pink = _pink(total, rng)
    return sum(waves, np.zeros(total)) + 0.3 * pink / (pink.std() or 1.0)


def _babble(total: int, rng: np.random.Generator) -> Floats:
    """Six people talk at once."""
    everything = [name for name, _, _ in prompts()]
    mixed = np.zeros(total)
    for _ in range(6):
        words = np.concatenate([prompt(str(n)) for n in rng.choice(everything, 4 + total // (2 * RATE))])
        mixed += np.roll(words, int(rng.integers(len(words))))[:total]
    return mixed


def _office(total: int, rng: np.random.Generator) -> Floats:
    """Pink noise, people far away, and a key or a cup now and then."""
    pink, people = _pink(total, rng), _babble(total, rng)
    mixed = pink / (pink.std() or 1.0) + 0.6 * people / (people.std() or 1.0)
    for at in rng.integers(0, max(1, total - 400), total // (2 * RATE)):
        mixed[at : at + 400] += (
            4 * rng.normal(0, 1, len(mixed[at : at + 400])) * np.exp(-np.arange(400)[: total - at] / 60)
        )
    return mixed


COLOURS: dict[str, Callable[[int, np.random.Generator], Floats]] = {
    "white": _white,
    "pink": _pink,
    "hum": _hum,
    "babble": _babble,
    "office": _office,
}


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


def level_dbm0(pcm: Pcm) -> float:
    """The level of the active parts (those within 20 dB of the loudest 20 ms); -100 for silence."""
    blocks = pcm[: len(pcm) // PACKET * PACKET].reshape(-1, PACKET).astype(np.float64)
    power = (blocks**2).mean(axis=1)
    if not power.any():
        return -100.0
    return float(10 * np.log10(power[power > power.max() / 100].mean() * 2 / _amplitude(0.0) ** 2))


def with_noise(pcm: Pcm, snr_db: float, seed: int = 0, colour: str = "white") -> Pcm:
    """Noise `snr_db` below the level of the active parts of `pcm`."""
    return mix(pcm, noise(len(pcm) / RATE, level_dbm0(pcm) - snr_db, seed, colour))


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
