"""Calls that played something: their recording, and the record that the ear and the rules make of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from probe.live import replay
from probe.model import Order, Origin, Record, Signal, Trace
from tests import audio

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Hangzhou
UNHEARD = "say_disclosure-1-zm_yunxi"  # recordings that are not in the shipped library
UNHEARD_TOO = "say_disclosure-2-zf_xiaoyi"


def on_a_line(*parts: audio.Pcm, seed: int = 0, snr_db: float = 20) -> audio.Pcm:
    return audio.alaw(audio.with_noise(audio.gain(audio.join(*parts), -9), snr_db, seed))


def call(
    pcm: audio.Pcm,
    *,
    name: str = "c1",
    number: str = "+8657187250001",
    answered_at_s: float | None = None,
    minutes: float = 0,
    released_by: str = "far",
    recording: str | None = None,
) -> Record:
    """A call whose media begin half a second after the INVITE; unanswered ones end with a 480."""
    ended_s = 0.5 + len(pcm) / 8000
    signals = [Signal(at_s=0.0, sent="INVITE"), got(0.4, "SIP/2.0 183 Session Progress")]
    if answered_at_s is not None:
        signals.append(got(answered_at_s, "SIP/2.0 200 OK"))
    signals.append(got(ended_s, "SIP/2.0 480 Temporarily Unavailable" if answered_at_s is None else "BYE"))
    trace = Trace(
        number=number,
        started_at=NINE + timedelta(minutes=minutes),
        signals=tuple(signals),
        media_started_at_s=0.5,
        answered_at_s=answered_at_s,
        ended_at_s=ended_s,
        released_by=released_by,  # type: ignore[arg-type]  # "far" or "robot"
        call_id=name,
        packets_received=len(pcm) // audio.PACKET,
        recording=recording,
    )
    sounds, verdict = replay(trace, pcm)
    order = Order(call_id=name, number=number, office="甲局", why="test")
    return Record(order=order, trace=trace, sounds=sounds, verdict=verdict)


def got(at_s: float, line: str) -> Signal:
    return Signal(at_s=at_s, received=line, origin=Origin.WIRE)


def announcement(name: str = UNHEARD, *, seed: int = 0, wait_s: float = 0.6, snr_db: float = 20) -> audio.Pcm:
    """An announcement before the answer, once."""
    return on_a_line(audio.silence(wait_s), audio.prompt(name), audio.silence(1.0), seed=seed, snr_db=snr_db)
