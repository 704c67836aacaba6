"""`probe classify`: many cases per run; one that cannot be read does not stop the others."""

from __future__ import annotations

import json
import os
import wave
from pathlib import Path

import numpy as np

from tests.cli.conftest import Probe, lines

TRACE = {
    "schema": 1,
    "number": "+8657187250001",
    "started_at": "2026-03-02T09:00:00+08:00",
    "signals": [
        {"at_s": 0.0, "sent": "INVITE"},
        {"at_s": 0.05, "received": "SIP/2.0 100 Trying", "origin": "wire"},
        {"at_s": 0.9, "received": "SIP/2.0 486 Busy Here", "origin": "wire",
         "headers": {"Reason": ['Q.850;cause=17;text="User busy"']}},
    ],
    "media_started_at_s": None,
    "answered_at_s": None,
    "ended_at_s": 0.9,
    "released_by": "far",
}  # fmt: skip
PROMISED = {"case", "outcome", "cause", "blame", "confidence", "because", "decided_at_s"}


def case(folder: Path, expect: dict[str, str] | None = None, **changed: object) -> Path:
    folder.mkdir()
    (folder / "trace.json").write_text(json.dumps(TRACE | changed), encoding="utf-8")
    if expect:
        (folder / "expect.json").write_text(json.dumps(expect), encoding="utf-8")
    return folder


def test_cases_are_judged_and_compared_with_what_is_expected(home: Path, probe: Probe) -> None:
    right = case(home / "busy-at-once", {"outcome": "busy", "cause": "busy_signal"})
    wrong = case(home / "busy-that-was-called-human", {"outcome": "answered", "cause": "human"})
    done = probe("classify", "--json", right, wrong)
    assert done.returncode == 1
    first, second = lines(done)
    assert set(first) >= PROMISED
    assert (first["case"], first["outcome"], first["right"]) == ("busy-at-once", "busy", True)
    assert second["right"] is False
    assert probe("classify", right).returncode == 0


def test_a_case_that_cannot_be_read_is_named_and_the_others_are_judged(home: Path, probe: Probe) -> None:
    good = case(home / "good")
    no_time = case(home / "no-time", ended_at_s="soon")
    nothing = home / "nothing"
    done = probe("classify", "--json", no_time, nothing, good)
    assert done.returncode == 7
    bad, missing, judged = lines(done)
    assert "ended_at_s" in bad["error"]
    assert missing["case"] == "nothing"
    assert judged["outcome"] == "busy"
    assert "Traceback" not in done.stderr


def test_a_bare_recording_is_judged_too(home: Path, probe: Probe) -> None:
    t = np.arange(8000 * 6) / 8000
    tone = (np.sin(2 * np.pi * 450 * t) * 6000 * ((t % 0.7) < 0.35)).astype("<i2")
    with wave.open(str(home / "busy.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(tone.tobytes())
    done = probe("classify", "--json", "busy.wav")
    assert done.returncode == 0, done.stderr
    assert [(line["outcome"], line["cause"]) for line in lines(done)] == [("busy", "busy_tone")]


def wav(path: Path, pcm: np.ndarray, rate: int = 8000) -> Path:
    """A recording; two-dimensional samples are channels."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if pcm.ndim == 1 else pcm.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm.astype("<i2").tobytes())
    return path


def test_whatever_is_wrong_with_a_case_is_one_line_with_its_name_and_the_rest_is_judged(
    home: Path, probe: Probe
) -> None:
    heard = {"media_started_at_s": 0.1}
    wav(case(home / "stereo", **heard) / "call.wav", np.zeros((44100, 2)), 44100)
    (case(home / "empty", **heard) / "call.wav").touch()
    cut = wav(case(home / "cut-short", **heard) / "call.wav", np.zeros(8000))
    cut.write_bytes(cut.read_bytes()[:4000])
    long = wav(case(home / "two-hours", **heard) / "call.wav", np.zeros(8))
    header, size = bytearray(long.read_bytes()[:44]), 7200 * 8000 * 2
    header[4:8], header[40:44] = (size + 36).to_bytes(4, "little"), size.to_bytes(4, "little")
    long.write_bytes(header)
    os.truncate(long, size + 44)  # a file of holes
    wav(case(home / "sound-without-media") / "call.wav", np.zeros(800))
    nan = case(home / "a-time-that-is-none") / "trace.json"
    nan.write_text(nan.read_text(encoding="utf-8").replace("0.9", "NaN"), encoding="utf-8")
    case(home / "good")
    told = {
        "stereo": "44100 Hz and 2 channels",
        "empty": "call.wav is empty",
        "cut-short": "its header promises 16000 bytes",
        "two-hours": "7200 s long, more than 3600 s",
        "sound-without-media": "media_started_at_s of trace.json is null",
        "a-time-that-is-none": "is NaN",
    }
    done = probe("classify", *told, "good")
    assert done.returncode == 7
    assert "good: busy" in done.stdout
    complaints = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(complaints) == len(told), done.stderr
    for (name, what), line in zip(told.items(), complaints, strict=True):
        assert f"case {name}: " in line
        assert what in line


def test_a_bare_recording_of_an_answered_call(home: Path, probe: Probe) -> None:
    """The same tone before the answer and after it, and an answer that is not within the recording."""
    t = np.arange(8000 * 8) / 8000
    tone = np.sin(2 * np.pi * 450 * t) * 6000 * ((t % 0.7) < 0.35)
    wav(home / "busy.wav", tone)
    done = probe("classify", "--json", "--answered-at", "1.5", "busy.wav")
    assert done.returncode == 0, done.stderr
    (line,) = lines(done)
    assert (line["case"], line["outcome"], line["cause"]) == ("busy", "busy", "busy_tone")
    assert "answered" in line["because"][0].lower()
    late = probe("classify", "--answered-at", "9", "busy.wav")
    assert late.returncode == 7
    assert "it is 8.0 s long" in late.stderr
