"""Calls that nobody answered: words before tones, tones before signalling, and conflicts that are told."""

from __future__ import annotations

import msgspec
import pytest

from probe.classify import classify
from probe.model import Cause, Outcome, Sounds, Trace
from tests.classify.calls import got, heard, known, live, trace

PROGRESS = got(0.6, "183 Session Progress")
MEDIA = {"media_started_at_s": 0.6}
BUSY_486 = got(9.0, "486 Busy Here", "Q.850;cause=17")

TONES = [
    # tone, cycles   cause                           sure
    ("busy", 2, Cause.BUSY_TONE, False),
    ("busy", 3, Cause.BUSY_TONE, True),
    ("congestion", 2, Cause.NETWORK_CONGESTION, False),
    ("congestion", 3, Cause.NETWORK_CONGESTION, True),
    ("vacant", 1, Cause.VACANT_NUMBER, False),
    ("vacant", 2, Cause.VACANT_NUMBER, True),
]


@pytest.mark.parametrize(("kind", "cycles", "cause", "sure"), TONES)
def test_three_cycles_are_sure_and_two_a_guess(kind: str, cycles: int, cause: Cause, sure: bool) -> None:
    sounds = heard((kind, 0.7, 3.0, {"cycles": cycles, "hz": 450.0}))
    verdict = classify(live(trace(PROGRESS, **MEDIA)), sounds)
    assert (verdict.cause, verdict.sure) == (cause, sure)


def test_one_busy_cycle_says_nothing() -> None:
    verdict = classify(live(trace(PROGRESS, **MEDIA)), heard(("busy", 0.7, 1.5, {"cycles": 1, "hz": 450.0})))
    assert verdict.cause is Cause.UNSURE


@pytest.mark.parametrize(
    ("label", "outcome"),
    [
        ("busy_announcement", Outcome.BUSY),
        ("no_answer_announcement", Outcome.UNANSWERED),
        ("rejected", Outcome.UNANSWERED),
        ("powered_off", Outcome.UNREACHABLE),
        ("no_coverage", Outcome.UNREACHABLE),
        ("vacant_number", Outcome.UNREACHABLE),
        ("suspended", Outcome.UNREACHABLE),
        ("number_changed", Outcome.UNREACHABLE),
        ("barred", Outcome.UNREACHABLE),
        ("network_congestion", Outcome.INCONCLUSIVE),
        ("own_line", Outcome.INCONCLUSIVE),
        ("dial_plan", Outcome.INCONCLUSIVE),
        ("greeting", Outcome.VOICEMAIL),
    ],
)
def test_a_known_recording_is_what_it_is_and_ends_the_call(label: str, outcome: Outcome) -> None:
    verdict = classify(live(trace(PROGRESS, **MEDIA)), heard(known(label, 1.0, 3.4, "您好")))
    assert (verdict.outcome, verdict.cause, verdict.sure) == (outcome, label, True)
    assert verdict.because[0].key == "known_recording"
    assert verdict.because[0].values["text"] == "您好"


def test_agreeing_evidence_raises_the_confidence() -> None:
    sounds = heard(("busy", 0.7, 6.0, {"cycles": 8, "hz": 450.0}))
    alone = classify(trace(PROGRESS, ended_at_s=7.0, **MEDIA), sounds)
    with_code = classify(trace(PROGRESS, BUSY_486, **MEDIA), sounds)
    assert (alone.cause, with_code.cause) == (Cause.BUSY_TONE, Cause.BUSY_TONE)
    assert with_code.confidence > alone.confidence
    assert [b.key for b in with_code.because] == ["tone_busy", "reason", "refused"]


def test_conflicting_evidence_lowers_it_and_is_told() -> None:
    sounds = heard(("busy", 0.7, 6.0, {"cycles": 8, "hz": 450.0}))
    verdict = classify(trace(PROGRESS, got(7.0, "404 Not Found", "Q.850;cause=1"), **MEDIA), sounds)
    assert verdict.cause is Cause.BUSY_TONE
    assert verdict.confidence < 0.6
    assert [b.key for b in verdict.because] == ["tone_busy", "although", "reason", "refused"]


SPEECH = ("speech", 1.0, 4.5)


@pytest.mark.parametrize(
    ("final", "cause"),
    [
        (got(9.0, "486 Busy Here", "Q.850;cause=17"), Cause.BUSY_ANNOUNCEMENT),
        (got(9.0, "486 Busy Here"), Cause.BUSY_ANNOUNCEMENT),
        (got(9.0, "480 Temporarily Unavailable", "Q.850;cause=19"), Cause.NO_ANSWER_ANNOUNCEMENT),
        (got(9.0, "404 Not Found", "Q.850;cause=1"), Cause.VACANT_NUMBER),
        (got(9.0, "404 Not Found"), Cause.VACANT_NUMBER),
        (got(9.0, "480 Temporarily Unavailable", "Q.850;cause=20"), Cause.POWERED_OFF),
        (got(9.0, "503 Service Unavailable", "Q.850;cause=34"), Cause.NETWORK_CONGESTION),
        (got(9.0, "480 Temporarily Unavailable"), Cause.UNSURE),
        (got(9.0, "487 Request Terminated"), Cause.UNSURE),
    ],
)
def test_an_announcement_whose_words_are_unknown_goes_by_the_signalling(final: object, cause: Cause) -> None:
    from probe.model import Signal

    assert isinstance(final, Signal)
    assert classify(trace(PROGRESS, final, **MEDIA), heard(SPEECH)).cause is cause


