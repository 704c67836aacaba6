"""Known recordings: found through a telephone line, from any place in them, and never where they are not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from probe.errors import CaseError
from probe.hear import Ear
from probe.hear.library import Library, Print, known, read_folder, read_print, shipped, use
from probe.hear.pairs import pairs
from probe.hear.peaks import Pairs
from probe.hear.printed import MOST_BYTES
from probe.hear.prints import LABELS, NOT_KNOWN, build, make_print
from probe.model import Cause, Kind, Sounds
from tests import audio
from tests.line import amr
from tests.voices import resampled

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


@pytest.mark.parametrize("bits_per_s", [12200, 7400, 4750])
def test_a_recording_is_recognised_through_a_mobile_codec(bits_per_s: int) -> None:
    recognised = []
    for seed, (name, label, _) in list(enumerate(KNOWN))[::6]:
        noisy = audio.with_noise(audio.gain(audio.prompt(name), -9), 25, seed)
        sounds = listen(audio.alaw(amr(audio.join(noisy, audio.silence(0.5)), bits_per_s)), shipped())
        assert names_heard(sounds) <= {label}, name
        recognised.append(names_heard(sounds) == {label})
    assert sum(recognised) >= 0.9 * len(recognised)


@pytest.mark.parametrize("percent", [-0.5, -0.3, -0.1, 0.1, 0.3, 0.5])
def test_a_clock_that_drifts_does_not_matter(percent: float) -> None:
    for seed, (name, label, _) in list(enumerate(KNOWN))[::8]:
        sounds = listen(on_a_line(resampled(audio.prompt(name), 1 - percent / 100), 15, seed), shipped())
        assert names_heard(sounds) == {label}, name


def test_two_seconds_from_the_middle_are_enough() -> None:
    heard = []
    for seed, (name, label, _) in list(enumerate(KNOWN))[::4]:
        pcm = audio.prompt(name)
        found = names_heard(listen(on_a_line(pcm[(len(pcm) - 18000) // 2 :][:18000], 20, seed), shipped()))
        assert found <= {label}, name
        heard.append(found == {label})
    assert sum(heard) >= 0.9 * len(heard)


@pytest.mark.parametrize("name", ["busy_announcement-2-zm_yunxi", "vacant_number-1-zm_yunxi", "own_line-1-zf_xiaoyi"])
def test_of_two_recordings_that_differ_in_one_word_neither_is_taken_for_the_other(name: str) -> None:
    """Carriers put announcements together: 已关机 and 已停机 may share every sample but those of one word."""
    one = audio.prompt(name)
    other, middle = one.copy(), len(one) // 2
    other[middle : middle + 3200] = audio.prompt(f"ivr-1-{name.split('-')[-1]}")[8000:11200]
    library = Library([make_print(one, Cause.POWERED_OFF), make_print(other, Cause.SUSPENDED)])
    assert names_heard(listen(on_a_line(one, 25), library)) <= {"powered_off"}
    assert names_heard(listen(on_a_line(other, 25), library)) <= {"suspended"}


def test_the_hashes_of_a_library_are_those_that_a_call_finds() -> None:
    prints = shipped().prints[:12]
    keys, numbers, frames = pairs([np.array(one.peaks, np.int32) for one in prints])
    one_by_one = [(key, number, frame) for number, one in enumerate(prints) for key, frame in Pairs().feed(one.peaks)]
    assert sorted(zip(keys.tolist(), numbers.tolist(), frames.tolist(), strict=True)) == sorted(one_by_one)


class TestTheUsersOwn:
    """A folder beside the shipped one; `use` is undone after each test."""

    @pytest.fixture(autouse=True)
    def _as_before(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("probe.hear.library._known", None)

    def put(self, folder: Path, name: str, label: Cause, of: str) -> None:
        one = make_print(on_a_line(audio.prompt(of), 15), label, "mine")
        (folder / f"{name}.json").write_bytes(msgspec.json.encode(one))

    def test_is_heard_beside_the_shipped_recordings(self, tmp_path: Path) -> None:
        self.put(tmp_path, "ours", Cause.SUSPENDED, "say_disclosure-1-zm_yunxi")
        assert use(tmp_path) == ()
        for name, label in (("say_disclosure-1-zm_yunxi", "suspended"), ("vacant_number-1-zm_yunxi", "vacant_number")):
            assert names_heard(listen(on_a_line(audio.prompt(name), 15, 7), known())) == {label}

    @pytest.mark.parametrize("name", ["a-name-of-its-own", "vacant_number-1-zm_yunxi"])
    def test_wins_over_a_shipped_recording(self, tmp_path: Path, name: str) -> None:
        self.put(tmp_path, name, Cause.NUMBER_CHANGED, "vacant_number-1-zm_yunxi")
        use(tmp_path)
        pcm = on_a_line(audio.prompt("vacant_number-1-zm_yunxi"), 20, 3)
        assert names_heard(listen(pcm, known())) == {"number_changed"}

    def test_does_not_win_where_another_recording_is_heard(self, tmp_path: Path) -> None:
        """The same voice and the same first words, but another end."""
        self.put(tmp_path, "ours", Cause.BARRED, "no_coverage-1-zf_xiaoyi")
        use(tmp_path)
        pcm = on_a_line(audio.prompt("no_answer_announcement-1-zf_xiaoyi"), 20, 3)
        assert names_heard(listen(pcm, known())) == {"no_answer_announcement"}

    def test_a_folder_that_is_not_there_holds_nothing(self, tmp_path: Path) -> None:
        assert use(tmp_path / "none") == ()
        assert known() is shipped()

    def test_files_that_are_no_good_cost_only_themselves(self, tmp_path: Path) -> None:
        self.put(tmp_path, "good", Cause.SUSPENDED, "say_disclosure-1-zm_yunxi")
        (tmp_path / "huge.json").write_bytes(b"[" * (MOST_BYTES + 1))
        (tmp_path / "deep.json").write_bytes(b"[" * 5000)
        (tmp_path / "latin.json").write_bytes(b'{"label": "ivr", "text": "\xe9", "length_s": 1, "peaks": []}')
        (tmp_path / "folder.json").mkdir()
        os.mkfifo(tmp_path / "pipe.json")
        (tmp_path / "notes.txt").write_text("not ours")
        found, wrong = read_folder(tmp_path)
        assert list(found) == ["good"]
        named = [Path(str(error.values["file"])).name for error in wrong]
        assert named == ["deep.json", "folder.json", "huge.json", "latin.json", "pipe.json"]


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
    assert 20 < len(one.peaks) < 40 * one.length_s
    assert all(0 <= column < 188 for _, column in one.peaks)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "truncated"),
        ('{"label": "busy", "length_s": 1, "peaks": []}', "Invalid enum value 'busy' - at `$.label`"),
        ('{"label": "ivr", "length_s": 1, "peaks": [[1]]}', "$.peaks[0]"),
        ('{"label": "ivr", "length_s": 1, "peaks": [[1, 188]]}', "$.peaks[0][1]"),
        ('{"label": "ivr", "length_s": 1e9, "peaks": []}', "$.length_s"),
        ('{"label": "ivr", "length_s": 1, "peaks": [[9, 1], [3, 1]]}', "not in order"),
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
