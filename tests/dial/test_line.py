"""The line program itself, over real sockets, against a far end that does what each test says."""

from __future__ import annotations

import hashlib
import re
import socket
import subprocess
import sys
import time
import wave
from pathlib import Path

import psutil
import pytest

from probe.dial.trunk import Secret, Trunk
from probe.model import Blame, Origin, Outcome, Record
from tests.dial.one_line import one_line
from tests.dial.peer import A_LAW_SILENCE, FarEnd, field, peer

pytestmark = pytest.mark.hears


def test_early_media_is_heard_and_recorded(tmp_path: Path) -> None:
    sent_to_us: list[bytes] = []

    def busy(call: FarEnd) -> None:
        call.reply("100 Trying")
        call.reply("183 Session Progress", sdp=True)
        call.talk(b"\x2a" * 160, seconds=1.0)
        sent_to_us.extend(call.rtp_payloads())
        call.reply("486 Busy Here", 'Reason: Q.850;cause=17;text="User busy"', "Reason: SIP;cause=486")
        call.expect("ACK")

    with peer(busy) as far, one_line(tmp_path) as line:
        trace = line.call(f"sip:1001@127.0.0.1:{far.port}")
    kinds = [(s.status, s.origin, s.sdp) for s in trace.signals if s.received]
    assert kinds == [(100, Origin.WIRE, False), (183, Origin.WIRE, True), (486, Origin.WIRE, False)]
    assert trace.signals[-2].headers["Reason"] == ('Q.850;cause=17;text="User busy"', "SIP;cause=486")
    assert (trace.released_by, trace.answered_at_s, trace.robot_fault) == ("far", None, None)
    assert trace.packets_received == 50
    assert trace.packets_lost == 0
    assert trace.media_started_at_s is not None
    assert trace.ended_at_s is not None
    assert trace.recording is not None
    with wave.open(str(tmp_path / trace.recording)) as file:
        recorded_s = file.getnframes() / 8000
        assert recorded_s >= 0.8
        assert recorded_s == pytest.approx(trace.ended_at_s - trace.media_started_at_s, abs=0.3)
        assert any(file.readframes(8000)), "the tone is in it"
    assert len(sent_to_us) > 30, "silence is sent from the first media on"
    assert set(sent_to_us) == {A_LAW_SILENCE * 160}
    assert "P-Early-Media: supported" in far.invite
    assert f"Call-ID: {trace.call_id}" in far.invite
    assert re.search(r"m=audio \d+ RTP/AVP 8 0 \d+\r", far.invite), "G.711 and telephone events, nothing else"


def test_a_180_with_sdp_is_early_media_too_and_the_answer_may_renegotiate(tmp_path: Path) -> None:
    def clerk(call: FarEnd) -> None:
        call.reply("180 Ringing", sdp=True)
        call.talk(seconds=0.5)
        call.reply("200 OK", sdp=True)
        call.expect("ACK")
        call.talk(seconds=0.5)
        call.reply("200 OK", to=call.expect("BYE"))

    with peer(clerk) as far, one_line(tmp_path) as line:
        trace = line.call(f"sip:1001@127.0.0.1:{far.port}", answered_limit_s=1.0)
    assert trace.answered_at_s is not None
    assert trace.media_started_at_s is not None
    assert trace.media_started_at_s < trace.answered_at_s
    assert trace.packets_received == 50, "over both streams"
    assert trace.recording is not None
    with wave.open(str(tmp_path / trace.recording)) as file:
        assert 1.3 < file.getnframes() / 8000 < 1.8, "one recording, without a gap"


def test_no_media_no_file(tmp_path: Path) -> None:
    def busy(call: FarEnd) -> None:
        call.reply("486 Busy Here")
        call.expect("ACK")

    with peer(busy) as far, one_line(tmp_path) as line:
        trace = line.call(f"sip:1001@127.0.0.1:{far.port}")
    assert (trace.recording, trace.packets_received) == (None, None)
    assert not list(tmp_path.glob("recordings/*/*"))


