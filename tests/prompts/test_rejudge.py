"""Judging stored calls again: by their recordings while they are there, by the stored sounds else, and honestly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from probe.hear.library import Library
from probe.hear.prints import make_print
from probe.model import OUTCOME_OF, Cause, Check, Outcome, Purpose, Record, Said
from probe.plan.batch import Open
from probe.rejudge import as_sure, checks_again, judge_again, same, with_history
from scenarios import Scenario, notation
from scenarios.language import Ring
from scenarios.nodes import Node
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


def checked(cause: Cause, *checks: Check, scenario: str = "hotline-15s", purpose: Purpose = Purpose.BASE) -> Record:
    """A call that was not answered, now judged to be of this cause."""
    record = call(audio.silence(30))
    order = msgspec.structs.replace(record.order, scenario=scenario, purpose=purpose)
    verdict = msgspec.structs.replace(record.verdict, outcome=OUTCOME_OF[cause], cause=cause)
    return msgspec.structs.replace(record, order=order, verdict=verdict, checks=checks)


def nobody_knows() -> Open:
    return None


def test_what_a_call_says_to_its_scenario_follows_the_new_verdict() -> None:
    unsure = checked(Cause.UNSURE)
    assert checks_again(unsure, "en", nobody_knows) == ()
    (answered,) = checks_again(checked(Cause.SUSPENDED), "en", nobody_knows)
    assert (answered.name, answered.passed, answered.seen) == ("answered within 15 s", False, "unreachable (suspended)")
    was_held_against_it = checked(Cause.UNSURE, answered)
    assert checks_again(was_held_against_it, "en", nobody_knows) == ()


def test_checks_that_come_out_the_same_stay_in_the_words_in_which_they_were_told() -> None:
    told = Check(name="answered within 15 s", passed=False, seen="联系不上（停机）")
    assert checks_again(checked(Cause.SUSPENDED, told), "en", nobody_knows) == (told,)


def test_a_scenario_that_is_no_more_leaves_the_checks_alone() -> None:
    old = Check(name="answered within 15 s", passed=True, seen="answered")
    gone = checked(Cause.SUSPENDED, old, scenario="deleted-since")
    assert checks_again(gone, "en", nobody_knows) == (old,)


def test_an_old_call_by_hand_is_held_against_the_hours_of_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    one = notation.expectation(Node(1, "expect[1]", "not voicemail in office hours"))
    mine = Scenario(name="mine", use={}, say="who", steps=(Ring(),), expect=(one,))
    monkeypatch.setattr("probe.rejudge.shelf.load", lambda name: mine)
    record = checked(Cause.OFF_HOURS, scenario="mine", purpose=Purpose.MANUAL)
    began = record.trace.started_at
    hour = timedelta(hours=1)
    assert [c.passed for c in checks_again(record, "en", lambda: ((began - hour, began + hour),))] == [False]
    assert checks_again(record, "en", lambda: ((began + hour, began + 2 * hour),)) == ()
    assert checks_again(record, "en", nobody_knows) == ()
