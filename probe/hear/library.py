"""The library of known recordings: a folder of small text files, one a recording, that offices can exchange.

Each file holds what the recording is (`label`, a cause of the model), its words, where it comes from, and its peaks
(`probe.hear.peaks`), from which no speech can be made. `probe.hear.prints` makes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from probe.errors import CaseError
from probe.hear.peaks import Pairs, Peak
from probe.hear.spectrum import FRAME_S
from probe.model import Cause, Fact

SHIPPED = "prompts-library"


class Print(Fact, frozen=True, kw_only=True, omit_defaults=False):
    """One known recording. Times count from its first sample."""

    schema: Literal[1] = 1
    label: Cause
    text: str = ""
    origin: str = ""
    length_s: float
    peaks: tuple[Peak, ...]


class Library:
    """Every hash of the known recordings, sorted."""

    def __init__(self, prints: Sequence[Print]) -> None:
        self.prints = tuple(prints)
        rows = sorted(
            (key, number, frame) for number, one in enumerate(prints) for key, frame in Pairs().feed(one.peaks)
        )
        table = np.array(rows, np.int32).reshape(-1, 3)
        self._keys, self._numbers, self._frames = (np.ascontiguousarray(column) for column in table.T)
        self.peaks = [np.array(one.peaks, np.int32).reshape(-1, 2) for one in prints]  # frame, bin
        self.frames = [round(one.length_s / FRAME_S) for one in prints]
        self.longest_s = max((one.length_s for one in prints), default=0.0)

    def find(self, keys: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        """Where these hashes occur: index into `keys`, number of the print, frame in it."""
        wanted = np.array(keys, np.int32)
        first = np.searchsorted(self._keys, wanted, "left").tolist()
        last = np.searchsorted(self._keys, wanted, "right").tolist()
        for index, (low, high) in enumerate(zip(first, last, strict=True)):
            for at in range(low, high):
                yield index, int(self._numbers[at]), int(self._frames[at])

    @staticmethod
    def load(folder: Path) -> Library:
        """The library in a folder. CaseError names the file that cannot be read."""
        return Library([read_print(path) for path in sorted(folder.glob("*.json"))])


@cache
def shipped() -> Library:
    """The library that comes with the program: the practice exchange's announcements."""
    return Library.load(Path(str(files("probe") / "data" / SHIPPED)))


def read_print(path: Path) -> Print:
    """One file of a library."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Print)
    except (OSError, msgspec.DecodeError) as error:
        raise CaseError("case.bad_print", file=str(path), reason=str(error)) from error