def test_ring_limit_cancels(tmp_path: Path) -> None:
    def rings(call: FarEnd) -> None:
        call.reply("180 Ringing")
        cancel = call.expect("CANCEL")
        call.reply("200 OK", to=cancel)
        call.reply("487 Request Terminated")
        call.expect("ACK")

    with peer(rings) as far, one_line(tmp_path) as line:
        trace = line.call(f"sip:1001@127.0.0.1:{far.port}", ring_limit_s=0.5)
    assert trace.released_by == "robot"
    assert trace.answered_at_s is None
    assert trace.ended_at_s == pytest.approx(0.55, abs=0.1)
    assert [s.status for s in trace.signals if s.received] == [180, 487]


def test_an_answer_that_crosses_the_cancel_is_hung_up(tmp_path: Path) -> None:
    def crosses(call: FarEnd) -> None:
        call.reply("180 Ringing")
        cancel = call.expect("CANCEL")
        call.reply("200 OK", to=cancel)
        call.reply("200 OK", sdp=True)
        call.expect("ACK")
        call.reply("200 OK", to=call.expect("BYE"))

    with peer(crosses) as far, one_line(tmp_path) as line:
        trace = line.call(f"sip:1001@127.0.0.1:{far.port}", ring_limit_s=0.5)
    assert [s.sent or s.status for s in trace.signals] == ["INVITE", 180, "CANCEL", 200, "ACK", "BYE"]
    assert trace.answered_at_s is not None


def test_the_far_end_hangs_up(tmp_path: Path) -> None:
    def drops(call: FarEnd) -> None:
        call.reply("200 OK", sdp=True)
        call.expect("ACK")
        call.talk(seconds=0.3)
        call.request("BYE", "Reason: Q.850;cause=16")
        call.expect("SIP/2.0 200")

    with peer(drops) as far, one_line(tmp_path) as line:
        trace = line.call(f"sip:1001@127.0.0.1:{far.port}")
    assert (trace.signals[-1].received, trace.signals[-1].origin) == ("BYE", Origin.WIRE)
    assert trace.signals[-1].headers == {"Reason": ("Q.850;cause=16",)}
    assert trace.released_by == "far"
    assert trace.packets_received == 15


