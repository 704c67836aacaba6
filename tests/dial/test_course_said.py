"""People who answer hear who called, nobody else does: without a telephone and without a clock."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from probe.model import Cause
from tests.dial.scene import Scene


def say_wav(folder: Path, seconds: float = 4.0) -> str:
    path = folder / "say_disclosure-1.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(int(seconds * 16000)))
    return str(path)


def test_a_person_is_told_who_called_and_then_hung_up(tmp_path: Path, verdicts: Callable[[Cause | None], None]) -> None:
    scene = Scene(tmp_path, say=say_wav(tmp_path))
    scene.get(1.0, "SIP/2.0 200 OK", sdp=True)
    verdicts(Cause.HUMAN)
    scene.tick(3.0)
    assert scene.phone.asked == ["say say_disclosure-1.wav"]
    scene.tick(7.2)
    assert len(scene.phone.asked) == 1, "not while it is being said"
    scene.tick(7.31)
    assert scene.phone.asked[1:] == ["hang up"]
    scene.get(7.4, "SIP/2.0 200 OK", "BYE")
    trace = scene.record().trace
    assert [s.at_s for s in trace.signals if s.sent == "SAY say_disclosure-1"] == [3.0]
    assert "saying" in {p.state for p in scene.told}


@pytest.mark.parametrize("cause", [Cause.GREETING, Cause.IVR, Cause.QUEUE, Cause.FAX])
def test_nobody_else_is_spoken_to(tmp_path: Path, verdicts: Callable[[Cause | None], None], cause: Cause) -> None:
    scene = Scene(tmp_path, say=say_wav(tmp_path))
    scene.get(1.0, "SIP/2.0 200 OK", sdp=True)
    verdicts(cause)
    scene.tick(3.0)
    assert scene.phone.asked == ["hang up"]


def test_who_is_recognised_late_hears_it_to_the_end(tmp_path: Path, verdicts: Callable[[Cause | None], None]) -> None:
    scene = Scene(tmp_path, say=say_wav(tmp_path), answered_limit_s=20.0)
    scene.get(1.0, "SIP/2.0 200 OK", sdp=True)
    verdicts(Cause.HUMAN)
    scene.tick(20.9)
    scene.tick(25.1)
    assert scene.phone.asked == ["say say_disclosure-1.wav"]
    scene.tick(25.3)
    assert scene.phone.asked[1:] == ["hang up"]


def test_even_a_long_prompt_ends_after_20_s(tmp_path: Path, verdicts: Callable[[Cause | None], None]) -> None:
    scene = Scene(tmp_path, say=say_wav(tmp_path, 60.0), answered_limit_s=20.0)
    scene.get(1.0, "SIP/2.0 200 OK", sdp=True)
    verdicts(Cause.HUMAN)
    scene.tick(3.0)
    scene.tick(22.9)
    assert len(scene.phone.asked) == 1
    scene.tick(23.0)
    assert scene.phone.asked[1:] == ["hang up"]


def test_a_prompt_that_cannot_be_played_is_our_fault(tmp_path: Path, verdicts: Callable[[Cause | None], None]) -> None:
    scene = Scene(tmp_path, say=say_wav(tmp_path))
    scene.phone.mute = True
    scene.get(1.0, "SIP/2.0 200 OK", sdp=True)
    verdicts(Cause.HUMAN)
    scene.tick(3.0)
    assert scene.phone.asked == ["hang up"]
    scene.get(3.1, "SIP/2.0 200 OK", "BYE")
    assert "could not be played (no voice)" in str(scene.record().trace.robot_fault)
