"""Known recordings: found through a telephone line, from any place in them, and never where they are not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from probe.errors import CaseError
from probe.hear import Ear
from probe.hear.library import Library, Print, read_print, shipped
from probe.hear.prints import LABELS, NOT_KNOWN, build, make_print
from probe.model import Cause, Kind, Sounds
from tests import audio

PROMPTS = audio.prompts()
KNOWN = [(name, LABELS.get(kind, kind), text) for name, kind, text in PROMPTS if kind not in NOT_KNOWN]
UNKNOWN = [name for name, kind, _ in PROMPTS if kind in NOT_KNOWN]


def listen(pcm: audio.Pcm, library: Library) -> Sounds:
    ear = Ear(library=lambda: library)
    ear.feed(pcm)
    return ear.sounds()


def names_heard(sounds: Sounds) -> set[str]:
    return {s.known for s in sounds.segments if s.known}


def on_a_line(pcm: audio.Pcm, snr_db: float, seed: int = 0) -> audio.Pcm:
    quieter = audio.gain(pcm, -9)
    return audio.alaw(audio.with_noise(audio.join(audio.silence(0.7), quieter, audio.silence(1.0)), snr_db, seed))


@pytest.mark.parametrize("part", range(4))
def test_every_recording_of_the_library_is_recognised_15_db_above_the_noise(part: int) -> None:
    for seed, (name, label, text) in enumerate(KNOWN[part::4]):
        sounds = listen(on_a_line(audio.prompt(name), 15, seed), shipped())
        assert names_heard(sounds) == {label}, name
        assert text in {s.text for s in sounds.of(Kind.SPEECH)}


def test_a_recording_is_recognised_from_the_middle_on() -> None:
    found = 0
    for seed, (name, label, _) in enumerate(KNOWN[::3]):
        pcm = audio.prompt(name)
        start = max(0, len(pcm) - 21600) // 2
        heard = names_heard(listen(on_a_line(pcm[start:], 15, seed), shipped()))
        assert heard <= {label}, name
        found += heard == {label}
    assert found >= 0.9 * len(KNOWN[::3])


def test_nothing_is_recognised_in_speech_that_is_not_in_the_library() -> None:
    for seed, name in enumerate(UNKNOWN):
        assert not names_heard(listen(on_a_line(audio.prompt(name), 25, seed), shipped())), name


@pytest.mark.parametrize("part", range(3))
def test_a_sentence_that_was_taken_out_is_not_taken_for_another_of_the_same_voice(part: int) -> None:
    prints = shipped().prints
    for number, one in list(enumerate(prints))[part::9]:
        rest = Library([*prints[:number], *prints[number + 1 :]])
        name = next(n for n, _, t in KNOWN if t == one.text and n.endswith(one.origin.split()[-1]))
        assert names_heard(listen(on_a_line(audio.prompt(name), 30), rest)) <= {one.label}, name


def test_music_and_tones_are_not_recognised() -> None:
    pcm = audio.join(audio.music(6.0), audio.cadence(450, (0.35, 0.35), 4.0))
    assert not names_heard(listen(audio.alaw(pcm), shipped()))


def test_a_recording_that_comes_round_again_is_marked_as_a_repeat() -> None:
    announcement = audio.prompt("busy_announcement-1-zm_yunxi")
    pcm = on_a_line(audio.join(announcement, audio.silence(1.0), announcement), 20)
    first, second = listen(pcm, Library([])).of(Kind.SPEECH)
    assert first.repeat_of_s is None
    assert second.repeat_of_s is not None
    assert second.start_s - second.repeat_of_s == pytest.approx(len(announcement) / 8000 + 1.0, abs=0.1)


def test_the_same_words_by_another_voice_are_no_repeat() -> None:
    pcm = on_a_line(
        audio.join(audio.prompt("human-1-zm_yunxi"), audio.silence(1), audio.prompt("human-1-zf_xiaoyi")), 20
    )
    assert all(s.repeat_of_s is None for s in listen(pcm, Library([])).segments)


def test_the_shipped_library_is_what_the_command_makes_of_the_prompts(tmp_path: Path) -> None:
    for name, _, _ in PROMPTS[:6]:
        (tmp_path / f"{name}.flac").symlink_to(audio.PROMPTS / f"{name}.flac")
    lines = (audio.PROMPTS / "manifest.tsv").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "manifest.tsv").write_text("".join(lines[:7]), encoding="utf-8")
    made = tmp_path / "made"
    command = [sys.executable, "-m", "probe.hear.prints", "build", str(tmp_path), str(made)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "6 recordings\n"
    from importlib.resources import files

    for path in made.iterdir():
        assert path.read_bytes() == (files("probe") / "data" / "prompts-library" / path.name).read_bytes()


def test_the_library_knows_every_announcement_and_no_person() -> None:
    labels = {one.label for one in shipped().prints}
    assert len(shipped().prints) == len(KNOWN)
    assert {Cause.BUSY_ANNOUNCEMENT, Cause.VACANT_NUMBER, Cause.IVR, Cause.GREETING} <= labels
    assert Cause.HUMAN not in labels


def test_a_print_holds_peaks_and_no_sound() -> None:
    one = make_print(audio.prompt("powered_off-1-zm_yunxi"), Cause.POWERED_OFF, "您好，您拨打的电话已关机。", "test")
    assert isinstance(one, Print)
    assert 40 < len(one.peaks) < 40 * one.length_s
    assert all(0 <= column < 188 for _, column in one.peaks)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "truncated"),
        ('{"label": "busy", "length_s": 1, "peaks": []}', "Invalid enum value 'busy' - at `$.label`"),
        ('{"label": "ivr", "length_s": 1, "peaks": [[1]]}', "$.peaks[0]"),
    ],
)
def test_a_bad_file_of_a_library_is_named(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text)
    with pytest.raises(CaseError, match=r"mine\.json") as caught:
        read_print(path)
    assert told in str(caught.value)


def test_recordings_must_be_8_khz_mono(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", np.zeros(16000, np.int16), 16000)
    (tmp_path / "manifest.tsv").write_text("file\tclass\ttext\tvoice\na.flac\tivr\t\tx\n")
    with pytest.raises(ValueError, match="16000 Hz"):
        build(tmp_path, tmp_path / "made")
