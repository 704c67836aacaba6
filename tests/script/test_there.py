"""Who is at the other end now, behind a key, a queue or a transfer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from probe.model import Cause, Kind, Origin, Segment, Signal, Sounds, Trace
from probe.script import there

PRESSED_S = 10.0
TRACE = Trace(
    number="+8657187250001",
    started_at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
    signals=(
        Signal(at_s=0.0, sent="INVITE"),
        Signal(at_s=2.0, received="SIP/2.0 200 OK", origin=Origin.WIRE, sdp=True),
        Signal(at_s=PRESSED_S, sent="DTMF 0"),
    ),
    media_started_at_s=2.0,
    answered_at_s=2.0,
)


def piece(kind: Kind, start_s: float, end_s: float, **more: object) -> Segment:
    quiet = kind in (Kind.SILENCE, Kind.NOISE)
    return Segment(kind=kind, start_s=start_s, end_s=end_s, level_dbfs=-70.0 if quiet else -20.0, **more)  # type: ignore[arg-type]  # fields of a segment


MENU = piece(Kind.SPEECH, 2.5, PRESSED_S + 0.4, known="ivr")


def who(*segments: Segment) -> Cause | None:
    """What is sure of the sounds after the key."""
    found = there(TRACE, Sounds(segments=(MENU, *segments), until_s=segments[-1].end_s), PRESSED_S)
    return found.cause if found.sure else None


def test_nobody_yet() -> None:
    assert who(piece(Kind.SILENCE, 10.4, 14.0)) is None


def test_a_clerk_who_picks_up_behind_the_key() -> None:
    assert who(piece(Kind.SILENCE, 10.4, 12.0), piece(Kind.SPEECH, 12.0, 12.9), piece(Kind.SILENCE, 12.9, 15.0)) is (
        Cause.HUMAN
    )


def test_a_clerk_who_picks_up_after_a_long_ringing() -> None:
    ringing = piece(Kind.RINGBACK, 11.0, 37.0, hz=450.0, cycles=5)
    clerk = piece(Kind.SPEECH, 39.0, 39.8)
    assert who(ringing, piece(Kind.SILENCE, 37.0, 39.0), clerk, piece(Kind.SILENCE, 39.8, 41.5)) is Cause.HUMAN


def test_a_clerk_who_is_put_through_in_silence() -> None:
    clerk = piece(Kind.SPEECH, 25.0, 25.8)
    assert who(piece(Kind.SILENCE, 10.4, 25.0), clerk, piece(Kind.SILENCE, 25.8, 27.5)) is Cause.HUMAN


def test_an_agent_after_the_queue() -> None:
    queue = (
        piece(Kind.SPEECH, 11.0, 14.0, known="queue"),
        piece(Kind.SILENCE, 14.0, 14.5),
        piece(Kind.MUSIC, 14.5, 22.0),
    )
    assert who(*queue) is Cause.QUEUE
    agent = (piece(Kind.SILENCE, 22.0, 23.0), piece(Kind.SPEECH, 23.0, 24.0), piece(Kind.SILENCE, 24.0, 25.5))
    assert who(*queue, *agent) is Cause.HUMAN


def test_the_rest_of_a_prompt_that_the_key_cut_off_is_nobody() -> None:
    cut_off = piece(Kind.SPEECH, 9.5, 10.8)  # of a menu in unknown words
    found = there(TRACE, Sounds(segments=(cut_off, piece(Kind.SILENCE, 10.8, 14.0)), until_s=14.0), PRESSED_S)
    assert not found.sure


@pytest.mark.parametrize("label", ["ivr", "queue", "greeting"])
def test_a_known_recording_is_what_it_is(label: str) -> None:
    assert who(piece(Kind.SPEECH, 11.0, 14.0, known=label), piece(Kind.SILENCE, 14.0, 16.0)) is Cause(label)


def test_a_recording_that_was_heard_before_is_no_person() -> None:
    again = piece(Kind.SPEECH, 12.0, 14.5, repeat_of_s=3.0)
    assert who(piece(Kind.SILENCE, 10.4, 12.0), again, piece(Kind.SILENCE, 14.5, 22.0)) is None
