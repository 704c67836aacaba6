"""One call's course, without a telephone and without a clock: what is done when, and what the record says."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from probe.dial.course import MOST_SIGNALS, NO_REPLY_S, RELEASE_WAIT_S
from probe.dial.events import Faulted
from probe.model import Blame, Cause, Origin
from tests.dial.scene import Scene


def test_busy_in_early_media(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.get(0.1, "SIP/2.0 100 Trying")
    scene.get(0.6, "SIP/2.0 183 Session Progress", sdp=True)
    scene.hear(0.6, 2.0)
    scene.get(2.0, "SIP/2.0 486 Busy Here")
    scene.end(2.0, "486 Busy Here", Origin.WIRE)
    trace = scene.record().trace
    assert [s.sent or s.received for s in trace.signals] == [
        "INVITE", "SIP/2.0 100 Trying", "SIP/2.0 183 Session Progress", "SIP/2.0 486 Busy Here"
    ]  # fmt: skip
    assert trace.media_started_at_s == pytest.approx(0.6)
    assert (trace.answered_at_s, trace.ended_at_s) == (None, 2.0)
    assert (trace.released_by, trace.packets_received, trace.packets_lost) == ("far", 50, 1)
    assert (trace.call_id, trace.trunk, trace.country, trace.robot_fault) == ("c1", "ims", "CN", None)
    assert trace.recording == "recordings/2026-03-02/c1.wav"
    with wave.open(str(tmp_path / trace.recording)) as file:
        assert file.getnframes() == 14 * 800
    assert [p.state for p in scene.told if p.signal is None] == ["ringing", "early_media", "ended"]
    assert scene.phone.asked == []


def test_the_clock_begins_with_the_invite(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    assert scene.told[0].at_s == 0.0


def test_ringing_is_ended_at_the_ring_limit_and_the_487_awaited(tmp_path: Path) -> None:
    scene = Scene(tmp_path, ring_limit_s=30.0)
    scene.get(0.2, "SIP/2.0 180 Ringing")
    scene.tick(29.9)
    assert scene.phone.asked == []
    scene.tick(30.0)
    assert scene.phone.asked == ["hang up"]
    scene.end(30.0, "487 Request Terminated", Origin.LOCAL)  # PJSIP's own view of it
    scene.send(30.01, "CANCEL")
    scene.get(30.05, "SIP/2.0 200 OK", "CANCEL")
    assert not scene.course.over
    scene.get(30.06, "SIP/2.0 487 Request Terminated")
    trace = scene.record().trace
    assert (trace.released_by, trace.answered_at_s, trace.ended_at_s) == ("robot", None, 30.01)
    assert [s.status for s in trace.signals] == [None, 180, None, 487], "the 200 to a CANCEL is no answer"
    assert trace.recording is None, "there was no media"
    assert scene.course.confirmed


def test_an_answer_that_crosses_the_cancel_is_an_answer_and_gets_a_bye(tmp_path: Path) -> None:
    scene = Scene(tmp_path, ring_limit_s=30.0)
    scene.get(0.2, "SIP/2.0 180 Ringing")
    scene.tick(30.0)
    scene.send(30.01, "CANCEL")
    scene.get(30.02, "SIP/2.0 200 OK", "CANCEL")
    scene.get(30.03, "SIP/2.0 200 OK", sdp=True)
    scene.send(30.04, "ACK")
    scene.send(30.04, "BYE")
    assert not scene.course.over
    scene.get(30.06, "SIP/2.0 200 OK", "BYE")
    trace = scene.record().trace
    assert (trace.answered_at_s, trace.ended_at_s, trace.released_by) == (30.03, 30.04, "robot")


def test_a_far_end_that_confirms_nothing_is_not_awaited_for_ever(tmp_path: Path) -> None:
    scene = Scene(tmp_path, ring_limit_s=30.0)
    scene.get(0.2, "SIP/2.0 180 Ringing")
    scene.tick(30.0)
    scene.send(30.0, "CANCEL")
    scene.send(30.5, "CANCEL")
    scene.tick(30.0 + RELEASE_WAIT_S - 0.1)
    assert not scene.course.over
    scene.tick(30.0 + RELEASE_WAIT_S)
    assert scene.record().trace.ended_at_s == 30.0
    assert not scene.course.confirmed


def test_a_silent_host_is_given_up(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.tick(NO_REPLY_S - 0.1)
    assert scene.phone.asked == []
    scene.tick(NO_REPLY_S)
    assert scene.phone.asked == ["hang up"]
    trace = scene.record().trace
    assert (trace.signals[-1].status, trace.signals[-1].origin) == (408, Origin.TIMER)
    assert trace.released_by is None
    assert not scene.course.confirmed


def test_a_refused_port_is_told_as_such(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.end(0.02, "503 Connection refused", Origin.TRANSPORT)
    signal = scene.record().trace.signals[-1]
    assert (signal.received, signal.origin) == ("SIP/2.0 503 Connection refused", Origin.TRANSPORT)
    assert scene.phone.asked == ["hang up"]


def test_the_answered_limit_and_the_deadline(tmp_path: Path) -> None:
    scene = Scene(tmp_path, answered_limit_s=20.0)
    scene.get(5.0, "SIP/2.0 200 OK", sdp=True)
    scene.tick(24.9)
    assert scene.phone.asked == []
    scene.tick(25.0)
    assert scene.phone.asked == ["hang up"]
    late = Scene(tmp_path, deadline_s=60.0, ring_limit_s=59.0, answered_limit_s=20.0)
    late.get(55.0, "SIP/2.0 200 OK", sdp=True)
    late.tick(59.9)
    assert late.phone.asked == []
    late.tick(60.0)
    assert late.phone.asked == ["hang up"]


def test_packets_are_counted_from_shortly_after_the_answer_on(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.get(1.0, "SIP/2.0 183 Session Progress", sdp=True)
    scene.get(5.0, "SIP/2.0 200 OK", sdp=True)
    for at, packets in ((5.0, 200), (5.4, 219), (5.55, 225), (6.0, 250)):
        scene.phone.packets = (packets, 1)
        scene.tick(at)
    scene.get(7.0, "BYE", "BYE")
    scene.send(7.0, "SIP/2.0 200 OK", "BYE")
    scene.phone.packets = (300, 1)
    scene.end(7.0, "200 OK", Origin.WIRE)
    trace = scene.record().trace
    assert (trace.packets_received, trace.packets_after_answer) == (300, 75)


def test_a_far_end_that_hangs_up_is_named(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.get(1.0, "SIP/2.0 200 OK", sdp=True)
    scene.get(3.0, "BYE", "BYE")
    scene.send(3.0, "SIP/2.0 200 OK", "BYE")
    scene.end(3.0, "200 OK", Origin.WIRE)
    trace = scene.record().trace
    assert (trace.signals[-1].received, trace.released_by, trace.ended_at_s) == ("BYE", "far", 3.0)


def test_a_bye_that_our_side_does_not_take_ends_nothing(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.get(1.0, "SIP/2.0 200 OK", sdp=True)
    scene.get(3.0, "BYE", "BYE")
    scene.send(3.0, "SIP/2.0 500 Internal Server Error", "BYE")
    assert not scene.course.over
    scene.tick(40.0)
    scene.get(40.1, "SIP/2.0 200 OK", "BYE")
    trace = scene.record().trace
    assert "BYE" not in [s.received for s in trace.signals]
    assert trace.released_by == "robot"


def test_a_call_that_our_own_library_ends_is_not_held_against_the_office(tmp_path: Path) -> None:
    """The answer came, and its sound could not be had: PJSIP says BYE by itself, at the far end's message."""
    scene = Scene(tmp_path)
    scene.get(1.0, "SIP/2.0 200 OK", sdp=True)
    scene.send(1.0, "BYE")
    scene.end(1.0, "488 Unable to create media session", Origin.WIRE)
    record = scene.record()
    assert record.trace.released_by == "robot"
    assert "488 Unable to create media session" in str(record.trace.robot_fault)
    assert (record.verdict.cause, record.verdict.blame) == (Cause.ROBOT, Blame.ROBOT)


