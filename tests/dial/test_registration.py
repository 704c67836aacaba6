"""A line that registers, against a registrar that says what a test says. Kamailio's part: tests/interop."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from probe.dial.trunk import Secret, Trunk
from probe.model import Record
from tests.dial.one_line import OneLine, one_line
from tests.dial.peer import field

pytestmark = pytest.mark.hears
NUMBER = "+8657187250001"


class Registrar:
    """A socket that takes every registration and finds every number engaged."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.port: int = sock.getsockname()[1]
        self.line: tuple[str, int] = ("", 0)

    def trunk(self) -> Trunk:
        return Trunk(
            name="t",
            proxy=f"sip:127.0.0.1:{self.port}",
            username="robot",
            password=Secret("p"),
            register=True,
            keep_alive_s=1,
        )

    def take(self) -> str:
        """The next packet, answered when it is a request that wants one."""
        data, self.line = self.sock.recvfrom(65536)
        text = data.decode()
        status = {"REGISTER": "200 OK", "INVITE": "486 Busy Here"}.get(text.split(" ", 1)[0])
        if status:
            head = [f"SIP/2.0 {status}", *(field(text, n, whole=True) for n in ("Via", "From", "Call-ID", "CSeq"))]
            expires = [field(text, "Expires", whole=True)] if status == "200 OK" else []
            head += [field(text, "To", whole=True) + ";tag=r", field(text, "Contact", whole=True), *expires]
            self.sock.sendto("\r\n".join([*head, "Content-Length: 0", "", ""]).encode(), self.line)
        return text

    def until(self, beginning: str) -> str:
        """Take packets until one begins so."""
        give_up = time.monotonic() + 8.0
        while not (text := self.take()).startswith(beginning):
            assert time.monotonic() < give_up, f"no {beginning!r}"
        return text

    def call(self, target: str) -> None:
        """Call the line, as anybody who knows its account can."""
        lines = [
            f"INVITE {target} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{time.monotonic_ns()}",
            "From: <sip:somebody@127.0.0.1>;tag=s",
            f"To: <{target}>",
            f"Call-ID: in-{time.monotonic_ns()}",
            "CSeq: 1 INVITE",
            f"Contact: <sip:somebody@127.0.0.1:{self.port}>",
            "Max-Forwards: 70",
            "Content-Length: 0",
        ]
        self.sock.sendto("\r\n".join([*lines, "", ""]).encode(), self.line)


@pytest.fixture
def registrar() -> Iterator[Registrar]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(8.0)
        yield Registrar(sock)


def end(line: OneLine) -> None:
    """Nobody confirms its farewell any more."""
    line.process.kill()
    line.process.wait()


def test_a_registered_line_keeps_its_nat_open(tmp_path: Path, registrar: Registrar) -> None:
    with one_line(tmp_path, trunk=registrar.trunk(), allowed=(NUMBER,)) as line:
        line.start(NUMBER)
        registrar.until("ACK")
        began = time.monotonic()
        for _ in range(3):  # the first may have been on its way
            registrar.until("\r\n")
        assert 1.5 < time.monotonic() - began < 5.0
        end(line)


def test_whoever_calls_a_registered_line_is_told_that_nobody_is_there(tmp_path: Path, registrar: Registrar) -> None:
    with one_line(tmp_path, trunk=registrar.trunk(), allowed=(NUMBER,)) as line:
        line.start(NUMBER)
        contact = field(registrar.until("REGISTER"), "Contact").split("<")[1].split(">")[0]
        registrar.until("ACK")
        assert isinstance(line.result(), Record)
        for _ in range(6):  # more than PJSIP has room for at once
            registrar.call(contact)
            registrar.until("SIP/2.0 480")
        line.start(NUMBER)
        registrar.until("ACK")
        record = line.result()
        assert isinstance(record, Record)
        assert record.verdict.outcome == "busy", "and the line is well"
        end(line)


def test_a_silent_registrar_costs_four_seconds_and_is_the_trunks_fault(tmp_path: Path, registrar: Registrar) -> None:
    with one_line(tmp_path, trunk=registrar.trunk(), allowed=(NUMBER,)) as line:
        record = line.result_of(NUMBER)
        assert isinstance(record, Record)
        assert (record.verdict.outcome, record.verdict.blame) == ("inconclusive", "trunk")
        assert [s.received for s in record.trace.signals] == ["SIP/2.0 503 REGISTER: no answer in 4 s"]
