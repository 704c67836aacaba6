"""The audio of the calls: one 20 ms clock for all of them, and for each call an RTP socket that speaks and listens.

Of aiortp the packets, the sender, the socket protocol and the DTMF receiver are used. Its `RTPSession` is not: jitter
buffer, decoder and RTCP for hundreds of calls would cost most of a core, and nobody here listens to what callers say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache

import numpy as np
from aiortp import DtmfReceiver, RtpPacket, RtpTransport, get_codec
from aiortp.sender import RtpSender

from probe.exchange.sounds import FRAME, RATE_HZ, encoded

FRAME_S = FRAME / RATE_HZ
RTP_HEADER = 12
LOUD = 330  # of 32768: a caller above -40 dBFS is talking
VANISHED_TICKS = round(20 / FRAME_S)  # a caller who sent RTP and then none for 20 s is gone (its program was killed)


class Pump:
    """The clock: every 20 ms each open stream sends one packet. Deadlines are absolute, so that nothing drifts."""

    def __init__(self) -> None:
        self._streams: set[Stream] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    def add(self, stream: Stream) -> None:
        self._streams.add(stream)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._due = loop.time() + FRAME_S
            self._timer = loop.call_at(self._due, self._tick)

    def remove(self, stream: Stream) -> None:
        self._streams.discard(stream)
        if not self._streams and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        self._due += FRAME_S
        self._timer = loop.call_at(self._due, self._tick)
        for stream in tuple(self._streams):
            stream.tick()


@cache
def loud_bytes(payload_type: int) -> bytes:
    """For `bytes.translate`: 1 for each G.711 byte that is louder than LOUD, else 0."""
    samples = np.frombuffer(get_codec(payload_type).decode(bytes(range(256))), "<i2").astype(int)
    return bytes(np.abs(samples) > LOUD)


class Stream:
    """One call's audio. `close` it, or its socket stays open."""

    def __init__(self, pump: Pump, payload_type: int, dtmf_type: int | None, on_vanished: Callable[[], None]) -> None:
        self.payload_type = payload_type
        self.remote: tuple[str, int] | None = None  # where to send; None sends nothing (on hold, or not known yet)
        self.packets_received = 0
        self.packets_sent = 0
        self.digits = ""
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self.heard_at = 0.0  # when the caller was last loud, on the loop's clock
        self._pump = pump
        self._dtmf_type = dtmf_type
        self._dtmf = DtmfReceiver(self._on_digit)
        self._loud = loud_bytes(payload_type)
        self._on_vanished = on_vanished
        self._deaf_ticks = 0
        self.noise = "line"
        self._rest = encoded("silence", self.noise, payload_type)
        self._at = 0  # how far into the rest, or into what is being said
        self._saying: bytes | None = None
        self._left = 0  # bytes still to say
        self._said: asyncio.Future[None] | None = None
        self._protocol = RtpTransport(on_rtp=self._on_rtp, on_rtcp=lambda data, addr: None)
        self._sender = RtpSender(self._protocol, payload_type, enable_history=False)
        self._sender.timestamp_increment = FRAME
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self, host: str) -> int:
        """Bind a socket on `host` and return its port; `start` lets it speak."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self._protocol, local_addr=(host, 0))
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    def start(self, remote: tuple[str, int] | None) -> None:
        """Begin to send, at first the line's noise, to the address of the caller's SDP."""
        self.remote = remote
        self._pump.add(self)

    def close(self) -> None:
        self._pump.remove(self)
        if self._transport is not None:
            self._transport.close()
        if self._said is not None and not self._said.done():
            self._said.cancel()

    def background(self, noise: str) -> None:
        """What is heard from now on beneath and between the sounds: "none", "line" or "room"."""
        self.noise = noise
        self._rest = encoded("silence", noise, self.payload_type)

    async def play(self, sound: str, seconds: float | None = None) -> None:
        """Play a sound once, or over and over for `seconds`; returns when its last packet has gone out."""
        audio = encoded(sound, self.noise, self.payload_type)
        self._saying, self._at = audio, 0
        self._left = len(audio) if seconds is None else round(seconds * RATE_HZ)
        said = self._said = asyncio.get_running_loop().create_future()
        try:
            await said
        finally:
            if self._said is said:  # else another sound has cut it short
                self._saying = None

    def tick(self) -> None:
        """Send the next 20 ms."""
        audio = self._rest if self._saying is None else self._saying
        self._at %= len(audio)
        payload = audio[self._at : self._at + FRAME]
        if len(payload) < FRAME:  # a cycle that is no whole number of frames begins again within this one
            payload += audio[: FRAME - len(payload)]
            self._at -= len(audio)
        self._at += FRAME
        if self.remote is not None:
            self._sender.send_frame_auto(payload, marker=0 if self.packets_sent else 1, addr=self.remote)
            self.packets_sent += 1
        self._deaf_ticks += 1
        if self._deaf_ticks == VANISHED_TICKS and self.packets_received and self.remote is not None:
            self._on_vanished()
        if self._saying is not None:
            self._left -= FRAME
            if self._left <= 0 and self._said is not None and not self._said.done():
                self._said.set_result(None)
                self._saying = None

    def _on_rtp(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) < RTP_HEADER:
            return
        if not self.packets_received and self.remote is not None:
            self.remote = addr  # symmetric RTP (RFC 4961): answer where it comes from
        self.packets_received += 1
        self._deaf_ticks = 0
        if data[1] & 0x7F == self._dtmf_type:
            try:
                self._dtmf.handle_packet(RtpPacket.parse(data))
            except ValueError:
                return  # a malformed event is no key
        elif 1 in data[RTP_HEADER:].translate(self._loud):
            self.heard_at = asyncio.get_running_loop().time()

    def _on_digit(self, digit: str, duration: int) -> None:
        self.press(digit)

    def press(self, digit: str) -> None:
        """The caller pressed a key (RFC 4733, or SIP INFO)."""
        self.digits += digit
        self.keys.put_nowait(digit)
