"""The library of known recordings: a folder of small text files, one a recording, that offices can exchange.

Each file holds what the recording is (`label`, a cause of the model), its words, where it comes from, and its peaks
(`probe.hear.peaks`), from which no speech can be made. A new library from a folder of recordings with a `manifest.tsv`
(columns file, class, text, voice):

    python -m probe.hear.prints build SRC_DIR DEST_DIR
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from probe.errors import CaseError
from probe.hear.peaks import Pairs, Peak, Peaks
from probe.hear.spectrum import BLOCK, FRAME_S, Floats, Spectrum
from probe.model import Cause, Fact

SHIPPED = "prompts-library"
LABELS = {"switchboard": Cause.IVR}  # classes of the practice prompts that are called otherwise
NOT_KNOWN = ("human", "say_disclosure", "say_listening", "recording_notice")  # people, ourselves, and no outcome


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


def make_print(pcm: npt.NDArray[np.int16], label: Cause, text: str = "", origin: str = "") -> Print:
    """The print of a recording: int16, mono, 8 kHz."""
    spectrum, finder, found = Spectrum(), Peaks(), list[Peak]()
    padded = np.concatenate((pcm, np.zeros(3 * BLOCK, np.int16)))
    for start in range(0, len(padded) - BLOCK + 1, BLOCK):
        samples: Floats = padded[start : start + BLOCK].astype(np.float32) / np.float32(32768)
        found += finder.feed(spectrum.feed(samples), ignore=False)
    last = max((frame for frame, _ in found), default=0)
    return Print(label=label, text=text, origin=origin, length_s=round(last * FRAME_S, 3), peaks=tuple(found))


def build(source: Path, destination: Path) -> int:
    """Make a library from recordings and their manifest; returns how many were taken."""
    import soundfile

    destination.mkdir(parents=True, exist_ok=True)
    taken = 0
    for row in (source / "manifest.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        file, kind, text, voice = row.split("\t")
        if kind in NOT_KNOWN:
            continue
        path = source / Path(file).name
        pcm, rate = soundfile.read(path, dtype="int16")
        assert rate == 8000 and pcm.ndim == 1, f"{path}: expected mono at 8 kHz"
        one = make_print(pcm, LABELS.get(kind) or Cause(kind), text, f"Kokoro-82M {voice}")
        (destination / f"{path.stem}.json").write_bytes(msgspec.json.encode(one) + b"\n")
        taken += 1
    return taken


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["build", source, destination]:
            print(build(Path(source), Path(destination)), "recordings")
        case _:
            sys.exit("usage: python -m probe.hear.prints build SRC_DIR DEST_DIR")
