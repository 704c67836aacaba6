"""SIP over one UDP socket: what is malformed is dropped here, quietly, and never reaches a call.

aiosipua's own `UdpSipTransport` asserts that asyncio hands it a `DatagramTransport`, which the selector loop of Python
3.11 does not; it also keeps the system's small receive buffer, in which a burst of INVITEs is lost.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from aiosipua import SipMessage, SipRequest, SipResponse, SipTransport, stringify_via

from probe.errors import ExchangeError

for library in (
    "aiosipua",
    "aiortp",
):  # what they say of hostile packets is for whoever sets logging up, not for stderr
    logging.getLogger(library).addHandler(logging.NullHandler())

RECEIVE_BUFFER = 4 << 20  # bytes; the system may grant less
Address = tuple[str, int]
Receive = Callable[[SipRequest | SipResponse, Address], None]


@dataclass
class Wire(SipTransport, asyncio.DatagramProtocol):
    """A SIP transport of aiosipua. `start` binds `local_addr` and then holds the real port there."""

    _transport: asyncio.DatagramTransport | None = field(default=None, init=False, repr=False)

    async def start(self) -> None:
        host, port = self.local_addr
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            sock.bind((host, port))
        except OSError as error:
            sock.close()
            raise ExchangeError("exchange.port", host=host, port=port, reason=error.strerror) from error
        self.local_addr = sock.getsockname()[:2]
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=sock)

    async def stop(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def send(self, message: SipRequest | SipResponse, addr: Address) -> None:
        if self._transport is not None:
            self._transport.sendto(bytes(message), addr)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a datagram transport in all but its base class

    def datagram_received(self, data: bytes, addr: Address) -> None:
        message = sound_message(data)
        if message is None or self.on_message is None:
            return
        if isinstance(message, SipRequest):
            stamp_via(message, addr)
        self.on_message(message, addr)


def sound_message(data: bytes) -> SipRequest | SipResponse | None:
    """The message, when every header relied on can be read (RFC 3261 §8.1.1); None for all else, keep-alives too."""
    try:
        message = SipMessage.parse(data)
        whole = message.via and message.from_addr and message.to_addr and message.call_id and message.cseq
        message.contact  # noqa: B018  # parsed here, so that it cannot fail later
        return message if whole and message.via[0].branch else None
    except (ValueError, IndexError, KeyError):
        return None


def stamp_via(request: SipRequest, addr: Address) -> None:
    """Note in the top Via where the request really came from (RFC 3261 §18.2.1, RFC 3581 §4)."""
    vias = request.via
    if vias[0].host != addr[0] or "rport" in vias[0].params:
        vias[0].received = addr[0]
    if "rport" in vias[0].params:
        vias[0].rport = str(addr[1])
    request.headers.remove("Via")
    for via in vias:
        request.headers.append("Via", stringify_via(via))
