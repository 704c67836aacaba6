"""A recording from its recipe, so that no WAV need be kept: `recipe.yaml` of a case folder.

sounds:                                          one after the other
- {silence: 0.5}
- {tone: 450, cadence: [0.35, 0.35], seconds: 6, dbm0: -15, from_s: 0.1}     or tone: [480, 620]; or continuous
- {prompt: human-1-zm_yunxi, db: -10}            a prompt of the practice exchange, this much louder
- {prompt: …, pitch: 1.08, tempo: 0.95, from_s: 0.4, to_s: 2, room: 0.4}     another speaker, a part of it, in a room
- {music: 8, seed: 3}                            seconds
- {noise: babble, seconds: 3, dbm0: -40}         white, pink, hum, babble, office
behind: …                                        the same, at the same time
line: {codec: amr, snr_db: 20, loss: 0.03}       what the line does to it (tests/line.py); A-law at least
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import msgspec
import soundfile

from probe.model import Trace
from tests import audio, line, voices

CORPUS = Path(__file__).parent
SOURCES = ("silence", "tone", "prompt", "music", "noise")


class RecipeError(ValueError):
    """A recipe that cannot be followed: which case, which step, and what is possible."""


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One sound; exactly one of SOURCES says what it is."""

    silence: float | None = None
    tone: float | list[float] | None = None
    prompt: str | None = None
    music: float | None = None
    noise: str | None = None
    cadence: list[float] | None = None
    seconds: float = 1.0
    dbm0: float = -15.0
    db: float = 0.0
    pitch: float = 1.0
    tempo: float = 1.0
    from_s: float = 0.0
    to_s: float | None = None
    room: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        named = [source for source in SOURCES if getattr(self, source) is not None]
        if len(named) != 1:
            raise ValueError(f"a step is one of {', '.join(SOURCES)}; this one is {' and '.join(named) or 'none'}")
        if self.prompt is not None and self.prompt not in _prompts():
            raise ValueError(
                f"there is no prompt {self.prompt}; the prompts are in probe/exchange/prompts/manifest.tsv"
            )
        if self.noise is not None and self.noise not in audio.COLOURS:
            raise ValueError(f"there is no noise {self.noise}; there are {', '.join(audio.COLOURS)}")

    def pcm(self) -> audio.Pcm:
        """The sound itself."""
        if self.silence is not None:
            return audio.silence(self.silence)
        if self.noise is not None:
            return audio.noise(self.seconds, self.dbm0, self.seed, self.noise)
        if self.music is not None:
            return audio.gain(audio.music(self.music, self.seed), self.db)
        if self.prompt is not None:
            return self._spoken(self.prompt)
        assert self.tone is not None
        if self.cadence:
            return audio.cadence(self.tone, self.cadence, self.seconds, self.dbm0, self.from_s)
        return audio.tone(self.tone, self.seconds, self.dbm0)

    def _spoken(self, prompt: str) -> audio.Pcm:
        pcm = voices.spoken(prompt, self.pitch, self.tempo)
        end = None if self.to_s is None else round(self.to_s * audio.RATE)
        pcm = pcm[round(self.from_s * audio.RATE) : end]
        return audio.gain(voices.in_room(pcm, self.room) if self.room else pcm, self.db)


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is heard in one call."""

    sounds: tuple[Step, ...]
    behind: tuple[Step, ...] = ()
    line: line.Line = line.Line()


@cache
def _prompts() -> frozenset[str]:
    return frozenset(name for name, _, _ in audio.prompts())


def folders() -> list[Path]:
    """Every case, by name."""
    return sorted(path.parent for path in CORPUS.glob("*/trace.json"))


def read_trace(folder: Path) -> Trace:
    """The trace of a case."""
    return msgspec.json.decode((folder / "trace.json").read_bytes(), type=Trace)


def read_recipe(folder: Path) -> Recipe | None:
    """The recipe of a case, if it has sound. RecipeError when it cannot be followed."""
    path = folder / "recipe.yaml"
    if not path.exists():
        return None
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=Recipe)
    except msgspec.DecodeError as error:
        raise RecipeError(f"{folder.name}/recipe.yaml: {error}") from error


def render(recipe: Recipe, trace: Trace, over: line.Line | None = None) -> audio.Pcm:
    """What is heard, from the start of the media to the end of the call; `over` stands in for the recipe's line."""
    pcm = audio.join(*(step.pcm() for step in recipe.sounds))
    if recipe.behind:
        pcm = audio.mix(pcm, audio.join(*(step.pcm() for step in recipe.behind))[: len(pcm)])
    if trace.ended_at_s is not None and trace.media_started_at_s is not None:
        pcm = pcm[: round((trace.ended_at_s - trace.media_started_at_s) * audio.RATE)]
    return line.through(pcm, over or recipe.line)


def make(folder: Path, into: Path) -> Path:
    """The case as a folder that holds its recording."""
    case = into / folder.name
    shutil.copytree(folder, case)
    if recipe := read_recipe(folder):
        pcm = render(recipe, read_trace(folder))
        soundfile.write(case / "call.wav", pcm, audio.RATE, subtype="PCM_16")
    return case
