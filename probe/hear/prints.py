"""Makes the library of known recordings (`probe.hear.library`) from recordings with a `manifest.tsv`.

The manifest has the columns file, class, text and voice, as that of the practice prompts:

    python -m probe.hear.prints build SRC_DIR DEST_DIR
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from probe.hear.library import Print
from probe.hear.peaks import Peak, Peaks
from probe.hear.spectrum import BLOCK, FRAME_S, RATE_HZ, Floats, Spectrum
from probe.model import Cause

LABELS = {"switchboard": Cause.IVR}  # classes of the practice prompts that are called otherwise
NOT_KNOWN = ("human", "say_disclosure", "say_listening", "recording_notice")  # people, ourselves, and no outcome


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
        if rate != RATE_HZ or pcm.ndim != 1:
            raise ValueError(f"{path}: {rate} Hz and {pcm.ndim} dimensions; it must have {RATE_HZ} Hz and be mono")
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
