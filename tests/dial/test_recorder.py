"""The recording is readable at any moment, and a full disk is noticed at once."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from probe.dial.recorder import Recorder

TENTH = b"\x01\x02" * 800


def frames(path: Path) -> int:
    count: int
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 2, 1)
        count = file.getnframes()
    return count


def test_what_was_heard_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "recordings" / "day" / "call.wav"
    with Recorder(path) as recorder:
        for _ in range(7):
            recorder.add(TENTH)
        assert recorder.seconds == pytest.approx(0.7)
    assert frames(path) == 5600
    with wave.open(str(path)) as file:
        assert file.readframes(5600) == TENTH * 7
    assert path.stat().st_mode & 0o077 == 0, "a recording is nobody else's business"


def test_a_killed_line_leaves_a_readable_file(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    recorder = Recorder(path)
    assert frames(path) == 0
    for _ in range(25):
        recorder.add(TENTH)
    assert 16000 <= frames(path) <= 20000, "all but the last second"
    recorder.close()


def test_a_full_disk_is_an_error_at_once(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        Recorder(path)
