"""What can be heard: tones, a tune, prompts, each encoded once for G.711 and then shared by all calls.

A sound is named by a short string ("tone/busy", "prompt/human-1-zm_yunxi", "music"). Samples are float64 of ±1.0 at
8 kHz. Levels are dBm0: a full-scale sine is +3.14 dBm0 in A-law and +3.17 in µ-law (ITU-T G.711).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from aiortp import get_codec

RATE_HZ = 8000
FRAME = 160  # samples, and bytes of G.711, in 20 ms
PCMU, PCMA = 0, 8  # RTP payload types (RFC 3551)
FULL_SCALE_DBM0 = 3.14
TONE_DBM0 = -10.0  # GB/T 3380: -10 ± 3 dBm0
BEEP_DBM0 = -12.0
FAX_DBM0 = -13.0
TUNE_DBM0 = -18.0
SPEECH_PEAK_DBFS = -16.0

OTHER_SIGN = bytes(byte ^ 0x80 for byte in range(256))

PROMPTS = Path(str(files(__package__) / "prompts"))

Samples = npt.NDArray[np.float64]


class Cadence(msgspec.Struct, frozen=True):
    """A call-progress tone: its frequency and how long it is on, off, on, off … in turn. One entry means continuous."""

    hz: float
    on_off_s: tuple[float, ...]


TONES = {  # GB/T 3380-1982, YDN 065-1997
    "ringback": Cadence(450, (1.0, 4.0)),
    "busy": Cadence(450, (0.35, 0.35)),
    "congestion": Cadence(450, (0.7, 0.7)),
    "vacant": Cadence(450, (0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.4, 0.4)),
    "dial": Cadence(450, (1.0,)),
    "howler": Cadence(950, (1.0,)),
}
NOISES = {"none": None, "line": -64.0, "room": -48.0}  # dBm0; what is heard when nothing else is
NOISE_S = 31.0  # after which the noise comes round again: longer than a robot listens

# A tune of our own, as degrees of the D major pentatonic scale. No bass note (every fourth, an octave down) is an A:
# its 440 Hz would be a call-progress tone in China.
TUNE = (0, 2, 3, 2, 4, 3, 2, 0, 1, 2, 4, 5, 4, 2, 1, 1, 2, 4, 5, 7, 5, 4, 3, 2, 1, 3, 2, 0, 1, 2, 0, 0)
SCALE_HZ = (587.33, 659.26, 739.99, 880.00, 987.77, 1174.66, 1318.51, 1479.98)
NOTE_S = 0.32
OVERTONES = (1.0, 0.45, 0.25, 0.12)


def amplitude(dbm0: float) -> float:
    """The peak of a sine of this level."""
    return float(10 ** ((dbm0 - FULL_SCALE_DBM0) / 20))


@cache
def prompts() -> tuple[str, ...]:
    """The names of all prompts, without their ending."""
    return tuple(sorted(path.stem for path in PROMPTS.glob("*.flac")))


@cache
def encoded(sound: str, noise: str, payload_type: int) -> bytes:
    """One pass of a sound over a background noise as G.711 bytes. KeyError for an unknown name."""
    samples = clip(sound)
    level = NOISES[noise]
    if level is not None:
        samples = samples + np.resize(hiss(level), len(samples))
    pcm = np.clip(np.rint(samples * 32767), -32768, 32767).astype("<i2").tobytes()
    data: bytes = get_codec(payload_type).encode(pcm)
    # aiortp 0.8 has the sign bit of A-law the wrong way round (G.711 table 1a sets it for positive samples).
    return data.translate(OTHER_SIGN) if payload_type == PCMA else data


def warm(names: Iterable[str]) -> None:
    """Encode these sounds now, so that no call waits for it and no clock runs late."""
    for name in {*names, "silence"}:
        for noise in NOISES:
            for payload_type in (PCMA, PCMU):
                encoded(name, noise, payload_type)


@lru_cache(maxsize=8)  # a sound is encoded over several noises in a row
def clip(sound: str) -> Samples:
    """One pass of a sound without noise. KeyError for a name that does not exist."""
    kind, _, name = sound.partition("/")
    if kind == "tone":
        return cycle(TONES[name])
    if kind == "prompt":
        return spoken(name)
    return {"music": tune, "beep": beep, "fax": fax, "silence": nothing}[kind]()


def sine(hz: float, seconds: float, dbm0: float) -> Samples:
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return np.asarray(amplitude(dbm0) * np.sin(2 * np.pi * hz * t))


def cycle(cadence: Cadence) -> Samples:
    """One cycle of a call-progress tone; all of ours hold whole periods, so that cycles join without a click."""
    wave = sine(cadence.hz, sum(cadence.on_off_s), TONE_DBM0)
    edges = np.round(np.cumsum(cadence.on_off_s) * RATE_HZ)
    off = np.searchsorted(edges, np.arange(len(wave)), side="right") % 2 == 1
    wave[off] = 0.0
    return wave


def spoken(name: str) -> Samples:
    import soundfile  # only an exchange that speaks needs it

    path = PROMPTS / f"{name}.flac"
    if not path.is_file():
        raise KeyError(name)
    wave: Samples = soundfile.read(path, dtype="float64")[0]
    return np.asarray(wave * (10 ** (SPEECH_PEAK_DBFS / 20) / np.abs(wave).max()))


def tune() -> Samples:
    """Music on hold and 彩铃: plucked notes with overtones over a bass an octave below."""
    total = np.zeros(round((len(TUNE) * NOTE_S + 1.0) * RATE_HZ))
    for place, degree in enumerate(TUNE):
        start = round(place * NOTE_S * RATE_HZ)
        notes = [(SCALE_HZ[degree], 1.0)] + ([(SCALE_HZ[degree] / 2, 0.7)] if place % 4 == 0 else [])
        for hz, loudness in notes:
            t = np.arange(len(total) - start) / RATE_HZ
            for number, share in enumerate(OVERTONES, start=1):
                total[start:] += loudness * share * np.exp(-t * (2.0 + number)) * np.sin(2 * np.pi * hz * number * t)
    whole = round(len(TUNE) * NOTE_S * RATE_HZ)
    total[: len(total) - whole] += total[whole:]  # what still sounds at the end runs into the beginning
    wave = total[:whole]
    return np.asarray(wave * (amplitude(TUNE_DBM0) / np.sqrt(2) / np.sqrt(np.mean(wave**2))))


def beep() -> Samples:
    return sine(1000, 0.4, BEEP_DBM0)


def fax() -> Samples:
    """CED, the answering fax machine's tone: 2100 Hz for 2.6 to 4 s (ITU-T T.30)."""
    return sine(2100, 3.0, FAX_DBM0)


def nothing() -> Samples:
    return np.zeros(round(NOISE_S * RATE_HZ))


@cache
def hiss(dbm0: float) -> Samples:
    """Noise that leans to the low end as a room does; the same in every call, so that calls can be repeated exactly."""
    white = np.random.default_rng(450).normal(size=round(NOISE_S * RATE_HZ))
    spectrum = np.fft.rfft(white) / np.sqrt(np.maximum(np.arange(len(white) // 2 + 1), 50 * NOISE_S))
    wave = np.fft.irfft(spectrum, len(white))
    return np.asarray(wave * (amplitude(dbm0) / np.sqrt(2) / np.sqrt(np.mean(wave**2))))