def test_nobody_sends_us_elsewhere(tmp_path: Path) -> None:
    """Neither a redirection nor a transfer may make the robot call a number of the far end's choice."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
        elsewhere.bind(("127.0.0.1", 0))
        elsewhere.setblocking(False)
        target = f"<sip:110@127.0.0.1:{elsewhere.getsockname()[1]}>"

        def redirects(call: FarEnd) -> None:
            call.reply("302 Moved Temporarily", f"Contact: {target}")
            call.expect("ACK")

        def transfers(call: FarEnd) -> None:
            call.reply("200 OK", sdp=True)
            call.expect("ACK")
            call.request("REFER", f"Refer-To: {target}")
            call.expect("SIP/2.0 603")
            call.reply("200 OK", to=call.expect("BYE"))

        with one_line(tmp_path) as line:
            with peer(redirects) as far:
                moved = line.call(f"sip:1001@127.0.0.1:{far.port}")
            with peer(transfers) as far:
                referred = line.call(f"sip:1001@127.0.0.1:{far.port}", answered_limit_s=0.5)
        assert moved.signals[-2].status == 302
        assert target in moved.signals[-2].headers["Contact"]
        assert "REFER" in [s.received for s in referred.signals]
        with pytest.raises(BlockingIOError):
            elsewhere.recv(1)


def test_reliable_provisionals_are_acknowledged(tmp_path: Path) -> None:
    def reliable(call: FarEnd) -> None:
        assert "100rel" in field(call.invite, "Supported")
        call.reply("183 Session Progress", "Require: 100rel", "RSeq: 1", sdp=True)
        invite = call.invite
        call.reply("200 OK", to=call.expect("PRACK"))
        call.invite = invite
        call.reply("486 Busy Here")
        call.expect("ACK")

    with peer(reliable) as far, one_line(tmp_path) as line:
        trace = line.call(f"sip:1001@127.0.0.1:{far.port}")
    assert [s.sent or s.status for s in trace.signals] == ["INVITE", 183, "PRACK", 486, "ACK"]


def digest_is_right(request: str, password: str) -> bool:
    """RFC 2617 without qop."""
    given: dict[str, str] = dict(re.findall(r'(\w+)="([^"]*)"', field(request, "Proxy-Authorization")))
    secret = hashlib.md5(f"robot:{given['realm']}:{password}".encode()).hexdigest()
    asked = hashlib.md5(f"INVITE:{given['uri']}".encode()).hexdigest()
    return hashlib.md5(f"{secret}:{given['nonce']}:{asked}".encode()).hexdigest() == str(given["response"])


def asks_for_a_password(call: FarEnd) -> None:
    call.reply("407 Proxy Authentication Required", 'Proxy-Authenticate: Digest realm="pbx", nonce="n1"')
    call.expect("ACK")
    if digest_is_right(call.expect("INVITE"), "right"):
        call.reply("486 Busy Here")
    else:
        call.reply("403 Forbidden")
    call.expect("ACK")


@pytest.mark.parametrize(("password", "final", "outcome", "blame"), [
    ("right", 486, Outcome.BUSY, Blame.OFFICE),
    ("wrong", 403, Outcome.INCONCLUSIVE, Blame.TRUNK),
])  # fmt: skip
def test_the_trunk_asks_for_the_password(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], password: str, final: int, outcome: Outcome, blame: Blame
) -> None:
    with peer(asks_for_a_password) as far:
        trunk = Trunk(
            name="ims", proxy=f"sip:127.0.0.1:{far.port}", username="robot", password=Secret(password), caller_id="0571"
        )
        with one_line(tmp_path, trunk=trunk, allowed=("+8657187250001",)) as line:
            record = line.result_of("+8657187250001")
            argv = psutil.Process(line.process.pid).cmdline()
    assert isinstance(record, Record)
    trace = record.trace
    assert [s.sent or s.status for s in trace.signals if s.sent != "ACK"] == ["INVITE", 407, "INVITE", final]
    assert (record.verdict.outcome, record.verdict.blame) == (outcome, blame)
    assert trace.trunk == "ims"
    assert far.invite.startswith(f"INVITE sip:+8657187250001@127.0.0.1:{far.port} SIP/2.0")
    assert "sip:0571@127.0.0.1;tag=" in field(far.invite, "From")
    output = capfd.readouterr()
    assert password not in f"{argv}{trace}{output.out}{output.err}"


def test_only_the_trunk_is_told_credentials(tmp_path: Path) -> None:
    def curious(call: FarEnd) -> None:
        call.reply("401 Unauthorized", 'WWW-Authenticate: Digest realm="pbx", nonce="n1"')
        call.expect("ACK")

    with peer(curious) as far:
        trunk = Trunk(name="ims", proxy="sip:127.0.0.1:9", username="robot", password=Secret("right"))
        with one_line(tmp_path, trunk=trunk) as line:
            trace = line.call(f"sip:1001@127.0.0.1:{far.port}")
    assert [s.sent or s.status for s in trace.signals] == ["INVITE", 401, "ACK"]
    assert trace.trunk == ""


def test_a_silent_host_is_given_up_soon_and_a_late_ring_is_cancelled(tmp_path: Path) -> None:
    def late(call: FarEnd) -> None:
        call.wait(6.2)
        call.reply("180 Ringing")
        call.expect("CANCEL")

    with peer(late) as far, one_line(tmp_path) as line:
        trace = line.call(f"sip:1001@127.0.0.1:{far.port}")
        while "CANCEL" not in str(far.seen):
            time.sleep(0.05)
    last = trace.signals[-1]
    assert (last.status, last.origin) == (408, Origin.TIMER)
    assert trace.ended_at_s == pytest.approx(6.0, abs=0.2)
    assert {s.sent for s in trace.signals[:-1]} == {"INVITE"}


def test_a_refused_port_is_known_at_once(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.connect(("127.0.0.1", 9))  # nobody else can have the port meanwhile, and from others it takes nothing
        with one_line(tmp_path) as line:
            began = time.monotonic()
            trace = line.call(f"sip:1001@127.0.0.1:{port}")
    assert time.monotonic() - began < 2.0
    last = trace.signals[-1]
    assert (last.received, last.origin) == ("SIP/2.0 503 Connection refused", Origin.TRANSPORT)


SPEAKING = """
import sys, time
from pathlib import Path
from probe.dial.events import Ended
from probe.dial.phone import Phone
from probe.dial.uri import parse_uri

