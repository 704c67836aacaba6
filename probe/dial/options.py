"""Asking a trunk whether it is there (OPTIONS, RFC 3261 §11), without making a call."""

from __future__ import annotations

import socket
import time

from aiosipua import SipMessage, SipRequest, SipResponse, generate_branch, generate_call_id, generate_tag

from probe.dial.trunk import Trunk
from probe.errors import DialError

REPEAT_S = (0.5, 1.0, 1.5)  # a datagram may get lost


def ask(trunk: Trunk) -> str:
    """What the trunk answers, e.g. "200 OK"; any answer shows that it is there.

    DialError when its host is unknown, its port is closed or nothing comes within the sum of REPEAT_S. Blocks so long.
    """
    peer = trunk.peer
    port = peer.port or 5060
    try:
        family, _, _, _, address = socket.getaddrinfo(peer.host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            if trunk.bind:
                sock.bind((trunk.bind, 0))
            sock.connect(address)
            request = _options(trunk, sock.getsockname())
            for wait_s in REPEAT_S:
                sock.send(bytes(request))
                answer = _answer(sock, request.call_id or "", time.monotonic() + wait_s)
                if answer is not None:
                    return f"{answer.status_code} {answer.reason_phrase}"
    except socket.gaierror as error:
        reason = error.strerror
        raise DialError("dial.trunk_unknown_host", trunk=trunk.name, host=peer.host, reason=reason) from error
    except ConnectionRefusedError as error:
        raise DialError("dial.trunk_port_closed", trunk=trunk.name, proxy=trunk.proxy) from error
    except OSError as error:
        raise DialError("dial.trunk_no_way", trunk=trunk.name, proxy=trunk.proxy, reason=error.strerror) from error
    raise DialError("dial.trunk_silent", trunk=trunk.name, proxy=trunk.proxy, seconds=sum(REPEAT_S))


def _options(trunk: Trunk, own: tuple[str, int]) -> SipRequest:
    host = f"[{own[0]}]" if ":" in own[0] else own[0]
    request = SipRequest(method="OPTIONS", uri=trunk.proxy)
    for name, value in (
        ("Via", f"SIP/2.0/UDP {host}:{own[1]};branch={generate_branch()};rport"),
        ("Max-Forwards", "70"),
        ("From", f"<sip:{trunk.username or 'probe'}@{host}>;tag={generate_tag()}"),
        ("To", f"<{trunk.proxy}>"),
        ("Call-ID", generate_call_id(host)),
        ("CSeq", "1 OPTIONS"),
        ("Contact", f"<sip:probe@{host}:{own[1]}>"),
        ("Content-Length", "0"),
    ):
        request.headers.append(name, value)
    return request


def _answer(sock: socket.socket, call_id: str, until: float) -> SipResponse | None:
    """The final response to our request, None when none came in time; whatever else arrives is left aside."""
    while (left_s := until - time.monotonic()) > 0:
        sock.settimeout(left_s)
        try:
            message = SipMessage.parse(sock.recv(65535))
        except TimeoutError:
            return None
        except ValueError:
            continue
        if isinstance(message, SipResponse) and message.call_id == call_id and message.status_code >= 200:
            return message
    return None
