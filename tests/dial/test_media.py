"""Sound behind NATs; every socket on the address that the trunk is bound to."""

from __future__ import annotations

import re
import socket
import time
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from probe.dial.keys import GAP_S, KEY_S
from probe.dial.trunk import Trunk
from probe.model import Cause, Record
from scenarios.read import Reader
from tests.dial.one_line import one_line, order_for
from tests.dial.peer import A_LAW_SILENCE, FarEnd, field, peer

pytestmark = pytest.mark.hears
NUMBER = "+8657187250001"


def test_sound_goes_back_to_where_it_comes_from_whatever_the_sdp_says(tmp_path: Path) -> None:
    """Symmetric RTP (RFC 4961): behind a NAT the port in the SDP is not the one that packets come from."""
    came_back: list[int] = []

    def clerk(call: FarEnd) -> None:
        call.reply("200 OK", sdp=True)
        call.expect("ACK")
        port = int(re.search(r"m=audio (\d+)", call.invite).group(1))  # type: ignore[union-attr]  # it offers audio
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nat:
            nat.bind(("127.0.0.1", 0))
            nat.setblocking(False)
            for number in range(75):
                head = b"\x80\x08" + number.to_bytes(2) + (number * 160).to_bytes(4) + b"nat!"
                nat.sendto(head + A_LAW_SILENCE * 160, ("127.0.0.1", port))
                time.sleep(0.02)
            try:
                while nat.recv(2048):
                    came_back.append(1)
            except BlockingIOError:
                pass
        call.request("BYE")
        call.expect("SIP/2.0 200")

    with peer(clerk) as far, one_line(tmp_path) as line:
        trace = line.call(f"sip:1001@127.0.0.1:{far.port}")
    assert trace.packets_received == 75
    assert len(came_back) > 20, "after the ten packets by which PJSIP makes sure"


def test_every_socket_is_bound_to_the_trunks_own_address(tmp_path: Path) -> None:
    own: list[str] = []
    heard: list[bytes] = []

    def clerk(call: FarEnd) -> None:
        call.reply("200 OK", sdp=True)
        call.expect("ACK")
        call.wait(0.5)
        heard.extend(call.rtp_payloads())
        sockets = psutil.Process(line.process.pid).net_connections("inet")
        own.extend(c.laddr.ip for c in sockets)
        call.request("BYE")
        call.expect("SIP/2.0 200")

    with peer(clerk) as far:
        trunk = Trunk(name="t", proxy=f"sip:127.0.0.1:{far.port}", bind="127.0.0.3")
        with one_line(tmp_path, trunk=trunk, allowed=(NUMBER,)) as line:
            line.call(NUMBER)
    assert heard
    assert set(own) == {"127.0.0.3"}
    assert len(own) >= 3, "SIP, RTP, RTCP"
    assert "c=IN IP4 127.0.0.3" in far.invite
    assert "127.0.0.3" in field(far.invite, "Contact")


@pytest.mark.parametrize(
    ("seconds", "verdict"), [(0.0, (Cause.UNSURE, False)), (12.0, (Cause.SILENT, True))], ids=["nothing", "silence"]
)
def test_early_media_does_not_hide_that_no_sound_came_after_the_answer(
    tmp_path: Path, seconds: float, verdict: tuple[Cause, bool]
) -> None:
    def office(call: FarEnd) -> None:
        call.reply("183 Session Progress", sdp=True)
        call.talk(seconds=3)
        call.reply("200 OK", sdp=True)
        call.expect("ACK")
        call.talk(seconds=seconds, on=False)
        call.reply("200 OK", to=call.expect("BYE", within_s=20))

    with peer(office) as far, one_line(tmp_path) as line:
        record = line.result_of(f"sip:1001@127.0.0.1:{far.port}")
    assert isinstance(record, Record)
    assert (record.verdict.cause, record.verdict.sure) == verdict
    trace = record.trace
    assert trace.packets_received is not None
    assert trace.packets_after_answer is not None
    assert 150 <= trace.packets_received <= 150 + seconds * 50
    assert trace.packets_received - trace.packets_after_answer == pytest.approx(150 + min(seconds, 0.5) * 50, abs=10)


def test_keys_by_info_are_sent_one_after_the_other_each_when_the_last_was_taken(tmp_path: Path) -> None:
    came_s: list[float] = []

    def switchboard(call: FarEnd) -> None:
        call.reply("200 OK", sdp=True)
        call.expect("ACK")
        for wait_s in (0.0, 0.0, 0.4, 0.0):  # it takes its time for the third
            info = call.expect("INFO")
            came_s.append(time.monotonic())
            call.wait(wait_s)
            call.reply("200 OK", to=info)
        call.reply("200 OK", to=call.expect("BYE"))

    text = (
        "name: mine\nuse: {zh: 试, en: a trial}\nsay: who\n"
        "steps: [ring: 9 s, press: {keys: '802#', by: info}, wait: 1 s]\n"
    )
    with peer(switchboard) as far, one_line(tmp_path) as line:
        order = order_for(f"sip:1001@127.0.0.1:{far.port}")
        line.ask_dial(order, scenario=Reader(Path()).scenario(text, "mine"))
        assert isinstance(line.result(), Record)
    gaps = [after - before for before, after in pairwise(came_s)]
    assert len(gaps) == 3
    assert all(gap >= KEY_S + GAP_S - 0.02 for gap in gaps)
    assert gaps[2] >= 0.4
