"""The user's library: a folder with one file a recording. To exchange it is to copy files.

A recording may have its sound beside it (`NAME.wav`), for people to listen to; the program never needs it.
"""

from __future__ import annotations

import hashlib
import os
import re
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from probe.errors import CaseError
from probe.hear.library import read_folder, read_print, shipped_folder
from probe.hear.printed import MOST_S, MOST_TEXT, Print
from probe.hear.prints import make_print
from probe.hear.spectrum import FRAME_S, RATE_HZ
from probe.hints import nearest, shown
from probe.model import Cause

LEAST_S = 2.0  # of sound with something in it: less is not recognised (probe.hear.match)
LEAST_PEAKS = 20  # 2 s of speech have about 30
NAME = re.compile(r"[\w][\w.-]{0,79}")


class Entry(msgspec.Struct, frozen=True):
    """A recording of either library."""

    name: str
    print: Print
    own: bool  # the user's: it may be removed


def entries(folder: Path) -> tuple[tuple[Entry, ...], tuple[CaseError, ...]]:
    """What is known: the user's recordings and the shipped ones they leave standing, and what is wrong with some."""
    own, wrong = read_folder(folder)
    shipped, _ = read_folder(shipped_folder())
    mine = [Entry(name, one, True) for name, one in own.items()]
    theirs = [Entry(name, one, False) for name, one in shipped.items() if name not in own]
    return tuple(mine + theirs), wrong


def print_of(pcm: npt.NDArray[np.int16], label: Cause, *, text: str, origin: str, by: str, at: datetime) -> Print:
    """The print of a recording that a person has labelled: int16, mono, 8 kHz. CaseError when it is of no use."""
    if len(pcm) > MOST_S * RATE_HZ:
        raise CaseError("prompts.too_long", seconds=len(pcm) / RATE_HZ, most_s=MOST_S)
    one = make_print(pcm, label, text[:MOST_TEXT], origin[:MOST_TEXT])
    first = one.peaks[0][0] if one.peaks else 0
    heard_s = max(0.0, one.length_s - first * FRAME_S)
    if heard_s < LEAST_S or len(one.peaks) < LEAST_PEAKS:
        raise CaseError("prompts.too_short", seconds=heard_s, least_s=LEAST_S)
    return msgspec.structs.replace(one, labelled_by=by, labelled_at=at)


def put(folder: Path, one: Print, name: str | None = None) -> str:
    """Put a recording on the shelf and return its name, by default one that no other office gives to another recording.

    CaseError when the name is taken or cannot be a file's, or nothing can be written.
    """
    if name is None:
        peaks = hashlib.sha256(msgspec.json.encode(one.peaks)).hexdigest()
        name = f"{one.label.value}-{peaks[:6]}"
        if (folder / f"{name}.json").exists():
            raise CaseError("prompts.already", name=name)
    elif not NAME.fullmatch(name):
        raise CaseError("prompts.bad_name", value=shown(name))
    elif (folder / f"{name}.json").exists():
        raise CaseError("prompts.taken", name=name)
    write(folder / f"{name}.json", one)
    return name


def relabel(folder: Path, name: str, label: Cause, *, text: str | None, by: str, at: datetime) -> None:
    """Say anew what a recording is. A shipped one is copied into the folder, where it wins. CaseError: no such one."""
    old = read_print(_path(folder, name))
    changed = msgspec.structs.replace(
        old, label=label, text=old.text if text is None else text[:MOST_TEXT], labelled_by=by, labelled_at=at
    )
    write(folder / f"{name}.json", changed)


def remove(folder: Path, name: str) -> None:
    """Forget one of the user's recordings, and its sound. CaseError when there is none, or it is a shipped one."""
    path = _path(folder, name)
    if path.parent != folder:
        raise CaseError("prompts.shipped", name=name)
    try:
        path.unlink()
        path.with_suffix(".wav").unlink(missing_ok=True)
    except OSError as error:
        raise CaseError("prompts.not_written", file=path, reason=error.strerror or str(error)) from error


def no_such(name: str, names: list[str]) -> CaseError:
    """What to say of a name that does not exist."""
    near = nearest(name, names)
    if near is None:
        return CaseError("prompts.no_such", name=shown(name))
    return CaseError("prompts.nearest_name", name=shown(name), near=near)


def write(path: Path, value: msgspec.Struct) -> None:
    """Write a file whole or not at all. CaseError when it cannot be written."""
    beside = path.with_suffix(f".{os.getpid()}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside.write_bytes(msgspec.json.encode(value) + b"\n")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise CaseError("prompts.not_written", file=path, reason=error.strerror or str(error)) from error


def _path(folder: Path, name: str) -> Path:
    """The file of a recording, the user's before the shipped one."""
    for place in (folder, shipped_folder()):
        if NAME.fullmatch(name) and (place / f"{name}.json").exists():
            return place / f"{name}.json"
    raise no_such(name, [entry.name for entry in entries(folder)[0]])
