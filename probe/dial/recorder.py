"""The recording of a call, written as it is heard.

A full disk is noticed at once, and a line that is killed leaves a readable file.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from types import TracebackType
from typing import Self

RATE_HZ = 8000
SAMPLE_BYTES = 2
_HEADER_EVERY_BYTES = RATE_HZ * SAMPLE_BYTES  # a second of sound


class Recorder:
    """A WAV file of 8 kHz 16-bit mono PCM. OSError from any method when the disk fails; what was written stays."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._bytes = 0
        self._promised = 0  # bytes of sound that the header tells of
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            self._write(_header(0))
        except OSError:
            os.close(self._fd)
            raise

    def add(self, pcm: bytes) -> None:
        """Append samples (little-endian int16)."""
        self._write(pcm)
        self._bytes += len(pcm)
        if self._bytes - self._promised >= _HEADER_EVERY_BYTES:
            self._correct_header()

    @property
    def seconds(self) -> float:
        """How much is recorded."""
        return self._bytes / SAMPLE_BYTES / RATE_HZ

    def close(self) -> None:
        """Finish the file."""
        try:
            self._correct_header()
        finally:
            os.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._fd, data) :]

    def _correct_header(self) -> None:
        os.pwrite(self._fd, _header(self._bytes), 0)
        self._promised = self._bytes


def _header(data_bytes: int) -> bytes:
    """The canonical 44-byte WAV header (RIFF, "fmt " with format 1 = PCM, "data")."""
    form = struct.pack("<HHIIHH", 1, 1, RATE_HZ, RATE_HZ * SAMPLE_BYTES, SAMPLE_BYTES, 8 * SAMPLE_BYTES)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + data_bytes)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + (b"data" + struct.pack("<I", data_bytes))
    )
