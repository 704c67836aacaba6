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
from probe.hear.peaks import BINS, Peak, Peaks
from probe.hear.spectrum import BLOCK, FRAME_S, RATE_HZ, Floats, Spectrum
from probe.model import Cause

LABELS = {"switchboard": Cause.IVR}  # classes of the practice prompts that are called otherwise
DEPTH_DB = 22.0  # AMR at 4.75 kbit/s keeps hardly any peak that is further below the loudest
AROUND_FRAMES = 32  # 0.5 s on either side
QUIET = 0.15  # the share of a recording that is pauses
NOISE_DB = 18.0  # a peak of noise is about 16 dB above the quietest noise at its pitch
NOT_KNOWN = ("human", "say_disclosure", "say_listening", "recording_notice")  # people, ourselves, and no outcome


def make_print(pcm: npt.NDArray[np.int16], label: Cause, text: str = "", origin: str = "") -> Print:
    """The print of a recording: int16, mono, 8 kHz; from a telephone line will do."""
    spectrum, finder, found, power = Spectrum(), Peaks(), list[Peak](), list[Floats]()
    padded = np.concatenate((pcm, np.zeros(3 * BLOCK, np.int16)))
    for start in range(0, len(padded) - BLOCK + 1, BLOCK):
        samples: Floats = padded[start : start + BLOCK].astype(np.float32) / np.float32(32768)
        frames = spectrum.feed(samples)
        power.append(frames.power[:, :BINS])
        found += finder.feed(frames, ignore=False)
    found = _lasting(found, np.concatenate(power)) if found else []
    last = max((frame for frame, _ in found), default=0)
    return Print(label=label, text=text, origin=origin, length_s=round(last * FRAME_S, 3), peaks=tuple(found))


def _lasting(found: list[Peak], power: Floats) -> list[Peak]:
    """The peaks that a codec and a noisy line leave standing: not far below the loudest sound around, and well above
    what is there, at their pitch, between the words. `power` is that of frame -1 and those after it."""
    frames, bins = np.array(found).T
    here = 10 * np.log10(power[frames + 1, bins] + 1e-12)
    loudest = np.pad(10 * np.log10(power.max(axis=1) + 1e-12), AROUND_FRAMES, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(loudest, 2 * AROUND_FRAMES + 1).max(axis=1)[frames + 1]
    noise = 10 * np.log10(np.quantile(power, QUIET, axis=0) + 1e-12)[bins]
    kept = (here >= around - DEPTH_DB) & (here >= noise + NOISE_DB)
    return [peak for peak, lasts in zip(found, kept.tolist(), strict=True) if lasts]


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
