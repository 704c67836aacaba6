"""The sound of a call as far as an exploration needs it: to make prints of prompts while the call lasts."""

from __future__ import annotations

import numpy as np

from probe.dial.events import FRAME_S
from probe.explore.tree import Peak
from probe.hear.prints import make_print
from probe.model import Cause


class Tape:
    """Frames in order. Times count from the first one."""

    def __init__(self) -> None:
        self._frames: list[bytes] = []

    def add(self, pcm: bytes) -> None:
        """One frame (little-endian int16)."""
        self._frames.append(pcm)

    def print(self, start_s: float, end_s: float) -> tuple[Peak, ...]:
        """The print of what was heard between two moments."""
        first, last = (max(0, round(at_s / FRAME_S)) for at_s in (start_s, end_s))
        pcm = np.frombuffer(b"".join(self._frames[first:last]), dtype="<i2")
        return make_print(pcm, Cause.UNSURE).peaks
