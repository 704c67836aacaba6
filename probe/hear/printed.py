"""One known recording as a file: a small JSON text, from which no speech can be made."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from probe.errors import CaseError
from probe.hear.peaks import BINS
from probe.model import Cause, Fact

MOST_BYTES = 1_000_000  # of a file
MOST_S = 600.0  # of a recording
MOST_PEAKS = 30_000  # speech has about 25 a second
MOST_TEXT = 2000  # characters

Peak = tuple[Annotated[int, Meta(ge=-1, le=37_500)], Annotated[int, Meta(ge=0, lt=BINS)]]  # frame of MOST_S, bin
File = TypeVar("File", bound=Fact)
Text = Annotated[str, Meta(max_length=MOST_TEXT)]


class Print(Fact, frozen=True, kw_only=True, omit_defaults=False):
    """One known recording. Times count from its first sample."""

    schema: Literal[1] = 1
    label: Cause
    text: Text = ""
    origin: Text = ""
    length_s: Annotated[float, Meta(ge=0, le=MOST_S)]
    peaks: Annotated[tuple[Peak, ...], Meta(max_length=MOST_PEAKS)]  # in order of frame and bin
    labelled_by: Text | msgspec.UnsetType = msgspec.UNSET  # who said what it is; a recording from a manifest has none
    labelled_at: datetime | msgspec.UnsetType = msgspec.UNSET


def read_print(path: Path) -> Print:
    """One file of a library. CaseError names the file and says what is wrong with it."""
    one = read_small(path, Print)
    if list(one.peaks) != sorted(one.peaks):
        raise CaseError("case.bad_print", file=str(path), reason="the peaks are not in order - at `$.peaks`")
    return one


def read_small(path: Path, kind: type[File]) -> File:
    """A JSON file that may come from anybody. CaseError names it when it is no regular file, too large, or not of this
    kind."""
    try:
        if not path.is_file():  # a pipe would be waited for, for ever
            raise CaseError("case.bad_print", file=str(path), reason="not a regular file")
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise CaseError("case.bad_print", file=str(path), reason=f"more than {MOST_BYTES} bytes")
        return msgspec.json.decode(text, type=kind)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CaseError("case.bad_print", file=str(path), reason=str(error)) from error
