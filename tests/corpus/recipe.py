"""A recording from its recipe, so that no WAV need be kept: `recipe.yaml` of a case folder.

sounds:                                          one after the other
- {silence: 0.5}
- {tone: 450, cadence: [0.35, 0.35], seconds: 6, dbm0: -15}      or tone: [480, 620]; without cadence: continuous
- {prompt: human-1-zm_yunxi, db: -10}            a prompt of the practice exchange, this much louder
- {music: 8}
line: {codec: alaw, snr_db: 20, noise_dbm0: -55, loss: 0.03}     what the line does to it; A-law at least
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
import soundfile

from probe.model import Trace
from tests import audio

CASES = Path(__file__).parent
CODECS = {"alaw": audio.alaw, "ulaw": audio.ulaw}


def folders() -> list[Path]:
    """Every case, by name."""
    return sorted(path.parent for path in CASES.glob("*/trace.json"))


def make(folder: Path, into: Path) -> Path:
    """The case as a folder that holds its recording."""
    case = into / folder.name
    shutil.copytree(folder, case)
    recipe = folder / "recipe.yaml"
    if recipe.exists():
        soundfile.write(case / "call.wav", render(recipe, folder / "trace.json"), audio.RATE, subtype="PCM_16")
    return case


def render(recipe: Path, trace: Path) -> audio.Pcm:
    """What is heard, from the start of the media to the end of the call."""
    plan: dict[str, Any] = msgspec.yaml.decode(recipe.read_bytes())
    call = msgspec.json.decode(trace.read_bytes(), type=Trace)
    pcm = audio.join(*(_sound(**step) for step in plan["sounds"]))
    if call.ended_at_s is not None and call.media_started_at_s is not None:
        pcm = pcm[: round((call.ended_at_s - call.media_started_at_s) * audio.RATE)]
    return _line(pcm, **plan.get("line", {}))


def _sound(
    *,
    silence: float | None = None,
    tone: float | list[float] | None = None,
    prompt: str | None = None,
    music: float | None = None,
    cadence: list[float] | None = None,
    seconds: float = 1.0,
    dbm0: float = -15.0,
    db: float = 0.0,
) -> audio.Pcm:
    if silence is not None:
        return audio.silence(silence)
    if prompt is not None:
        return audio.gain(audio.prompt(prompt), db)
    if music is not None:
        return audio.music(music)
    assert tone is not None, "a step is silence, tone, prompt or music"
    return audio.cadence(tone, cadence, seconds, dbm0) if cadence else audio.tone(tone, seconds, dbm0)


def _line(
    pcm: audio.Pcm,
    *,
    codec: str = "alaw",
    snr_db: float | None = None,
    noise_dbm0: float | None = None,
    loss: float = 0.0,
) -> audio.Pcm:
    if noise_dbm0 is not None:
        pcm = audio.mix(pcm, audio.noise(len(pcm) / audio.RATE, noise_dbm0))
    if snr_db is not None:
        pcm = audio.with_noise(pcm, snr_db)
    return audio.lose(CODECS[codec](pcm), loss)
