"""Numbers and lines that fit a picture: the outline of a waveform, and text broken at a width. Pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len

from probe.hear import RATE_HZ

BINS = 1200
LEAST_BIN_S = 0.02  # finer, and the envelope would begin to tell what was said


def envelope(pcm: npt.NDArray[np.int16], from_s: float) -> list[dict[str, float]]:
    """The waveform's least and greatest value in each of at most BINS stretches, 1 is full scale."""
    size = max(round(LEAST_BIN_S * RATE_HZ), -(-len(pcm) // BINS))
    padded = np.pad(pcm, (0, -len(pcm) % size))
    bins = padded.reshape(-1, size).astype(np.float64) / 32768
    return [
        {"at": round(from_s + i * size / RATE_HZ, 3), "low": round(low, 4), "high": round(high, 4)}
        for i, (low, high) in enumerate(zip(bins.min(axis=1), bins.max(axis=1), strict=True))
    ]


def wrapped(text: str, cells: int) -> list[str]:
    """The text in lines of at most so many columns; a Chinese character takes two."""
    lines, line = [], ""
    for word in _words(text):
        if line and cell_len(line) + cell_len(word.rstrip()) > cells:
            lines.append(line.rstrip())
            line = "    "
        line += word
    return [*lines, line.rstrip()]


def _words(text: str) -> list[str]:
    """What may not be broken: a run of narrow characters up to a space, or one wide character."""
    out: list[str] = [""]
    for char in text:
        if cell_len(char) > 1 or (out[-1] and (cell_len(out[-1][-1]) > 1 or out[-1][-1] == " ")):
            out.append("")
        out[-1] += char
    return [word for word in out if word]
