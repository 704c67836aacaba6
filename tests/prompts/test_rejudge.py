"""Judging stored calls again: by their recordings while they are there, by the stored sounds else, and honestly."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from probe.hear.library import Library
from probe.hear.prints import make_print
from probe.model import Cause, Outcome, Record, Said
from probe.rejudge import as_sure, judge_again, same, with_history
from tests import audio
from tests.prompts.calls import announcement, call

WHEN = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)


@pytest.fixture
def unsure() -> tuple[Record, audio.Pcm]:
    """A call that ended with an announcement that nobody knew."""
    pcm = announcement()
    record = call(pcm)
    assert record.verdict.outcome is Outcome.INCONCLUSIVE
    return record, pcm


@pytest.fixture
def learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Since then somebody has labelled it."""
    own = Library((), [make_print(announcement(seed=5), Cause.SUSPENDED, "您拨打的电话已停机")])
    monkeypatch.setattr("probe.hear.library._known", own)


def test_a_recording_is_heard_anew_with_what_has_been_learnt(unsure: tuple[Record, audio.Pcm], learnt: None) -> None:
    record, pcm = unsure
    sounds, verdict = judge_again(record, pcm)
    assert (verdict.outcome, verdict.cause) == (Outcome.UNREACHABLE, Cause.SUSPENDED)
    assert {s.known for s in sounds.segments if s.known} == {"suspended"}


def test_without_its_recording_a_call_is_judged_by_the_sounds_that_were_stored(
    unsure: tuple[Record, audio.Pcm], learnt: None
) -> None:
    record, _ = unsure
    sounds, verdict = judge_again(record, None)
    assert sounds == record.sounds
    assert same(verdict, record.verdict)
    assert verdict.decided_at_s == record.verdict.decided_at_s


def test_judged_by_the_same_rules_nothing_changes(unsure: tuple[Record, audio.Pcm]) -> None:
    record, pcm = unsure
    assert judge_again(record, pcm) == (record.sounds, record.verdict)


def test_words_that_were_understood_then_are_not_lost(unsure: tuple[Record, audio.Pcm]) -> None:
    record, pcm = unsure
    said = Said(start_s=1.1, end_s=7.0, text="您拨打的电话已停机", confidence=0.9)
    record = msgspec.structs.replace(record, sounds=msgspec.structs.replace(record.sounds, transcript=(said,)))
    sounds, verdict = judge_again(record, pcm)
    assert sounds.transcript == (said,)
    assert verdict.cause is Cause.SUSPENDED


def test_the_new_verdict_says_what_the_call_was_judged_to_be(unsure: tuple[Record, audio.Pcm], learnt: None) -> None:
    record, pcm = unsure
    _, verdict = judge_again(record, pcm)
    told = with_history(verdict, record.verdict, WHEN, "en").because[-1]
    assert told.key == "rejudged"
    assert told.values == {
        "day": "2026-03-09",
        "was": "inconclusive · not sure",
        "confidence": record.verdict.confidence,
    }


def test_a_verdict_that_is_what_it_was_live_has_no_history_to_tell(unsure: tuple[Record, audio.Pcm]) -> None:
    record, _ = unsure
    surer = msgspec.structs.replace(record.verdict, confidence=0.99)
    assert with_history(surer, record.verdict, WHEN, "en") == surer
    assert not as_sure(surer, record.verdict)


def test_a_call_without_media_is_judged_again_too() -> None:
    record = call(audio.silence(1))
    record = msgspec.structs.replace(record, trace=msgspec.structs.replace(record.trace, media_started_at_s=None))
    assert judge_again(record, None)[1].outcome is Outcome.INCONCLUSIVE