def test_unknown_speech_alone_is_honestly_unsure() -> None:
    verdict = classify(trace(PROGRESS, ended_at_s=20.0, released_by="robot", **MEDIA), heard(SPEECH))
    assert (verdict.cause, verdict.sure) == (Cause.UNSURE, False)
    assert verdict.because[0].key == "early_speech"


def test_an_announcement_after_twenty_seconds_of_ringing_means_that_nobody_came() -> None:
    sounds = heard(("ringback", 0.7, 25.0, {"cycles": 5}), ("speech", 26.0, 30.0))
    verdict = classify(trace(PROGRESS, ended_at_s=31.0, released_by="robot", **MEDIA), sounds)
    assert verdict.cause is Cause.NO_ANSWER_ANNOUNCEMENT
    assert verdict.confidence < 0.8


def test_rings_that_were_heard_are_counted_in_the_reason() -> None:
    sounds = heard(("ringback", 0.7, 30.0, {"cycles": 6}))
    verdict = classify(trace(PROGRESS, ended_at_s=30.0, released_by="robot", **MEDIA), sounds)
    assert verdict.cause is Cause.RANG_OUT
    assert verdict.because[0].values["rings"] == 6


def test_music_instead_of_ringback_is_ringing() -> None:
    verdict = classify(trace(PROGRESS, ended_at_s=31.0, released_by="robot", **MEDIA), heard(("music", 1.0, 31.0)))
    assert verdict.cause is Cause.RANG_OUT


ALERTING = got(0.5, "180 Ringing")
ENGAGED = known("busy_announcement", 13.0, 16.5)


def test_a_busy_announcement_after_ringing_is_doubted_and_not_hung_up_on() -> None:
    during = classify(live(trace(ALERTING, got(12.5, "183 Session Progress"), media_started_at_s=12.5)), heard(ENGAGED))
    assert (during.cause, during.sure) == (Cause.BUSY_ANNOUNCEMENT, False)
    after = classify(
        trace(ALERTING, got(17.0, "486 Busy Here", "Q.850;cause=17"), media_started_at_s=12.5), heard(ENGAGED)
    )
    assert after.outcome is Outcome.BUSY
    assert after.confidence < 0.75
    assert "although" in [b.key for b in after.because]


def test_a_486_that_lies_is_unanswered_when_the_network_says_that_the_phone_rang() -> None:
    call = trace(ALERTING, got(17.0, "486 Busy Here", 'Q.850;cause=19;text="no answer"'), media_started_at_s=12.5)
    verdict = classify(call, heard(ENGAGED))
    assert verdict.cause is Cause.RANG_OUT
    assert verdict.confidence < 0.7
    assert [b.key for b in verdict.because] == ["rang", "reason", "although", "known_recording", "refused"]


@pytest.mark.parametrize("seconds", [3.0, 20.0])
def test_a_second_dial_tone_is_our_dial_plan(seconds: float) -> None:
    verdict = classify(live(trace(PROGRESS, **MEDIA)), heard(("dial", 0.7, 0.7 + seconds, {"hz": 450.0})))
    assert (verdict.cause, verdict.sure) == (Cause.DIAL_PLAN, True)


def test_sit_alone_says_only_that_it_failed() -> None:
    verdict = classify(trace(PROGRESS, ended_at_s=8.0, **MEDIA), heard(("sit", 1.0, 2.0), ("speech", 2.2, 6.0)))
    assert verdict.cause is Cause.UNSURE


def test_nothing_at_all_is_unsure() -> None:
    verdict = classify(trace(got(0.1, "100 Trying"), ended_at_s=45.0, released_by="robot"), Sounds())
    assert (verdict.cause, verdict.because[0].key) == (Cause.UNSURE, "nothing_known")


def test_a_trace_without_signals_does_not_accuse_the_trunk() -> None:
    bare = msgspec.structs.replace(trace(ended_at_s=5.0), signals=())
    assert classify(bare, Sounds()).cause is Cause.UNSURE


RINGING = got(0.6, "180 Ringing")


def rung_then_busy(rings: int, cycles: int = 4) -> tuple[Trace, Sounds]:
    """So many rings of 1 s and 4 s, and then busy tone."""
    rung = [("ringback", 1.0, 1.0 + 5.0 * rings, {"cycles": rings, "hz": 450.0})]
    start_s = 1.0 + 5.0 * rings
    busy = ("busy", start_s, start_s + 0.7 * cycles, {"cycles": cycles, "hz": 450.0})
    return live(trace(RINGING, PROGRESS, **MEDIA)), heard(*rung, busy)


@pytest.mark.parametrize(
    ("rings", "cause", "least"),
    [(1, Cause.BUSY_TONE, 0.9), (2, Cause.BUSY_TONE, 0.75), (3, Cause.RANG_OUT, 0.8), (8, Cause.RANG_OUT, 0.9)],
)
def test_a_phone_that_rings_is_not_engaged(rings: int, cause: Cause, least: float) -> None:
    verdict = classify(*rung_then_busy(rings))
    assert (verdict.cause, verdict.sure) == (cause, True)
    assert least <= verdict.confidence < least + 0.15
    if cause is Cause.RANG_OUT:
        assert [b.key for b in verdict.because] == ["rang_heard", "tone_busy"]
