"""Recordings that nobody knows yet: kept once, counted, labelled once, known from then on. People are never kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from probe.errors import CaseError
from probe.hear.library import Library, read_folder
from probe.live import replay
from probe.model import Because, Blame, Cause, Kind, Outcome, Record, Segment, Sounds, Verdict
from probe.prompts import unknown
from probe.prompts.candidates import stretches
from tests import audio
from tests.prompts.calls import UNHEARD, UNHEARD_TOO, announcement, call, on_a_line

WHEN = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


def kept_names(folder: Path) -> list[str]:
    return sorted(unknown.read_all(folder)[0])


class TestBeforeTheAnswer:
    def test_an_announcement_is_kept_with_a_clip_of_it_alone(self, tmp_path: Path) -> None:
        pcm = announcement()
        assert unknown.keep(tmp_path, call(pcm), pcm) == ("u-0001",)
        clip, rate = soundfile.read(unknown.clip_of(tmp_path, "u-0001"), dtype="int16")
        assert rate == 8000
        assert len(clip) / 8000 == pytest.approx(len(audio.prompt(UNHEARD)) / 8000, abs=0.7)
        assert unknown.clip_of(tmp_path, "u-0001").stat().st_mode & 0o077 == 0

    def test_the_same_recording_in_other_calls_is_counted_not_kept_again(self, tmp_path: Path) -> None:
        for n, wait_s in enumerate((0.3, 1.1, 0.6, 2.0)):
            pcm = announcement(seed=n, wait_s=wait_s, snr_db=15)
            record = call(pcm, name=f"c{n}", number=f"+865718725000{n}", minutes=n)
            assert unknown.keep(tmp_path, record, pcm) == ("u-0001",)
        one = unknown.read_all(tmp_path)[0]["u-0001"]
        assert one.times == 4
        assert [h.number[-1] for h in one.hearings] == ["0", "1", "2", "3"]
        assert (one.last_at - one.first_at).total_seconds() == pytest.approx(180, abs=5)

    def test_the_same_call_counts_once(self, tmp_path: Path) -> None:
        pcm = announcement()
        for _ in range(2):
            unknown.keep(tmp_path, call(pcm), pcm)
        assert unknown.read_all(tmp_path)[0]["u-0001"].times == 1

    def test_two_recordings_are_two(self, tmp_path: Path) -> None:
        for n, name in enumerate((UNHEARD, UNHEARD_TOO)):
            pcm = announcement(name)
            unknown.keep(tmp_path, call(pcm, name=f"c{n}"), pcm)
        assert kept_names(tmp_path) == ["u-0001", "u-0002"]

    def test_one_that_comes_round_again_in_a_call_is_kept_once(self, tmp_path: Path) -> None:
        pcm = on_a_line(audio.prompt(UNHEARD), audio.silence(1.5), audio.prompt(UNHEARD), audio.silence(1))
        unknown.keep(tmp_path, call(pcm), pcm)
        assert kept_names(tmp_path) == ["u-0001"]

    def test_one_that_we_cut_off_is_not_kept_but_counts_where_it_is_known_whole(self, tmp_path: Path) -> None:
        part = on_a_line(audio.silence(0.5), audio.prompt(UNHEARD)[:40000])
        assert unknown.keep(tmp_path, call(part, released_by="robot"), part) == ()
        whole = announcement()
        unknown.keep(tmp_path, call(whole, name="c2"), whole)
        assert unknown.keep(tmp_path, call(part, name="c3", released_by="robot"), part) == ("u-0001",)

    @pytest.mark.parametrize("name", ["vacant_number-1-zm_yunxi", "human-10-zf_xiaoyi"])
    def test_what_is_known_or_too_short_is_not_kept(self, tmp_path: Path, name: str) -> None:
        pcm = announcement(name)
        assert unknown.keep(tmp_path, call(pcm), pcm) == ()


def judged(cause: Cause, outcome: Outcome, *segments: Segment, confidence: float = 0.95, sure: bool = True) -> Record:
    """An answered call (at 1 s) of 20 s with this verdict, made at 9 s."""
    verdict = Verdict(
        outcome=outcome,
        cause=cause,
        blame=Blame.NOBODY,
        confidence=confidence,
        because=(Because(key="nothing_known"),),
        sure=sure,
        decided_at_s=9.0,
    )
    record = call(np.zeros(160_000, np.int16), answered_at_s=1.0)
    return msgspec.structs.replace(record, verdict=verdict, sounds=Sounds(segments=segments, until_s=20.5))


def said(start_s: float, end_s: float, **more: object) -> Segment:
    return Segment(kind=Kind.SPEECH, start_s=start_s, end_s=end_s, **more)  # type: ignore[arg-type]


LONG = said(2.0, 7.0)


class TestAfterTheAnswer:
    """PIPL: what a person says after the answer is never kept, nor what may have been a person."""

    @pytest.mark.parametrize("name", [f"human-{n}-zf_xiaoyi" for n in (4, 5, 7, 12)])
    def test_a_person_who_answers_is_not_kept(self, tmp_path: Path, name: str) -> None:
        pcm = on_a_line(audio.silence(1.5), audio.prompt(name), audio.silence(6))
        assert unknown.keep(tmp_path, call(pcm, answered_at_s=1.0), pcm) == ()

    @pytest.mark.parametrize(
        ("cause", "outcome", "confidence", "sure"),
        [
            (Cause.HUMAN, Outcome.ANSWERED, 0.99, True),
            (Cause.UNSURE, Outcome.INCONCLUSIVE, 0.9, True),
            (Cause.DROPPED, Outcome.ANSWERED, 0.95, True),
            (Cause.SILENT, Outcome.ANSWERED, 0.95, True),
            (Cause.IVR, Outcome.ANSWERED, 0.62, False),  # somebody who talks for ten seconds
            (Cause.IVR, Outcome.ANSWERED, 0.95, False),
            (Cause.QUEUE, Outcome.ANSWERED, 0.95, True),  # "one moment please", and music
        ],
    )
    def test_nothing_that_a_person_may_have_said(
        self, cause: Cause, outcome: Outcome, confidence: float, sure: bool
    ) -> None:
        assert stretches(judged(cause, outcome, LONG, confidence=confidence, sure=sure)) == ()

    def test_what_a_machine_said_until_it_was_certain(self) -> None:
        (only,) = stretches(judged(Cause.OFF_HOURS, Outcome.VOICEMAIL, said(2.0, 12.0), said(13.5, 18.0)))
        assert (only.start_s, only.end_s) == (2.0, 9.0)

    def test_nothing_beside_a_known_recording(self) -> None:
        known = said(4.0, 7.0, known="ivr")
        assert stretches(judged(Cause.IVR, Outcome.ANSWERED, said(1.2, 3.5), known)) == ()

    def test_what_repeats_itself_note_for_note(self) -> None:
        again = said(10.0, 14.9, repeat_of_s=2.0)
        (only,) = stretches(judged(Cause.UNSURE, Outcome.INCONCLUSIVE, LONG, again, said(16.0, 19.0), sure=False))
        assert (only.start_s, only.end_s) == (2.0, 7.0)

    def test_not_even_that_when_the_verdict_is_a_person(self) -> None:
        assert stretches(judged(Cause.HUMAN, Outcome.ANSWERED, LONG, said(10.0, 15.0, repeat_of_s=2.0))) == ()


class TestLabelling:
    def test_a_labelled_recording_is_known_from_then_on(self, tmp_path: Path) -> None:
        pcm = announcement(snr_db=15)
        unknown.keep(tmp_path, call(pcm), pcm)
        name = unknown.label(tmp_path, "u-0001", Cause.SUSPENDED, text="您拨打的电话已停机", by="小王", at=WHEN)
        assert kept_names(tmp_path) == []
        found, wrong = read_folder(tmp_path)
        assert wrong == ()
        assert (found[name].label, found[name].text) == (Cause.SUSPENDED, "您拨打的电话已停机")
        assert (found[name].labelled_by, found[name].labelled_at) == ("小王", WHEN)
        assert "8725" not in (tmp_path / f"{name}.json").read_text(), "no number leaves with a file that is exchanged"
        assert (tmp_path / f"{name}.wav").exists()
        other = call(announcement(seed=99, wait_s=1.4, snr_db=15), name="later")
        sounds, _ = replay(other.trace, announcement(seed=99, wait_s=1.4, snr_db=15))
        assert not any(s.known for s in sounds.segments), "the shipped library alone does not know it"
        from probe.hear import Ear

        ear = Ear(library=lambda: Library((), found.values()))
        ear.feed(announcement(seed=99, wait_s=1.4, snr_db=15))
        assert {s.known for s in ear.sounds().segments if s.known} == {"suspended"}

    def test_a_name_that_does_not_exist_is_told_with_the_nearest(self, tmp_path: Path) -> None:
        pcm = announcement()
        unknown.keep(tmp_path, call(pcm), pcm)
        with pytest.raises(CaseError, match="did you mean u-0001"):
            unknown.label(tmp_path, "u-001", Cause.SUSPENDED, text=None, by="", at=WHEN)

    def test_removed_means_gone(self, tmp_path: Path) -> None:
        pcm = announcement()
        unknown.keep(tmp_path, call(pcm), pcm)
        unknown.remove(tmp_path, "u-0001")
        assert [p.name for p in (tmp_path / "unknown").iterdir()] == [".lock"]


def test_no_more_are_kept_than_the_bound_and_the_least_heard_gives_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unknown, "MOST_KEPT", 2)
    names = (UNHEARD, UNHEARD, UNHEARD_TOO, "recording_notice-1-zf_xiaoyi")
    for n, name in enumerate(names):
        pcm = announcement(name, seed=n)
        unknown.keep(tmp_path, call(pcm, name=f"c{n}", minutes=n), pcm)
    assert kept_names(tmp_path) == ["u-0001", "u-0003"]
    assert sorted(p.name for p in (tmp_path / "unknown").glob("*.wav")) == ["u-0001.wav", "u-0003.wav"]


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "unknown").write_text("a file in its place")
    pcm = announcement()
    with pytest.raises(CaseError, match="unknown cannot be written"):
        unknown.keep(tmp_path, call(pcm), pcm)


def test_a_broken_file_among_them_costs_only_itself(tmp_path: Path) -> None:
    pcm = announcement()
    unknown.keep(tmp_path, call(pcm), pcm)
    (tmp_path / "unknown" / "u-0007.json").write_text("{")
    found, wrong = unknown.read_all(tmp_path)
    assert list(found) == ["u-0001"]
    assert "u-0007.json" in str(wrong[0])
    assert unknown.keep(tmp_path, call(pcm, name="c2"), pcm) == ("u-0001",)
