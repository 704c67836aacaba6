"""The user's library as a folder of files, and what a recording can be."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from probe.errors import CaseError
from probe.model import Cause
from probe.prompts import shelf
from probe.prompts.labels import RECORDED, label_of
from tests import audio

WHEN = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


def put(folder: Path, of: str = "say_disclosure-1-zm_yunxi", name: str | None = None) -> str:
    one = shelf.print_of(audio.prompt(of), Cause.SUSPENDED, text="停机", origin="甲市", by="小王", at=WHEN)
    return shelf.put(folder, one, name)


def test_offices_exchange_recordings_by_copying_files(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    a, b = put(ours), put(theirs, "say_disclosure-2-zf_xiaoyi")
    assert a != b, "names that the program gives do not collide"
    shutil.copy(theirs / f"{b}.json", ours)
    found, wrong = shelf.entries(ours)
    assert {e.name for e in found if e.own} == {a, b}
    assert wrong == ()


def test_the_same_recording_is_not_put_twice(tmp_path: Path) -> None:
    put(tmp_path)
    with pytest.raises(CaseError, match="in the library already"):
        put(tmp_path)


@pytest.mark.parametrize("name", ["../up", "a/b", ".hidden", "", "x" * 81, "a\nb"])
def test_a_name_is_a_files_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(CaseError, match="cannot be a name"):
        put(tmp_path, name=name)


def test_a_shipped_recording_is_corrected_by_a_copy(tmp_path: Path) -> None:
    name = "busy_announcement-1-zm_yunxi"
    shelf.relabel(tmp_path, name, Cause.REJECTED, text=None, by="小王", at=WHEN)
    (entry,) = [e for e in shelf.entries(tmp_path)[0] if e.name == name]
    assert entry.own
    assert entry.print.label is Cause.REJECTED
    assert entry.print.text, "the words stay"
    shelf.remove(tmp_path, name)
    with pytest.raises(CaseError, match="comes with the program"):
        shelf.remove(tmp_path, name)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "nothing"])
def test_only_recordings_can_be_removed_or_labelled(tmp_path: Path, name: str) -> None:
    with pytest.raises(CaseError, match="no recording called"):
        shelf.remove(tmp_path, name)
    with pytest.raises(CaseError, match="no recording called"):
        shelf.relabel(tmp_path, name, Cause.IVR, text=None, by="", at=WHEN)


@pytest.mark.parametrize(
    ("pcm", "told"), [(audio.silence(5), "only 0.0 s"), (audio.prompt("human-10-zf_xiaoyi"), "s of")]
)
def test_too_little_to_recognise_is_refused(pcm: audio.Pcm, told: str) -> None:
    with pytest.raises(CaseError, match="at least 2 s") as caught:
        shelf.print_of(pcm, Cause.IVR, text="", origin="", by="", at=WHEN)
    assert told in str(caught.value).lower()


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("suspended", Cause.SUSPENDED),
        ("停机", Cause.SUSPENDED),
        (" Vacant-Number ", Cause.VACANT_NUMBER),
        ("空号", Cause.VACANT_NUMBER),
        ("no answer announcement", Cause.NO_ANSWER_ANNOUNCEMENT),
    ],
)
def test_a_cause_is_understood_in_either_language(text: str, cause: Cause) -> None:
    assert label_of(text) is cause


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("suspnded", "did you mean suspended?"),
        ("停机了", "did you mean suspended?"),
        ("xyzzy", "There are: busy_announcement, "),
        ("human", "personal information"),
        ("人工接听", "personal information"),
        ("busy_tone", "busy_announcement"),
    ],
)
def test_what_a_recording_cannot_be_is_told_with_what_it_can(text: str, told: str) -> None:
    with pytest.raises(CaseError) as caught:
        label_of(text)
    assert told in str(caught.value)


def test_no_tone_signal_or_person_is_a_recording() -> None:
    assert not set(RECORDED) & {Cause.HUMAN, Cause.FAX, Cause.SILENT, Cause.BUSY_TONE, Cause.UNSURE, Cause.ROBOT}
