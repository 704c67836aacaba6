"""Where the sound of a call comes out of PJSIP: a conference port that a foreign thread fills and `take` empties."""

from __future__ import annotations

import ctypes
import time
from collections import deque
from typing import Any

import pjsua2 as pj

from probe.dial.events import FRAME_S

_FRAME_BYTES = int(FRAME_S * 8000) * 2
_SILENCE = bytes(_FRAME_BYTES)


class EarPort(pj.AudioMediaPort):  # type: ignore[misc]  # pjsua2 has no types
    """Collects frames from `listen` to `deaf`. Between two streams PJSIP hands out empty ones: silence, in time."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, bytes]] = deque()  # before PJSIP knows of us: its thread may come at once
        self._listening = False
        super().__init__()

    def onFrameReceived(self, frame: Any) -> None:
        """On PJSIP's clock thread: only put aside."""
        if self._listening:
            self._frames.append((time.monotonic(), _bytes_of(frame.buf) if frame.size else _SILENCE))

    def listen(self) -> None:
        self._listening = True

    def deaf(self) -> None:
        self._listening = False

    def take(self) -> list[tuple[float, bytes]]:
        """The frames since the last time: when each of them ended (monotonic clock), and its samples."""
        return [self._frames.popleft() for _ in range(len(self._frames))]


def ear_format() -> Any:
    """8 kHz, mono, 16 bit, in frames of 100 ms: against PJSIP's usual 20 ms they cost a third less."""
    wanted = pj.MediaFormatAudio()
    wanted.init(pj.PJMEDIA_FORMAT_PCM, 8000, 1, int(FRAME_S * 1e6), 16)
    return wanted


def _by_iteration(vector: Any) -> bytes:
    return bytes(vector)


def _by_pointer(vector: Any) -> bytes:
    """A std::vector begins with the addresses of its first byte and of the one behind its last."""
    begin, end = (ctypes.c_size_t * 2).from_address(int(vector.this))
    return ctypes.string_at(begin, end - begin)


def _pointers_are_safe() -> bool:
    """Whether std::vector is laid out so here. Looked at without following a pointer that does not fit."""
    sample = bytes(range(256)) * 5
    vector = pj.ByteVector(list(sample))
    begin, end = (ctypes.c_size_t * 2).from_address(int(vector.this))
    return end - begin == len(sample) and _by_pointer(vector) == sample


_bytes_of = _by_pointer if _pointers_are_safe() else _by_iteration  # 1 µs a frame against 500 µs