def test_who_is_sure_hangs_up(tmp_path: Path, verdicts: Callable[[Cause | None], None]) -> None:
    scene = Scene(tmp_path)
    scene.get(0.2, "SIP/2.0 183 Session Progress", sdp=True)
    scene.tick(3.0)
    assert scene.phone.asked == []
    verdicts(Cause.BUSY_TONE)
    scene.tick(3.1)
    assert scene.phone.asked == ["hang up"]


def test_the_operator_ends_a_call(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.get(0.2, "SIP/2.0 180 Ringing")
    scene.course.stop(1002.0)
    assert scene.phone.asked == ["hang up"]
    scene.get(2.1, "SIP/2.0 487 Request Terminated")
    record = scene.record()
    assert record.trace.robot_fault == "the operator stopped the call"


def test_the_operator_takes_no_blame_for_a_call_that_was_over(tmp_path: Path) -> None:
    scene = Scene(tmp_path, ring_limit_s=30.0)
    scene.get(0.2, "SIP/2.0 180 Ringing")
    scene.tick(30.0)
    scene.course.stop(1030.1)
    scene.get(30.2, "SIP/2.0 487 Request Terminated")
    assert scene.record().trace.robot_fault is None
    assert scene.phone.asked == ["hang up"]


def test_a_recording_that_cannot_be_written_ends_the_call(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    (tmp_path / "recordings" / "2026-03-02").mkdir(parents=True)
    (tmp_path / "recordings" / "2026-03-02" / "c1.wav").symlink_to("/dev/full")
    scene.get(0.2, "SIP/2.0 183 Session Progress", sdp=True)
    scene.hear(0.2, 0.5)
    assert scene.phone.asked == ["hang up"]
    scene.get(0.6, "SIP/2.0 487 Request Terminated")
    trace = scene.record().trace
    assert "No space left" in str(trace.robot_fault)
    assert trace.recording is None


def test_sound_that_this_machine_lost_is_its_own_fault(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.get(0.2, "SIP/2.0 183 Session Progress", sdp=True)
    scene.hear(0.2, 2.2)
    scene.hear(4.0, 5.0)
    scene.get(5.0, "SIP/2.0 486 Busy Here")
    scene.end(5.0, "486 Busy Here", Origin.WIRE)
    assert "lost 1.8 s of sound" in str(scene.record().trace.robot_fault)


def test_a_fault_of_the_telephone_is_ours(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.get(0.2, "SIP/2.0 180 Ringing")
    scene.course.note(Faulted(1000.3, "no more ports"))
    scene.get(0.4, "SIP/2.0 487 Request Terminated")
    assert scene.record().trace.robot_fault == "the telephone program failed (no more ports)"


def test_a_flood_of_signals_does_not_fill_the_memory_and_its_end_is_kept(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    for number in range(MOST_SIGNALS * 3):
        scene.get(0.1 + number / 1000, f"SIP/2.0 180 Ringing {number}")
    scene.get(2.0, "SIP/2.0 486 Busy Here")
    scene.end(2.0, "486 Busy Here", Origin.WIRE)
    signals = scene.record().trace.signals
    assert len(signals) == MOST_SIGNALS + 1
    assert signals[-1].status == 486
