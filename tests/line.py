"""What a telephone line does to sound, from the far end's handset to our socket. Mono int16 at 8 kHz.

`through` is the whole line as a recipe names it; each part stands alone as well.
"""

from __future__ import annotations

import subprocess
import tempfile
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import soundfile
from scipy.signal import butter, sosfilt

from tests import audio
from tests.audio import PACKET, RATE, Pcm
from tests.voices import resampled

AMR_BITS_PER_S = (4750, 5150, 5900, 6700, 7400, 7950, 10200, 12200)  # 3GPP TS 26.071; sox counts them from 0


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """In the order in which it happens. Levels in dB or dBm0, `loss` as a share of packets, times in seconds."""

    level_db: float = 0.0
    clip_db: float | None = None  # so far above full scale, and cut there
    band: tuple[float, float] | None = None  # Hz
    echo: tuple[float, float] | None = None  # of the network: after so many seconds, so many dB down
    noise: str = "white"
    noise_dbm0: float | None = None
    snr_db: float | None = None
    codec: str = "alaw"  # alaw, ulaw, amr
    drift: float = 0.0  # our clock against theirs: 0.002 is 0.2 % faster
    loss: float = 0.0
    conceal: bool = False  # the last packet again, softer, where one is lost
    gap_s: float = 0.0  # once in five seconds a burst of packets comes too late
    seed: int = 0

    def __post_init__(self) -> None:
        if self.codec not in CODECS:
            raise ValueError(f"there is no codec {self.codec}; there are {', '.join(CODECS)}")
        if self.noise not in audio.COLOURS:
            raise ValueError(f"there is no noise {self.noise}; there are {', '.join(audio.COLOURS)}")


def through(pcm: Pcm, line: Line) -> Pcm:
    """What arrives at the other end of the line; as long as what went in, but for the drift."""
    total = len(pcm)
    if line.level_db:
        pcm = audio.gain(pcm, line.level_db)
    if line.clip_db is not None:
        pcm = clipped(pcm, line.clip_db)
    if line.band is not None:
        pcm = band(pcm, *line.band)
    if line.echo is not None:
        pcm = audio.mix(pcm, audio.gain(audio.join(audio.silence(line.echo[0]), pcm), line.echo[1]))[:total]
    if line.noise_dbm0 is not None:
        pcm = audio.mix(pcm, audio.noise(total / RATE, line.noise_dbm0, line.seed, line.noise))
    if line.snr_db is not None:
        pcm = audio.with_noise(pcm, line.snr_db, line.seed, line.noise)
    pcm = CODECS[line.codec](pcm)
    if line.drift:
        pcm = resampled(pcm, 1 + line.drift)
    if line.loss:
        pcm = concealed(pcm, line.loss, line.seed) if line.conceal else audio.lose(pcm, line.loss, line.seed)
    return gaps(pcm, line.gap_s, line.seed) if line.gap_s else pcm


def amr(pcm: Pcm, bits_per_s: int = 7400) -> Pcm:
    """Through AMR narrow-band and back (sox, which is linked to opencore-amr)."""
    mode = AMR_BITS_PER_S.index(bits_per_s)
    with tempfile.TemporaryDirectory() as folder:
        wav, coded, back = (Path(folder) / name for name in ("in.wav", "coded.amr-nb", "out.wav"))
        soundfile.write(wav, pcm, RATE, subtype="PCM_16")
        subprocess.run(["sox", "-D", wav, "-C", str(mode), coded], check=True)
        subprocess.run(["sox", "-D", coded, back], check=True)
        out: Pcm = soundfile.read(back, dtype="int16")[0]
    return np.concatenate((out, np.zeros(len(pcm), np.int16)))[: len(pcm)]


def clipped(pcm: Pcm, db: float) -> Pcm:
    """A voice that is `db` too loud for the microphone: flat at the top, with its peaks where they were."""
    peak = float(np.abs(pcm.astype(np.float64)).max(initial=1.0))
    peak_db = 20 * float(np.log10(peak / 32767))
    return audio.gain(audio.gain(pcm, db - peak_db), peak_db)


@cache
def _band(low_hz: float, high_hz: float) -> audio.Floats:
    sos: audio.Floats = butter(4, (low_hz, min(high_hz, RATE / 2 - 100)), "bandpass", fs=RATE, output="sos")
    return sos


def band(pcm: Pcm, low_hz: float, high_hz: float) -> Pcm:
    """Only what lies between two frequencies."""
    filtered = sosfilt(_band(low_hz, high_hz), pcm.astype(np.float64))
    return np.clip(np.rint(filtered), -32768, 32767).astype(np.int16)


def concealed(pcm: Pcm, loss: float, seed: int = 0) -> Pcm:
    """Packets are lost; each is replaced by the last one at half its level (the idea of G.711 appendix I)."""
    out = pcm.copy()
    rng = np.random.default_rng(seed)
    for start in range(0, len(out), PACKET):
        if rng.random() < loss and start:
            before = out[start - PACKET : start]
            out[start : start + PACKET] = before[: len(out) - start] // 2
    return out


def gaps(pcm: Pcm, seconds: float, seed: int = 0) -> Pcm:
    """Silence for `seconds`, once in five: a jitter buffer that ran dry."""
    out = pcm.copy()
    rng = np.random.default_rng(seed)
    for start in range(0, len(out), 5 * RATE):
        at = start + int(rng.integers(5 * RATE))
        out[at : at + round(seconds * RATE)] = 0
    return out


CODECS = {"alaw": audio.alaw, "ulaw": audio.ulaw, "amr": amr}
