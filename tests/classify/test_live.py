"""A call as it unfolds, and the same call lived through again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from probe.live import LiveCall, replay
from probe.model import Cause, Kind, Origin, Outcome, Signal
from tests import audio
from tests.classify.calls import answered, got, trace

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_a_busy_tone_is_sure_before_the_network_lets_go() -> None:
    call = LiveCall(number="1", started_at=NOW)
    call.signal(Signal(at_s=0.0, sent="INVITE"))
    call.signal(Signal(at_s=0.6, received="SIP/2.0 183 Session Progress", origin=Origin.WIRE, sdp=True))
    call.media(0.65)
    pcm = audio.alaw(audio.cadence(450, (0.35, 0.35), 6.0))
    for start in range(0, len(pcm), 800):
        call.audio(pcm[start : start + 800])
        if call.verdict().sure:
            break
    verdict = call.verdict()
    assert verdict.cause is Cause.BUSY_TONE
    assert verdict.decided_at_s == pytest.approx(0.65 + 2.05, abs=0.25)  # three cycles, the last pause cut short


def test_a_sure_verdict_is_not_revised() -> None:
    call = LiveCall(number="1", started_at=NOW)
    call.signal(Signal(at_s=0.0, sent="INVITE"))
    call.media(0.5)
    call.audio(audio.alaw(audio.cadence(450, (0.35, 0.35), 3.0)))
    before = call.verdict()
    call.audio(audio.alaw(audio.cadence(450, (0.7, 0.7), 5.0)))
    call.signal(got(8.5, "404 Not Found", "Q.850;cause=1"))
    assert before.sure
    assert call.finish(ended_at_s=8.5) == before


def test_an_unsure_verdict_is_decided_at_the_end() -> None:
    call = LiveCall(number="1", started_at=NOW, country="CN", call_id="a-1", trunk="t")
    call.signal(Signal(at_s=0.0, sent="INVITE"))
    call.signal(got(0.5, "180 Ringing"))
    assert call.verdict().decided_at_s is None
    verdict = call.finish(ended_at_s=31.25, released_by="robot", packets_received=0, packets_lost=0, recording="a.wav")
    assert (verdict.cause, verdict.decided_at_s) == (Cause.RANG_OUT, 31.25)
    assert (call.trace.call_id, call.trace.trunk, call.trace.recording) == ("a-1", "t", "a.wav")


def test_a_robot_fault_told_at_the_end_is_the_robots() -> None:
    call = LiveCall(number="1", started_at=NOW)
    call.signal(Signal(at_s=0.0, sent="INVITE"))
    call.signal(got(0.5, "180 Ringing"))
    assert call.finish(ended_at_s=20.0, robot_fault="the line died").cause is Cause.ROBOT


def test_audio_before_media_is_a_mistake() -> None:
    with pytest.raises(RuntimeError, match="before media"):
        LiveCall(number="1", started_at=NOW).audio(audio.silence(0.1))


def test_media_counts_once() -> None:
    call = LiveCall(number="1", started_at=NOW)
    call.media(1.0)
    call.media(2.0)
    assert call.trace.media_started_at_s == 1.0


CLERK = audio.join(audio.silence(0.6), audio.gain(audio.prompt("human-1-zm_yunxi"), -8), audio.silence(3.0))


def test_replaying_a_stored_call_gives_the_live_verdict() -> None:
    pcm = audio.alaw(audio.mix(CLERK, audio.noise(len(CLERK) / audio.RATE, -55)))
    stored = answered(3.0, ended_at_s=3.0 + len(pcm) / audio.RATE, packets_received=200)
    live = LiveCall(number=stored.number, started_at=stored.started_at)
    for signal in stored.signals:
        live.signal(signal)
    live.answered(3.0)
    live.media(3.0)
    for start in range(0, len(pcm), 800):
        live.audio(pcm[start : start + 800])
    assert stored.ended_at_s is not None
    live_verdict = live.finish(ended_at_s=stored.ended_at_s, packets_received=200)
    sounds, verdict = replay(stored, pcm)
    assert verdict == live_verdict
    assert (verdict.cause, verdict.sure) == (Cause.HUMAN, True)
    assert sounds == live.sounds()
    assert sounds.of(Kind.SPEECH)


def test_the_person_is_told_within_a_second_and_a_quarter_of_the_first_word() -> None:
    _, verdict = replay(answered(3.0, ended_at_s=9.0), audio.alaw(CLERK))
    spoken_until = 3.0 + 0.6 + 1.0
    assert verdict.decided_at_s is not None
    assert verdict.decided_at_s - spoken_until <= 1.25


def test_replay_without_media_goes_by_the_signals() -> None:
    sounds, verdict = replay(trace(got(0.1, "100 Trying"), got(1.0, "486 Busy Here", "Q.850;cause=17")), None)
    assert sounds.segments == ()
    assert (verdict.outcome, verdict.sure, verdict.decided_at_s) == (Outcome.BUSY, True, 1.0)


def test_replay_of_a_trace_without_an_end_ends_with_what_is_there() -> None:
    unfinished = answered(3.0)
    _, verdict = replay(unfinished, audio.alaw(CLERK))
    assert verdict.cause is Cause.HUMAN
