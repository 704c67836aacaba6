"""Whoever answers hears who calls, from the first word to the last: counted in packets at the far end."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest
from aiortp import get_codec

from probe.exchange.sounds import PCMA, encoded
from probe.model import Record
from probe.plan import SAY
from probe.script.voices import wav_length_s
from tests.dial.one_line import one_line
from tests.dial.peer import FarEnd, peer

WHO = SAY / "say_disclosure-1-zf_xiaoyi.wav"
QUIET = encoded("silence", "line", PCMA)
LOUD = 40  # of 127, an A-law sample's size (ITU-T G.711)


def room(seconds: float) -> bytes:
    return (QUIET * (int(seconds * 8000) // len(QUIET) + 1))[: int(seconds * 50) * 160]


def clerk(prompt: str, after_s: float) -> bytes:
    """Somebody who says this so long after the answer, and then waits."""
    return room(after_s) + encoded(prompt, "line", PCMA) + room(30)


def loud_s(packets: list[bytes]) -> float:
    """For how long somebody could be heard in these."""
    return sum(any((x ^ 0x55) & 0x7F > LOUD for x in payload) for payload in packets) / 50


def words_s() -> float:
    """How long somebody can be heard in the recording."""
    with wave.open(str(WHO)) as file:
        coded = get_codec(8).encode(file.readframes(file.getnframes()))
    return loud_s([coded[at : at + 160] for at in range(0, len(coded), 160)])


@pytest.mark.parametrize(
    ("prompt", "after_s"),
    [("prompt/human-8-zm_yunxia", 4.6), ("prompt/human-7-zm_yunxia", 0.6)],
    ids=["a late greeting", "a long greeting"],
)
def test_who_is_not_recognised_in_time_hears_who_called(tmp_path: Path, prompt: str, after_s: float) -> None:
    heard: list[float] = []

    def office(call: FarEnd) -> None:
        call.reply("180 Ringing")
        call.reply("200 OK", sdp=True)
        call.expect("ACK")
        call.talk(clerk(prompt, after_s), seconds=30, on=False)
        call.reply("200 OK", to=call.expect("BYE"))
        heard.append(loud_s(call.rtp_payloads()))

    with peer(office) as far, one_line(tmp_path) as line:
        line.start(f"sip:1001@127.0.0.1:{far.port}", say=str(WHO))
        record = line.result(within_s=40)
    assert isinstance(record, Record)
    trace = record.trace
    said = [(s.at_s, s.sent) for s in trace.signals if s.sent and s.sent.startswith("SAY")]
    assert [sent for _, sent in said] == [f"SAY {WHO.stem} (to whoever it is)"]
    assert trace.ended_at_s is not None
    assert trace.answered_at_s is not None
    assert trace.ended_at_s - trace.answered_at_s <= 20.5
    assert trace.ended_at_s - said[0][0] >= wav_length_s(WHO)
    assert heard[0] >= words_s() - 0.1


@pytest.mark.parametrize("change", ["nothing", "the port"])
def test_a_re_invite_does_not_silence_it(tmp_path: Path, change: str) -> None:
    """SBCs send one soon after the 200, and session timers (RFC 4028) in every long call."""
    heard: list[float] = []

    def office(call: FarEnd) -> None:
        call.reply("180 Ringing")
        call.reply("200 OK", sdp=True)
        call.expect("ACK")
        call.talk(clerk("prompt/human-10-zf_xiaoyi", 0.5), seconds=6.0)
        if change == "the port":
            call.move()
        again = call.request("INVITE", sdp=True)
        call.expect("SIP/2.0 200")
        call.request("ACK", cseq=again)
        call.talk(room(1), seconds=20, on=False)
        call.reply("200 OK", to=call.expect("BYE"))
        heard.append(loud_s(call.rtp_payloads()))

    with peer(office) as far, one_line(tmp_path) as line:
        line.start(f"sip:1001@127.0.0.1:{far.port}", say=str(WHO))
        record = line.result(within_s=40)
    assert isinstance(record, Record)
    said_s = next(s.at_s for s in record.trace.signals if s.sent == f"SAY {WHO.stem}")
    assert said_s < 5.0, "the re-INVITE came while it was being said"
    assert heard[0] >= words_s() - 0.3
