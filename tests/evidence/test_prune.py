"""Forgetting in time: what goes, what stays, and what a crash or a hostile path can do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from probe import incidents, recordings
from probe.errors import SettingsError
from probe.evidence.gather import gather
from probe.model import Call
from probe.post.letter import Letter
from probe.prompts import prompts_folder, shelf
from probe.prompts.unknown import FOLDER, Hearing, Unknown, clip_of
from probe.prune import Pruned, Retention, prune
from probe.settings import read
from probe.store import Store
from tests.evidence.made import CLERK, MORNING, RINGS, aged, call, keep, stored

ZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
NOW = MORNING + 100 * DAY
OLD, YOUNG = MORNING, NOW - 10 * DAY
POLICY = Retention()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with stored(folder) as opened:
        yield opened


def old(**more: object) -> Call:
    return call(call_id="old", at=OLD, **more)  # type: ignore[arg-type]


def young(**more: object) -> Call:
    return call(call_id="young", at=YOUNG, **more)  # type: ignore[arg-type]


def clip(folder: Path, name: str, last_at: datetime) -> Path:
    """An unknown recording, last heard then."""
    place = prompts_folder(folder) / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    heard = Hearing(call_id="old", number="+8657187250001", at=last_at, start_s=0.0, end_s=3.0)
    one = Unknown(first_at=OLD, last_at=last_at, hearings=(heard,), length_s=3.0, peaks=((1, 2),) * shelf.LEAST_PEAKS)
    shelf.write(place / f"{name}.json", one)
    clip_of(prompts_folder(folder), name).write_bytes(b"RIFF")
    return place / f"{name}.json"


def told(at: datetime) -> incidents.Testimony:
    return incidents.Testimony(
        number="+8657187250001", happened_at=at, told_at=at, heard="busy", by="市民", note="我姓王"
    )


def test_what_is_old_goes_and_what_is_young_stays(store: Store, folder: Path) -> None:
    gone, kept = keep(store, folder, old()), keep(store, folder, young())
    forgotten, remembered = clip(folder, "u-0001", OLD), clip(folder, "u-0002", YOUNG)
    first, second = store.incidents.tell(told(OLD)), store.incidents.tell(told(YOUNG))
    done = prune(store, folder, POLICY, NOW)
    assert gone is not None
    assert kept is not None
    assert (done.recordings, done.transcripts, done.unknown, done.notes, done.left) == (1, 1, 1, 1, ())
    assert done.size_bytes == kept.stat().st_size
    assert [path.exists() for path in (gone, kept, forgotten, remembered)] == [False, True, False, True]
    assert not forgotten.with_suffix(".wav").exists()
    notes = store.incidents.testimonies([first, second])
    assert [notes[first].note, notes[second].note] == ["", "我姓王"]
    assert notes[first].heard == "busy"


def test_a_letter_that_came_to_nothing_keeps_neither_words_nor_notes_longer(store: Store, folder: Path) -> None:
    for key, at in (("old", OLD), ("young", YOUNG)):
        written = Letter(key=key, channel="mail", subject="s", text="我姓王", recipients=("a@b.cn",))
        assert store.outbox.add(written, at)
        claimed = store.outbox.claim(at, "me", 60.0, ("mail",))
        assert claimed
        store.outbox.failed(claimed.letter_id, "me", at, "550", None, bounced=True)
    assert prune(store, folder, POLICY, NOW, dry_run=True).letters == 1
    assert prune(store, folder, POLICY, NOW).letters == 1
    assert prune(store, folder, Retention(notes_days=5), NOW).letters == 1


def test_what_a_verdict_rests_on_stays(store: Store, folder: Path) -> None:
    made = old()
    keep(store, folder, made)
    prune(store, folder, POLICY, NOW)
    after = store.record("old")
    assert after is not None
    assert after.record.trace == made.record.trace
    assert after.record.verdict == made.record.verdict
    assert after.record.sounds.segments == (RINGS, CLERK)
    assert after.record.sounds.transcript == ()


def test_a_pruned_call_says_so(store: Store, folder: Path) -> None:
    keep(store, folder, old())
    prune(store, folder, POLICY, NOW)
    facts = gather(store, folder, "old", ZONE)
    assert facts.sound_text("zh") == f"录音：{NOW:%Y-%m-%d} 已按保存期限删除"
    assert facts.mark.words_at == NOW


def test_again_there_is_nothing_left_to_do(store: Store, folder: Path) -> None:
    keep(store, folder, old())
    clip(folder, "u-0001", OLD)
    store.incidents.tell(told(OLD))
    prune(store, folder, POLICY, NOW)
    assert prune(store, folder, POLICY, NOW + DAY) == Pruned()
    assert store.pruning.of("old").recording_at == NOW


def test_a_dry_run_counts_the_same_and_deletes_nothing(store: Store, folder: Path) -> None:
    file = keep(store, folder, old())
    clip(folder, "u-0001", OLD)
    store.incidents.tell(told(OLD))
    said = prune(store, folder, POLICY, NOW, dry_run=True)
    assert file is not None
    assert file.exists()
    assert not store.pruning.of("old").any
    assert prune(store, folder, POLICY, NOW) == said


def test_a_crash_between_file_and_row_is_made_good(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = keep(store, folder, old())

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("probe.store.pruning.Pruning.recordings_gone", crash)
        with pytest.raises(KeyboardInterrupt):
            prune(store, folder, POLICY, NOW)
    assert file is not None
    assert not file.exists()
    assert gather(store, folder, "old", ZONE).sound_state == "missing"
    assert prune(store, folder, POLICY, NOW).recordings == 0
    assert gather(store, folder, "old", ZONE).sound_state == "pruned"


def test_a_recording_of_no_call_goes_by_its_age(store: Store, folder: Path) -> None:
    place = folder / "recordings" / "2026-03-02"
    place.mkdir(parents=True)
    for name, at in (("stray.wav", OLD), ("new.wav", YOUNG), ("notes.txt", OLD)):
        (place / name).write_bytes(b"x")
        aged(place / name, at)
    assert prune(store, folder, POLICY, NOW).recordings == 1
    assert {path.name for path in place.iterdir()} == {"new.wav", "notes.txt"}


def test_a_young_call_keeps_its_recording_whatever_its_file_says(store: Store, folder: Path) -> None:
    file = keep(store, folder, young())
    assert file is not None
    aged(file, OLD)
    assert prune(store, folder, POLICY, NOW).recordings == 0
    assert file.exists()


@pytest.mark.parametrize(
    "path",
    [
        "../outside.wav",
        "recordings/../../outside.wav",
        "/etc/passwd",
        "tongbutong.sqlite3",
        "recordings",
        "recordings/a.txt",
        "recordings/\0.wav",
        "",
        "prompts/recordings/a.wav",
    ],
)
def test_no_path_leads_out_of_the_recordings(store: Store, folder: Path, path: str) -> None:
    outside = folder.parent / "outside.wav"
    outside.write_bytes(b"precious")
    keep(store, folder, old(recording=path or "x"), sound=None)
    done = prune(store, folder, POLICY, NOW)
    assert done.left == (path or "x",)
    assert outside.read_bytes() == b"precious"
    assert (folder / "tongbutong.sqlite3").exists()
    assert recordings.find(folder, path) is None


def test_no_link_is_followed(store: Store, folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "old.wav").write_bytes(b"precious")
    aged(outside / "old.wav", OLD)
    (folder / "recordings").mkdir()
    (folder / "recordings" / "linked").symlink_to(outside)
    (folder / "recordings" / "file.wav").symlink_to(outside / "old.wav")
    keep(store, folder, old(recording="recordings/linked/old.wav"), sound=None)
    keep(store, folder, call(call_id="other", at=OLD, recording="recordings/file.wav"), sound=None)
    done = prune(store, folder, POLICY, NOW)
    assert set(done.left) == {"recordings/linked/old.wav", "recordings/file.wav"}
    assert (outside / "old.wav").read_bytes() == b"precious"
    assert recordings.find(folder, "recordings/linked/old.wav") is None
    assert recordings.find(folder, "recordings/file.wav") is None


def test_a_library_behind_a_link_is_left_alone(store: Store, folder: Path) -> None:
    kept = clip(folder, "u-0001", OLD)
    (folder / "prompts").rename(folder.parent / "elsewhere")
    (folder / "prompts").symlink_to(folder.parent / "elsewhere")
    done = prune(store, folder, POLICY, NOW)
    assert done.unknown == 0
    assert done.left == (str(folder / "prompts" / FOLDER),)
    assert (folder.parent / "elsewhere" / FOLDER / kept.name).exists()


def test_what_cannot_be_deleted_is_named_and_tried_again(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = keep(store, folder, old())
    with monkeypatch.context() as patched:

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError

        patched.setattr(os, "unlink", refuse)
        done = prune(store, folder, POLICY, NOW)
    assert (done.recordings, len(done.left)) == (0, 1)
    assert store.pruning.of("old").recording_at is None
    assert prune(store, folder, POLICY, NOW).recordings == 1
    assert file is not None
    assert not file.exists()


def test_words_that_came_back_are_forgotten_again(store: Store, folder: Path) -> None:
    """While the recording is there, whoever judges the call again hears its words anew."""
    short = Retention(transcripts_days=30, recordings_days=365)
    made = old()
    keep(store, folder, made)
    assert prune(store, folder, short, NOW).transcripts == 1
    record = made.record
    assert store.rejudge("old", record.verdict, record.verdict, record.sounds, NOW)
    assert prune(store, folder, short, NOW + DAY).transcripts == 1


def test_many_calls_in_several_batches(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probe.store.pruning.CHUNK", 3)
    for i in range(10):
        keep(store, folder, call(call_id=f"c-{i}", at=OLD))
    done = prune(store, folder, POLICY, NOW)
    assert (done.recordings, done.transcripts) == (10, 10)
    assert list((folder / "recordings").rglob("*.wav")) == []


def test_thirty_days_unless_said_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "probe.toml"
    file.write_text("[privacy]\nrecordings_days = 29\n")
    with pytest.raises(SettingsError, match="below_30_days"):
        read(file)
    file.write_text("[privacy]\nrecordings_days = 7\nbelow_30_days = true\n")
    assert read(file).privacy.retention() == Retention(recordings_days=7)
    file.write_text("")
    assert read(file).privacy.retention() == Retention()
