"""The hostile far end: one UDP socket that takes any number of calls, and does to each what its plan says."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import cache
from random import Random

from probe.exchange.sounds import PCMA, encoded
from tests.fuzz import mutate, packets
from tests.fuzz.message import Dialled, Message, confirmed, dialled, header

FRAME = 160  # A-law bytes in 20 ms
CLERK = "prompt/human-10-zf_xiaoyi"
TONE = "tone/busy"


@cache
def heard(sound: str) -> bytes:
    """A tone goes on and on; who speaks waits behind it."""
    payload = encoded(sound, "line", PCMA)
    if sound.startswith("prompt"):
        payload += encoded("silence", "line", PCMA) * 100
    return payload[: len(payload) // FRAME * FRAME]


Plan = Callable[["Hostile"], Awaitable[None]]


class Hostile:
    """One call as the far end sees it; the methods are for its plan."""

    def __init__(self, far: Far, call: Dialled, dice: Random, rtp: socket.socket) -> None:
        self.far = far
        self.call = call
        self.dice = dice
        self.rtp = rtp
        self.over = asyncio.Event()  # CANCEL or BYE has come
        self._packet = 0

    def send(self, message: Message | bytes) -> None:
        """As it is."""
        wire = message if isinstance(message, bytes) else message.wire()
        self.far.send(wire, self.call.where)

    def spoil(self, message: Message) -> bytes:
        """With something wrong in it; returns what was sent."""
        wire = mutate.spoilt(message, self.dice, self.call.rtp_port)
        self.odd("responses" if message.start.startswith("SIP/") else "requests", wire)
        return wire

    def odd(self, what: str, wire: bytes) -> None:
        """Send something that is not as it should be, and count it."""
        self.far.counts[what] += 1
        self.far.send(wire, self.call.where)

    async def wait(self, seconds: float) -> None:
        """So long, or until the robot ends the call."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.over.wait(), seconds)

    async def talk(self, sound: str, seconds: float, *, spoilt: float = 0.0) -> None:
        """Send this sound; a share of the packets is spoilt, and so many RTCP packets come beside them."""
        payload = heard(sound)
        where, control = ("127.0.0.1", self.call.audio), ("127.0.0.1", self.call.audio + 1)
        for _ in range(round(seconds * 50)):
            if self.over.is_set():
                return
            at = self._packet * FRAME % len(payload)
            piece = payload[at : at + FRAME]
            if self.dice.random() < spoilt:
                self.far.counts["RTP"] += 1
                self._push(packets.spoilt(self._packet, piece, self.dice), where)
                if self.dice.random() < 0.2:
                    self.far.counts["RTCP"] += 1
                    self._push(packets.control(self.dice), self.dice.choice((where, control)))
            else:
                self._push(packets.rtp(self._packet, piece), where)
            self._packet += 1
            await self.wait(0.02)

    def _push(self, packet: bytes, where: tuple[str, int]) -> None:
        with contextlib.suppress(OSError):  # the robot has closed its port, or the packet is too long for loopback
            self.rtp.sendto(packet, where)


class Far(asyncio.DatagramProtocol):
    """`plan_of` says what is done to whom: the user part of the address that was called → plan and its dice."""

    def __init__(self, plan_of: Callable[[str], tuple[Plan, Random]]) -> None:
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []  # of our own: none of them may be taken for the robot's
        self._plan_of = plan_of
        self._calls: dict[str, Hostile] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.DatagramTransport = transport  # type: ignore[assignment]  # of a datagram endpoint
        self.port: int = transport.get_extra_info("sockname")[1]

    def send(self, wire: bytes, where: tuple[str, int]) -> None:
        with contextlib.suppress(OSError):
            self._transport.sendto(wire, where)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text = data.decode("utf-8", "replace")
        method = text.split(" ", 1)[0]
        call = self._calls.get(header(text, "Call-ID"))
        if not text.strip() or method.startswith("SIP/2.0"):
            return
        if method == "INVITE" and call is None:
            self._begin(text, addr)
        elif method in ("CANCEL", "BYE"):
            self.send(confirmed(text), addr)
            if call is not None:
                if method == "CANCEL":
                    self.send(call.call.response("487 Request Terminated").wire(), addr)
                call.over.set()
        elif method not in ("INVITE", "ACK"):
            self.send(confirmed(text), addr)

    def _begin(self, invite: str, addr: tuple[str, int]) -> None:
        rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        rtp.bind(("127.0.0.1", 0))
        rtp.setblocking(False)
        user = invite.partition("sip:")[2].partition("@")[0]
        plan, dice = self._plan_of(user)
        call = Hostile(self, dialled(invite, addr, self.port, rtp.getsockname()[1]), dice, rtp)
        self._calls[call.call.call_id] = call
        task = asyncio.get_running_loop().create_task(self._act(plan, call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _act(self, plan: Plan, call: Hostile) -> None:
        try:
            await plan(call)
            await call.wait(10.0)
        except Exception as fault:
            self.faults.append(f"{plan}: {fault!r}")
        finally:
            call.rtp.close()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._transport.close()
