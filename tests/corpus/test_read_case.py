"""Reading a case: what is right is read, and what is wrong is named, with its place and value."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from probe.case import read_case
from probe.errors import CaseError
from tests import audio

TRACE: dict[str, Any] = {
    "schema": 1,
    "number": "+8657187250001",
    "started_at": "2026-03-02T09:00:00+08:00",
    "signals": [
        {"at_s": 0.0, "sent": "INVITE"},
        {"at_s": 0.6, "received": "SIP/2.0 183 Session Progress", "origin": "wire", "sdp": True},
    ],
    "media_started_at_s": 0.65,
    "answered_at_s": None,
    "ended_at_s": 9.1,
    "released_by": "far",
}


def case(folder: Path, trace: Any = TRACE, pcm: audio.Pcm | None = None, expect: Any = None) -> Path:
    """A case folder with these contents; a trace that is a string is written as it is."""
    path = folder / "my-case"
    path.mkdir()
    text = trace if isinstance(trace, str) else json.dumps(trace)
    (path / "trace.json").write_text(text, encoding="utf-8")
    if pcm is not None:
        soundfile.write(path / "call.wav", pcm, audio.RATE, subtype="PCM_16")
    if expect is not None:
        (path / "expect.json").write_text(expect if isinstance(expect, str) else json.dumps(expect))
    return path


def error(path: Path, **options: Any) -> str:
    with pytest.raises(CaseError) as caught:
        read_case(path, **options)
    assert caught.value.text("zh")
    return str(caught.value)


def test_a_case_is_read_with_its_recording_and_expectation(tmp_path: Path) -> None:
    pcm = audio.tone(450, 1.0)
    read = read_case(case(tmp_path, pcm=pcm, expect={"outcome": "busy", "cause": "busy_tone", "source": "mine"}))
    assert read.name == "my-case"
    assert read.trace.signals[1].status == 183
    assert read.pcm is not None
    assert np.array_equal(read.pcm, pcm)
    assert read.expect == {"outcome": "busy", "cause": "busy_tone", "source": "mine"}


def test_a_case_without_recording_or_expectation(tmp_path: Path) -> None:
    read = read_case(case(tmp_path, {**TRACE, "media_started_at_s": None, "more": "is ignored"}))
    assert (read.pcm, read.expect) == (None, None)


def test_the_name_of_the_folder_one_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case(tmp_path))
    assert read_case(Path()).name == "my-case"


WRONG_TRACES = [
    # what is changed                                what the error says
    ({"number": 5}, "Expected `str`, got `int` - at `$.number`"),
    ({"started_at": "yesterday"}, "Invalid RFC3339 encoded datetime - at `$.started_at`"),
    ({"started_at": "2026-03-02T09:00:00"}, "started_at is 2026-03-02T09:00:00, without a time zone"),
    ({"schema": 2}, "$.schema"),
    ({"released_by": "nobody"}, "Invalid enum value 'nobody' - at `$.released_by`"),
    ({"signals": [{"at_s": "soon", "sent": "INVITE"}]}, "Expected `float`, got `str` - at `$.signals[0].at_s`"),
    ({"signals": [{"at_s": -1.0, "sent": "INVITE"}]}, "signals[0].at_s is -1.0"),
    ({"signals": [{"at_s": 1.0}]}, "signals[0] must have either sent or received"),
    ({"signals": [{"at_s": 1, "sent": "BYE", "received": "BYE"}]}, "signals[0] must have either sent or received"),
    (
        {"signals": [{"at_s": 3.0, "sent": "INVITE"}, {"at_s": 1.0, "sent": "BYE"}]},
        "signals[1].at_s is 1.0, earlier than the 3.0",
    ),
    ({"answered_at_s": 9.5}, "ended_at_s is 9.1, earlier than the 9.5"),
    ({"media_started_at_s": -0.1}, "media_started_at_s is -0.1"),
    ({"country": "XX"}, "country is XX; the known ones are CN, US"),
]


@pytest.mark.parametrize(("change", "told"), WRONG_TRACES)
def test_a_wrong_trace_names_the_place_and_the_value(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    message = error(case(tmp_path, {**TRACE, **change}))
    assert message.startswith("case my-case: ")
    assert told in message


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_a_time_that_is_no_number_is_named_with_its_line(tmp_path: Path, value: str) -> None:
    text = json.dumps(TRACE, indent=1).replace("9.1", value)
    assert "trace.json line 19 is " in error(case(tmp_path, text))


def test_a_time_too_large_to_be_finite(tmp_path: Path) -> None:
    message = error(case(tmp_path, json.dumps(TRACE).replace("9.1", "1e999")))
    assert "my-case" in message
    assert "out of range" in message or "ended_at_s" in message


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00\x01", '{"schema": 1}', "NaN of a mess"])
def test_text_that_is_no_trace(tmp_path: Path, text: str) -> None:
    assert error(case(tmp_path, text)).startswith("case my-case: trace.json")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = case(tmp_path)
    (path / "trace.json").write_bytes(b'{"number": "\xff\xfe"}')
    assert error(path).startswith("case my-case: trace.json is wrong")


def test_what_is_not_there(tmp_path: Path) -> None:
    assert "no such folder or file" in error(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    assert error(tmp_path / "empty") == "case empty: it holds no trace.json"


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ({"outcome": "engaged"}, "Invalid enum value 'engaged' - at `$.outcome`"),
        ({"outcome": "busy", "cause": "human"}, "human is a cause of answered, not of busy"),
        ({"cause": "human"}, "missing required field `outcome`"),
        ("{", "truncated"),
    ],
)
def test_a_wrong_expectation(tmp_path: Path, expect: Any, told: str) -> None:
    assert told in error(case(tmp_path, expect=expect))


def test_a_recording_that_nobody_can_place(tmp_path: Path) -> None:
    path = case(tmp_path, {**TRACE, "media_started_at_s": None}, audio.silence(1.0))
    assert "media_started_at_s of trace.json is null" in error(path)


def test_recordings_that_cannot_be_used(tmp_path: Path) -> None:
    path = case(tmp_path, pcm=audio.tone(450, 1.0))
    wav = path / "call.wav"
    whole = wav.read_bytes()

    wav.write_bytes(whole[:5000])
    assert "its header promises 16000 bytes, 4956 are there" in error(path)
    wav.write_bytes(whole[:30])
    assert "cut short" in error(path)
    wav.write_bytes(b"")
    assert error(path) == "case my-case: call.wav is empty"
    wav.write_bytes(b"ID3 this is no sound at all")
    assert error(path) == "case my-case: call.wav is not a WAV file"
    soundfile.write(wav, np.zeros((44100, 2), np.int16), 44100, format="WAV")
    assert "has 44100 Hz and 2 channels, it must have 8000 Hz and one" in error(path)
    soundfile.write(wav, np.zeros(0, np.int16), 8000, format="WAV")
    assert error(path) == "case my-case: call.wav is empty"
    soundfile.write(wav, np.zeros(800, np.int16), 8000, format="WAV", subtype="IMA_ADPCM")
    assert "the recording is WAV IMA_ADPCM" in error(path)


def test_a_recording_of_two_hours_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = case(tmp_path, pcm=audio.silence(0.1))
    wav = path / "call.wav"
    header = bytearray(wav.read_bytes()[:44])
    size = 7200 * 8000 * 2
    header[4:8], header[40:44] = (size + 36).to_bytes(4, "little"), size.to_bytes(4, "little")
    wav.write_bytes(bytes(header))
    os.truncate(wav, size + 44)  # a file of holes
    assert "the recording is 7200 s long, more than 3600 s" in error(path)


@pytest.mark.parametrize("subtype", ["ALAW", "ULAW", "PCM_16", "PCM_24", "FLOAT"])
def test_linear_pcm_and_g711_are_read(tmp_path: Path, subtype: str) -> None:
    path = case(tmp_path, pcm=audio.silence(0.1))
    soundfile.write(path / "call.wav", audio.tone(450, 1.0), 8000, subtype=subtype)
    read = read_case(path)
    assert read.pcm is not None
    assert np.abs(read.pcm.astype(int) - audio.tone(450, 1.0)).max() < 500


def test_a_wav_written_to_a_pipe_has_no_length_and_is_read(tmp_path: Path) -> None:
    path = case(tmp_path, pcm=audio.tone(450, 1.0))
    wav = path / "call.wav"
    data = bytearray(wav.read_bytes())
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    wav.write_bytes(bytes(data))
    read = read_case(path)
    assert read.pcm is not None
    assert len(read.pcm) == 8000


def test_a_bare_recording_with_the_moment_of_the_answer(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "some call.wav", audio.tone(450, 2.0), 8000)
    read = read_case(tmp_path / "some call.wav", answered_at_s=0.5)
    assert read.name == "some call"
    assert (read.trace.answered_at_s, read.trace.media_started_at_s, read.trace.ended_at_s) == (0.5, 0.0, 2.0)
    assert "it is 2.0 s long" in error(tmp_path / "some call.wav", answered_at_s=7.0)
