"""Texts that become recordings: pinyin by pypinyin, a voice by espeak-ng, and what is said when that is not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from probe.errors import ScenarioError
from probe.hear import Ear
from probe.model import Kind
from probe.script.prepare import pinyin, prepare


def test_characters_are_read_in_their_context_and_digits_one_by_one() -> None:
    assert (
        pinyin("您好，请问银行行长在12号吗？")
        == "nin2 hao3 , qing3 wen4 yin2 hang2 hang2 zhang3 zai4 yi1 er4 hao4 ma5 ?"
    )


def test_what_comes_out_is_a_voice_that_a_line_can_play(tmp_path: Path) -> None:
    path = tmp_path / "prepared" / "text.wav"
    seconds = prepare("您好，请问现在可以办理失业登记吗？", path)
    info = soundfile.info(path)
    assert (info.samplerate, info.channels, info.subtype) == (8000, 1, "PCM_16")
    assert 2.0 < seconds < 8.0
    ear = Ear("CN", 0.0)
    ear.feed(np.asarray(soundfile.read(path, dtype="int16")[0]))
    speech = sum(s.duration_s for s in ear.sounds().of(Kind.SPEECH))
    assert speech > 0.5 * seconds
    assert [p.name for p in path.parent.iterdir()] == ["text.wav"]


def test_without_espeak_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ScenarioError, match="apt-get install espeak-ng"):
        prepare("您好", tmp_path / "text.wav")


def test_an_espeak_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "espeak-ng").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "espeak-ng").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(ScenarioError, match="made no voice of '您好'"):
        prepare("您好", tmp_path / "out" / "text.wav")
    assert not (tmp_path / "out").exists()
