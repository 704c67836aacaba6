"""The recordings that a scenario can say."""

from __future__ import annotations

import wave
from pathlib import Path

SAY = Path(__file__).parent.parent / "data" / "say"  # the library


def recordings() -> frozenset[str]:
    """The names of the library's recordings."""
    return frozenset(path.stem for path in SAY.glob("*.wav"))


def wav_path(name: str) -> Path:
    """The file of a recording: of the library by its name, or a path that ends in .wav."""
    return Path(name) if name.endswith(".wav") else SAY / f"{name}.wav"


def wav_length_s(path: Path) -> float:
    """How long a WAV file plays. OSError, EOFError or wave.Error when it cannot be read."""
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()
