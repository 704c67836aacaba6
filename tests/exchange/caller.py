"""A caller for tests of the exchange: raw SIP and RTP over sockets, every message and packet kept with its time.

Not a user agent: it does what a test tells it, right or wrong. Only messages and packets are built with libraries.
"""

from __future__ import annotations

import asyncio
import io
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import soundfile
from aiortp import DtmfEvent, RtpPacket
from aiortp.dtmf import DTMF_EVENTS
from aiosipua import SipMessage, SipRequest, SipResponse, build_sdp, generate_branch, generate_tag, serialize_sdp

from probe.exchange.district import District, load
from probe.exchange.serve import Exchange

PCMU, PCMA, EVENTS = 0, 8, 101
CLERK = "[ring: 0.1, answer, until_hang_up]"


def district(folder: Path, acts: str, number: str = "1001", head: str = "") -> District:
    """A district of one office; `acts` is a YAML list in flow style, `head` further lines at the top of the file."""
    file = folder / "district.yaml"
    file.write_text(
        f"""{head}
offices:
  - {{unit: u, department: d, service: s, number: "{number}", behaviour: b, story: {{zh: 一, en: one}},
     acts: {acts}, expect: {{outcome: answered, cause: human}}}}
""",
        encoding="utf-8",
    )
    return load(file)


@cache
def decoder(payload_type: int) -> npt.NDArray[np.int16]:
    """The sample of each G.711 byte, by libsndfile."""
    subtype = {PCMU: "ULAW", PCMA: "ALAW"}[payload_type]
    every = io.BytesIO(bytes(range(256)))
    table: npt.NDArray[np.int16] = soundfile.read(
        every, dtype="int16", format="RAW", subtype=subtype, channels=1, samplerate=8000
    )[0]
    return table


class Endpoint(asyncio.DatagramProtocol):
    """A UDP socket that hands what it gets to a function."""

    def __init__(self, received: Callable[[bytes], None]) -> None:
        self._received = received

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._received(data)


async def listen(received: Callable[[bytes], None]) -> tuple[asyncio.DatagramTransport, int]:
    """A socket on loopback and its port."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Endpoint(received), local_addr=("127.0.0.1", 0))
    return transport, transport.get_extra_info("sockname")[1]


@dataclass
class Dialled:
    """One call as its caller has it. Times are seconds since the INVITE."""

    caller: Caller
    invite: SipRequest
    began: float
    acks: bool
    cseq: int = 1
    rtp: Any = None
    responses: list[tuple[float, SipResponse]] = field(default_factory=list)
    requests: list[tuple[float, SipRequest]] = field(default_factory=list)
    packets: list[tuple[float, RtpPacket]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> float:
        return asyncio.get_running_loop().time() - self.began

    def to(self, method: str) -> list[SipResponse]:
        """The responses to our requests with this method, retransmissions included."""
        return [r for _, r in self.responses if r.cseq and r.cseq.method == method]

    @property
    def statuses(self) -> list[int]:
        return [r.status_code for r in self.to("INVITE")]

    def response(self, status: int) -> SipResponse:
        return next(r for _, r in self.responses if r.status_code == status)

    def at(self, status: int) -> float:
        return next(t for t, r in self.responses if r.status_code == status)

    def byes(self) -> list[SipRequest]:
        return [r for _, r in self.requests if r.method == "BYE"]

    def pcm(self) -> npt.NDArray[np.int16]:
        """What was heard (int16, 8 kHz)."""
        pieces = [decoder(p.payload_type)[np.frombuffer(p.payload, np.uint8)] for _, p in self.packets]
        return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)

    async def until(self, what: Callable[[], object], limit_s: float = 30.0) -> None:
        """Wait until `what()` holds; it is asked again at each message and packet."""
        async with asyncio.timeout(limit_s):
            while not what():
                self.news.clear()
                await self.news.wait()

    async def final(self, limit_s: float = 30.0) -> SipResponse:
        await self.until(lambda: max(self.statuses, default=0) >= 200, limit_s)
        return next(r for r in self.to("INVITE") if r.status_code >= 200)

    def send(self, method: str, *, headers: dict[str, str] | None = None, body: str = "") -> SipRequest:
        """A request within the dialog."""
        self.cseq += 1
        request = self.caller.request(method, self.invite.uri)
        for name in ("From", "Call-ID"):
            request.set_header(name, self.invite.get_header(name) or "")
        request.set_header("To", self.responses[-1][1].get_header("To") or "")
        request.set_header("CSeq", f"{self.cseq} {method}")
        for name, value in (headers or {}).items():
            request.set_header(name, value)
        request.text = body
        self.caller.transmit(request)
        return request

    def repeat_headers(self, method: str, to: str) -> SipRequest:
        """CANCEL, or the ACK of a refusal: the INVITE's own headers (RFC 3261 §9.1, §17.1.1.3)."""
        request = SipRequest(method=method, uri=self.invite.uri)
        for name in ("Via", "From", "Call-ID"):
            request.set_header(name, self.invite.get_header(name) or "")
        request.set_header("To", to)
        request.set_header("CSeq", f"{self.invite.cseq.seq if self.invite.cseq else 0} {method}")
        return request

    def cancel(self) -> None:
        self.caller.transmit(self.repeat_headers("CANCEL", self.invite.get_header("To") or ""))

    def ack(self, response: SipResponse) -> None:
        ack = self.repeat_headers("ACK", response.get_header("To") or "")
        ack.set_header("CSeq", f"{response.cseq.seq if response.cseq else 0} ACK")
        if response.status_code < 300:
            ack.set_header("Via", self.caller.via())
        self.caller.transmit(ack)

    async def hang_up(self) -> None:
        """Part from the far end in whatever way fits, and wait for its last word."""
        if 200 in self.statuses and not self.byes():
            self.send("BYE")
            await self.until(lambda: self.to("BYE"), 5)
        elif self.statuses and max(self.statuses) < 200:
            self.cancel()
            await self.final(5)

    def talk(self, payload: bytes, payload_type: int = PCMA, timestamp: int = 0) -> None:
        """One RTP packet to where the far end's SDP says."""
        packet = RtpPacket(payload_type=payload_type, timestamp=timestamp, ssrc=7, payload=payload)
        self.rtp.sendto(packet.serialize(), ("127.0.0.1", self.far_port()))

    def press(self, digit: str, timestamp: int = 0) -> None:
        """One key as telephone-events (RFC 4733): updates and a threefold end."""
        for duration, end in ((160, False), (320, False), (480, True), (480, True), (480, True)):
            event = DtmfEvent(event=DTMF_EVENTS[digit], end=end, volume=10, duration=duration)
            self.talk(event.serialize(), EVENTS, timestamp)

    def far_port(self) -> int:
        body = next(r.text for _, r in self.responses if "m=audio" in r.text)
        return int(body.split("m=audio ")[1].split()[0])


