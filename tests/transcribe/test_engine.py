"""The real model on shipped prompts: what must be read, and what must not be read into noise."""

import re
from pathlib import Path

import numpy as np
import pytest
from pypinyin import lazy_pinyin

from probe.transcribe import Words
from probe.transcribe.engine import Engine
from probe.transcribe.places import ModelError
from tests.audio import Pcm, alaw, cadence, gain, join, music, noise, prompt, silence, tone, with_noise


def sounds_like(text: str) -> str:
    """Pinyin as Mandarin is heard over a telephone: z=zh, c=ch, s=sh, n=ng."""
    return " ".join(re.sub("^([zcs])h", r"\1", syllable).replace("ng", "n") for syllable in lazy_pinyin(text))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("busy_announcement-1-zm_yunxi", "正在通话中"),
        ("no_answer_announcement-1-zm_yunxi", "无人接听"),
        ("vacant_number-1-zm_yunxi", "空号"),
        ("greeting-1-zm_yunxi", "暂时无法接听"),
        ("ivr-1-zm_yunxi", "请"),
        ("human-8-zm_yunxia", "请问有什么"),
    ],
)
def test_what_is_said_is_read(engine: Engine, name: str, said: str) -> None:
    words = engine.hear(prompt(name))
    assert sounds_like(said) in sounds_like(words.text)
    assert 0.5 < words.confidence <= 1.0


@pytest.mark.parametrize("db", [-25, 5])
def test_loudness_does_not_matter(engine: Engine, db: float) -> None:
    words = engine.hear(alaw(gain(prompt("busy_announcement-1-zm_yunxi"), db)))
    assert sounds_like("正在通话中") in sounds_like(words.text)


def test_through_noise(engine: Engine) -> None:
    words = engine.hear(alaw(with_noise(prompt("busy_announcement-1-zm_yunxi"), 15)))
    assert sounds_like("通话中") in sounds_like(words.text)


@pytest.mark.parametrize(
    "pcm",
    [
        silence(0.0),
        silence(3.0),
        tone(450, 0.1),
        noise(1.0, -50),
        noise(4.0, -30),
        tone(450, 3.0),
        cadence(450, (0.35, 0.35), 4.0),
        tone(2100, 3.0),
        music(2.0, 1),
        music(4.0, 2),
        music(8.0, 1),
    ],
    ids=[
        "empty",
        "silent",
        "short",
        "1 s noise",
        "4 s noise",
        "450 Hz",
        "busy",
        "fax",
        "music",
        "music 4 s",
        "music 8 s",
    ],
)
def test_nothing_is_read_into_what_is_no_speech(engine: Engine, pcm: Pcm) -> None:
    assert engine.hear(pcm) == Words("", 0.0)


def test_numbers_are_written_as_they_are_said(engine: Engine) -> None:
    assert "十二号" in engine.hear(prompt("human-8-zm_yunxia")).text


def test_of_too_much_the_end_is_heard(engine: Engine) -> None:
    long = join(prompt("ivr-1-zm_yunxi"), silence(15.0), prompt("busy_announcement-1-zm_yunxi"))
    words = engine.hear(long)
    assert sounds_like("通话中") in sounds_like(words.text)


def test_the_same_sound_is_read_the_same_way(engine: Engine) -> None:
    assert engine.hear(prompt("human-8-zm_yunxia")) == engine.hear(prompt("human-8-zm_yunxia"))


def test_the_samples_handed_in_are_left_alone(engine: Engine) -> None:
    pcm = prompt("human-1-zm_yunxi").copy()
    engine.hear(pcm)
    assert np.array_equal(pcm, prompt("human-1-zm_yunxi"))


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(ModelError, match="cannot be loaded"):
        Engine(tmp_path)