with Phone() as phone:
    phone.dial(parse_uri(sys.argv[1]), address="127.0.0.1", call_id="speaking", trunk=None, caller="robot")
    began, said, over = time.monotonic(), False, False
    while not over:
        over = any(isinstance(event, Ended) for event in phone.poll(0.05))
        if not said and time.monotonic() - began > 0.3:
            said = True
            phone.say(Path(sys.argv[2]))
"""


def test_a_prompt_is_heard_by_the_far_end_once(tmp_path: Path) -> None:
    prompt = tmp_path / "say_hello.wav"
    with wave.open(str(prompt), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\x00\x20" * 4000)
    heard = []

    def clerk(call: FarEnd) -> None:
        call.reply("200 OK", sdp=True)
        call.expect("ACK")
        call.wait(1.8)
        heard.extend(call.rtp_payloads())
        call.request("BYE")
        call.expect("SIP/2.0 200")

    with peer(clerk) as far:
        uri = f"sip:1001@127.0.0.1:{far.port}"
        subprocess.run([sys.executable, "-c", SPEAKING, uri, str(prompt)], check=True, stdout=subprocess.DEVNULL)
    loud = [payload for payload in heard if payload != A_LAW_SILENCE * 160]
    assert 23 <= len(loud) <= 27, "half a second, once"


def test_a_response_to_somebody_else_is_none_of_ours(tmp_path: Path) -> None:
    def confused(call: FarEnd) -> None:
        call.reply("180 Ringing")
        call.reply("486 Busy Here", to=call.invite.replace("branch=z9hG4bK", "branch=z9hG4bKother"))
        call.wait(0.3)
        call.reply("404 Not Found")
        call.expect("ACK")

    with peer(confused) as far, one_line(tmp_path) as line:
        trace = line.call(f"sip:1001@127.0.0.1:{far.port}")
    assert [s.status for s in trace.signals if s.received] == [180, 404]


def test_a_challenge_that_comes_twice_is_one_challenge(tmp_path: Path) -> None:
    """A slow trunk answers the INVITE and its repetition; the password was right all the same."""

    def slow(call: FarEnd) -> None:
        first = call.invite
        for _ in range(2):
            challenge = 'Proxy-Authenticate: Digest realm="pbx", nonce="n1", algorithm=MD5'
            call.reply("407 Proxy Authentication Required", challenge, to=first)
        call.expect("INVITE")
        call.reply("407 Proxy Authentication Required", challenge, to=first)
        call.reply("486 Busy Here")
        call.expect("ACK")

    with peer(slow) as far:
        trunk = Trunk(name="t", proxy=f"sip:127.0.0.1:{far.port}", username="u", password=Secret("p"))
        with one_line(tmp_path, trunk=trunk, allowed=("+8657187250001",)) as line:
            record = line.result_of("+8657187250001")
    assert isinstance(record, Record)
    assert [s.status for s in record.trace.signals if s.status] == [407, 486]
    assert record.verdict.outcome is Outcome.BUSY


def test_an_answer_whose_sound_cannot_be_had_is_no_dropped_call(tmp_path: Path) -> None:
    def foreign(call: FarEnd) -> None:
        call.reply("200 OK", sdp="v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n")
        call.expect("BYE")
        call.reply("200 OK", to=call._last)

    with peer(foreign) as far, one_line(tmp_path) as line:
        record = line.result_of(f"sip:1001@127.0.0.1:{far.port}")
    assert isinstance(record, Record)
    assert (record.verdict.outcome, record.verdict.blame, record.trace.released_by) == (
        "inconclusive",
        "robot",
        "robot",
    )
    assert "could not use what the far end had sent" in str(record.trace.robot_fault)