class Caller:
    """`async with Caller(address) as caller: call = await caller.dial("1001")`."""

    def __init__(self, address: str) -> None:
        host, _, port = address.partition(":")
        self.to = (host, int(port))
        self.calls: dict[str, Dialled] = {}
        self.stray: list[SipRequest | SipResponse] = []  # what belongs to no call

    async def __aenter__(self) -> Self:
        self.sip, self.port = await listen(self._received)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for call in self.calls.values():
            call.rtp.close()
        self.sip.close()
        await asyncio.sleep(0)

    def transmit(self, message: SipRequest | SipResponse | bytes) -> None:
        self.sip.sendto(bytes(message), self.to)

    def via(self) -> str:
        return f"SIP/2.0/UDP 127.0.0.1:{self.port};branch={generate_branch()};rport"

    def request(self, method: str, uri: str = "") -> SipRequest:
        """A request outside any dialog."""
        uri = uri or f"sip:{self.to[0]}:{self.to[1]}"
        request = SipRequest(method=method, uri=uri)
        request.set_header("Via", self.via())
        request.set_header("Max-Forwards", "70")
        request.set_header("From", f"<sip:robot@127.0.0.1:{self.port}>;tag={generate_tag()}")
        request.set_header("To", f"<{uri}>")
        request.set_header("Call-ID", f"{uuid.uuid4()}@127.0.0.1")
        request.set_header("CSeq", f"1 {method}")
        request.set_header("Contact", f"<sip:robot@127.0.0.1:{self.port}>")
        return request

    async def dial(
        self, number: str, *, codec: int = PCMA, acks: bool = True, headers: dict[str, str] | None = None
    ) -> Dialled:
        """INVITE with an SDP offer of one codec and telephone-events. `acks`: acknowledge final responses and BYEs."""
        invite = self.request("INVITE", f"sip:{number}@{self.to[0]}:{self.to[1]}")
        call = Dialled(self, invite, asyncio.get_running_loop().time(), acks)

        def heard(data: bytes) -> None:
            call.packets.append((call.now(), RtpPacket.parse(data)))
            call.news.set()

        call.rtp, port = await listen(heard)
        invite.text = serialize_sdp(build_sdp("127.0.0.1", port, codec, {PCMU: "PCMU", PCMA: "PCMA"}[codec]))
        invite.content_type = "application/sdp"
        for name, value in (headers or {}).items():
            invite.set_header(name, value)
        self.calls[invite.call_id or ""] = call
        self.transmit(invite)
        return call

    def _received(self, data: bytes) -> None:
        message = SipMessage.parse(data)
        call = self.calls.get(message.call_id or "")
        if call is None:
            self.stray.append(message)
            return
        if isinstance(message, SipResponse):
            call.responses.append((call.now(), message))
            if call.acks and message.status_code >= 200 and message.cseq and message.cseq.method == "INVITE":
                call.ack(message)
        else:
            call.requests.append((call.now(), message))
            if call.acks:
                response = SipResponse(status_code=200, reason_phrase="OK")
                for name in ("Via", "From", "To", "Call-ID", "CSeq"):
                    response.set_header(name, message.get_header(name) or "")
                self.transmit(response)
        call.news.set()


@asynccontextmanager
async def talking(folder: Path, acts: str, **more: str) -> AsyncIterator[tuple[Exchange, Caller]]:
    """The exchange with one number, and a caller."""
    async with Exchange(district(folder, acts, **more)) as exchange, Caller(exchange.address) as caller:
        yield exchange, caller
