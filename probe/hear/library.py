"""The library of known recordings: folders of small text files, one a recording, that offices can exchange.

Each file holds what the recording is (`label`, a cause of the model), its words, where it comes from, and its peaks
(`probe.hear.peaks`), from which no speech can be made. `probe.hear.prints` makes them. One folder comes with the
program; the user's own (`use`) is heard beside it and wins over it. What a file from elsewhere may hold is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from probe.errors import CaseError
from probe.hear.pairs import pairs
from probe.hear.printed import Print, read_print
from probe.hear.spectrum import FRAME_S

SHIPPED = "prompts-library"
MOST_PRINTS = 5000  # of a folder: about 60 MB in memory

Ints = npt.NDArray[np.int32]

__all__ = ["Library", "Print", "known", "read_folder", "read_print", "shipped", "use"]


class Library:
    """Every hash of the known recordings, sorted."""

    def __init__(self, prints: Iterable[Print], own: Iterable[Print] = ()) -> None:
        """`own`: the user's recordings, which are believed rather than `prints` where both are heard."""
        shared, mine = tuple(prints), tuple(own)
        self.prints = shared + mine
        self.first_own = len(shared)  # number of the first recording that is the user's
        self.peaks = [np.array(one.peaks, np.int32).reshape(-1, 2) for one in self.prints]  # frame, bin
        self.frames = [round(one.length_s / FRAME_S) for one in self.prints]
        self.longest_s = max((one.length_s for one in self.prints), default=0.0)
        keys, numbers, frames = pairs(self.peaks)
        order = np.argsort(keys, kind="stable")
        self._keys, self._numbers, self._frames = keys[order], numbers[order], frames[order]

    def find(self, keys: Sequence[int]) -> tuple[Ints, Ints, Ints]:
        """Where these hashes occur: index into `keys`, number of the print, frame in it; one entry an occurrence."""
        wanted = np.array(keys, np.int32)
        first = np.searchsorted(self._keys, wanted, "left")
        count = np.searchsorted(self._keys, wanted, "right") - first
        index = np.repeat(np.arange(len(wanted), dtype=np.int32), count)
        before = np.cumsum(count) - count
        at = np.arange(len(index)) + np.repeat(first - before, count)
        return index, self._numbers[at], self._frames[at]

    @staticmethod
    def load(folder: Path) -> Library:
        """The library in a folder. CaseError names the first file that cannot be read."""
        return Library([read_print(path) for path in sorted(folder.glob("*.json"))])


@cache
def shipped() -> Library:
    """The library that comes with the program: the practice exchange's announcements."""
    return Library(_shipped().values())


@cache
def _shipped() -> dict[str, Print]:
    folder = shipped_folder()
    return {path.stem: read_print(path) for path in sorted(folder.glob("*.json"))}


def shipped_folder() -> Path:
    """Where the recordings that come with the program lie."""
    return Path(str(files("probe") / "data" / SHIPPED))


def read_folder(folder: Path) -> tuple[dict[str, Print], tuple[CaseError, ...]]:
    """The recordings of a folder by name (the file's, without its ending), and what is wrong with the others.

    A folder that does not exist holds none.
    """
    found: dict[str, Print] = {}
    wrong: list[CaseError] = []
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".json")
    except FileNotFoundError:
        paths = []
    except OSError as error:
        return {}, (CaseError("prompts.folder_unreadable", folder=folder, reason=error.strerror or str(error)),)
    for path in paths[:MOST_PRINTS]:
        try:
            found[path.stem] = read_print(path)
        except CaseError as error:
            wrong.append(CaseError(error.key, **error.values))  # one without a traceback: it is kept
    if len(paths) > MOST_PRINTS:
        wrong.append(CaseError("prompts.too_many", folder=folder, n=len(paths), most=MOST_PRINTS))
    return found, tuple(wrong)


_known: Library | None = None  # of this process: the shipped one until `use` names a folder


def use(folder: Path) -> tuple[CaseError, ...]:
    """From now on, know the recordings of this folder too; returns what is wrong with some of its files.

    A recording of the same name as a shipped one takes its place. In the nursery this is done before the fork.
    """
    global _known
    own, wrong = read_folder(folder)
    rest = [one for name, one in _shipped().items() if name not in own]
    _known = Library(rest, own.values()) if own else shipped()
    return wrong


def known() -> Library:
    """The recordings that this process knows."""
    return shipped() if _known is None else _known
