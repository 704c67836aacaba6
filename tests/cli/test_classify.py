"""`probe classify`: many cases per run; one that cannot be read does not stop the others."""

from __future__ import annotations

import json
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
