"""The network's way to a peer: which of our addresses leads there, and whether the network says that nobody is there.

PJSIP sends from an unconnected UDP socket and is never told of an ICMP "port unreachable": a refused port looks like a
silent one. A connected socket beside it is told.
"""

from __future__ import annotations

import contextlib
import socket
from types import TracebackType
from typing import Self

_KEEP_ALIVE = b"\r\n"  # what SIP phones send to hold a NAT binding open; servers drop it


class Way:
    """A connected UDP socket towards a peer. OSError when there is no route or the own address is not ours.

    Connecting sends nothing, so it finds the own address on the way to a TCP or TLS peer as well.
    """

    def __init__(self, address: str, port: int, *, bind: str = "") -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            if bind:
                self._socket.bind((bind, 0))
            self._socket.setblocking(False)
            self._socket.connect((address, port))
        except OSError:
            self._socket.close()
            raise

    @property
    def local(self) -> str:
        """Our own address on this way."""
        address: str = self._socket.getsockname()[0]
        return address

    def knock(self) -> None:
        """Send something that a SIP server ignores; a host without one answers by ICMP."""
        with contextlib.suppress(OSError):  # a refusal that was already waiting; `failure` tells of the next one
            self._socket.send(_KEEP_ALIVE)

    def failure(self) -> str | None:
        """What the network reported since the last look ("Connection refused"), or None."""
        try:
            self._socket.recv(1)
        except BlockingIOError:
            return None
        except OSError as error:
            return error.strerror or type(error).__name__
        return None

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
