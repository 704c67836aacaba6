"""A far end that does exactly what a test says, over a real socket: also what no well-behaved stack would do.

def busy(call: FarEnd) -> None:
    call.reply("183 Session Progress", sdp=True)
    call.talk(SILENCE, seconds=0.5)
    call.reply("486 Busy Here", 'Reason: Q.850;cause=17')
    call.expect("ACK")

with peer(busy) as far: ...dial f"sip:1001@127.0.0.1:{far.port}"
"""

from __future__ import annotations

import re
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

PATIENCE_S = 10.0
A_LAW_SILENCE = b"\xd5"


class FarEnd:
    """One call as the far end sees it. The methods are for the script; `seen` and `fault` are for the test."""

    def __init__(self, sip: socket.socket) -> None:
        self._sip = sip
        self._rtp = _rtp_socket()
        self._sent = 0  # packets
        self._version = 1  # of our SDP
        self._kept: list[bytes] = []  # received, in order
        self.port: int = sip.getsockname()[1]
        self.invite = ""
        self.seen: list[str] = []  # the first line of everything received, in order
        self.fault: BaseException | None = None
        self._from: tuple[str, int] = ("", 0)
        self._last = ""

    # ---- for the script ----

    def expect(self, method: str, *, within_s: float = PATIENCE_S) -> str:
        """Wait for a request (or, given "SIP/2.0 200", a response) and return its text; others are only noted."""
        until = time.monotonic() + within_s
        while True:
            self._sip.settimeout(max(0.001, until - time.monotonic()))
            data, self._from = self._sip.recvfrom(65536)
            text = data.decode("utf-8", "replace")
            if not text.strip():
                continue  # a keep-alive
            self.seen.append(text.split("\r\n", 1)[0])
            if text.startswith(method):
                self._last = text
                self.invite = text if method == "INVITE" else self.invite
                return text

    def reply(
        self, status: str, *headers: str, sdp: bool | str = False, to: str | None = None, raw: bytes = b""
    ) -> None:
        """Answer the INVITE, or the request `to`; `sdp` may be the whole of it."""
        request = to or self.invite
        lines = [f"SIP/2.0 {status}"]
        lines += [field(request, name, whole=True) for name in ("Via", "From")]
        lines += [field(request, "To", whole=True) + ("" if ";tag=" in field(request, "To") else ";tag=far")]
        lines += [field(request, name, whole=True) for name in ("Call-ID", "CSeq")]
        lines += [f"Contact: <sip:far@127.0.0.1:{self.port}>", *headers]
        self._send(lines, self._sdp() if sdp is True else sdp or "", raw)

    def request(self, method: str, *headers: str, sdp: bool = False, cseq: int | None = None) -> int:
        """Send a request of our own inside the call; its number (CSeq), which an ACK repeats."""
        cseq = len(self.seen) + 1 if cseq is None else cseq
        lines = [
            f"{method} {re.search('<(.*?)>', field(self.invite, 'Contact')).group(1)} SIP/2.0",  # type: ignore[union-attr]  # every INVITE has one
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bKfar{method}{len(self.seen)}",
            f"From: {field(self.invite, 'To')};tag=far",
            f"To: {field(self.invite, 'From')}",
            field(self.invite, "Call-ID", whole=True),
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:far@127.0.0.1:{self.port}>",
            "Max-Forwards: 70",
            *headers,
        ]
        self._send(lines, self._sdp() if sdp else "", b"")
        return cseq

    def talk(self, payload: bytes = A_LAW_SILENCE * 160, *, seconds: float, on: bool = True) -> None:
        """Send A-law packets of 20 ms, the payload again and again, and keep what the robot sends meanwhile.

        Unless it talks `on`, it stops when something is signalled.
        """
        port = int(re.search(r"m=audio (\d+)", self.invite).group(1))  # type: ignore[union-attr]  # it offers audio
        begin = time.monotonic()
        for number in range(int(seconds * 50)):
            place = number * 160 % len(payload)
            head = b"\x80\x08" + (self._sent & 65535).to_bytes(2) + (self._sent * 160).to_bytes(4) + b"far!"
            self._rtp.sendto(head + payload[place : place + 160], ("127.0.0.1", port))
            self._sent += 1
            self._keep()
            if not on and select.select([self._sip], [], [], 0)[0]:
                return
            time.sleep(max(0.0, begin + (number + 1) * 0.02 - time.monotonic()))

    def move(self) -> None:
        """From now on sound comes from another port, and our next SDP (RFC 3264 §8) says that it is wanted there."""
        self._version += 1
        self._keep()
        self._rtp.close()
        self._rtp = _rtp_socket()

    def wait(self, seconds: float) -> None:
        """Let time pass; what arrives meanwhile is noted later."""
        time.sleep(seconds)

    def rtp_payloads(self) -> list[bytes]:
        """What the robot has sent since the last time, packet by packet."""
        self._keep()
        found, self._kept = self._kept, []
        return found

    # ---- inside ----

    def _keep(self) -> None:
        with suppress(BlockingIOError):
            while packet := self._rtp.recv(2048):
                self._kept.append(packet[12:])

    def _sdp(self) -> str:
        port = self._rtp.getsockname()[1]
        return (
            f"v=0\r\no=- 1 {self._version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
        )

    def _send(self, lines: list[str], body: str, raw: bytes) -> None:
        if body:
            lines = [*lines, "Content-Type: application/sdp"]
        head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode()
        self._sip.sendto(head.replace(b"{raw}", raw) + body.encode(), self._from)

    def run(self, script: Callable[[FarEnd], None]) -> None:
        try:
            self.expect("INVITE", within_s=60)
            script(self)
        except BaseException as fault:  # handed to the test by `peer`
            self.fault = fault


def _rtp_socket() -> socket.socket:
    rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    rtp.bind(("127.0.0.1", 0))
    rtp.setblocking(False)
    return rtp


def field(message: str, name: str, *, whole: bool = False) -> str:
    """A header of a SIP message: its value, or the whole line."""
    match = re.search(rf"^{name}: *(.*?)\r$", message, re.MULTILINE | re.IGNORECASE)
    assert match is not None, f"no {name} in {message}"
    return match[0].rstrip("\r") if whole else match[1]


@contextmanager
def peer(script: Callable[[FarEnd], None]) -> Iterator[FarEnd]:
    """A far end on loopback that plays the script for one call; what went wrong in the script is raised at the end."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sip:
        sip.bind(("127.0.0.1", 0))
        far = FarEnd(sip)
        thread = threading.Thread(target=far.run, args=(script,), daemon=True)
        thread.start()
        yield far
        thread.join(PATIENCE_S)
        far._rtp.close()
    if far.fault is not None:
        raise far.fault
