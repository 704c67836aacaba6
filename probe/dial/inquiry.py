"""Asking a trunk something outside of any call, over UDP, TCP or TLS, with its password when it asks for one.

Not over PJSIP: this runs inside commands, and PJSIP wants a process of its own.
"""

from __future__ import annotations

import socket
import ssl
import time
from types import TracebackType
from typing import Self

from aiosipua import (
    SipDigestAuth,
    SipMessage,
    SipRequest,
    SipResponse,
    generate_branch,
    generate_call_id,
    generate_tag,
)
from aiosipua.auth import answer_challenge

from probe.dial.trunk import Transport, Trunk
from probe.dial.uri import SipUri
from probe.errors import DialError

REPEAT_S = (0.5, 1.0, 1.5)  # a datagram may get lost
CONNECT_S = 5.0
UNAVAILABLE = 503


class Inquiry:
    """One conversation with a trunk. Use in a `with`. Its errors are DialErrors that say what to change. Blocks."""

    def __init__(self, trunk: Trunk) -> None:
        self._trunk = trunk
        self._hop = trunk.next_hop
        self._values = {"trunk": trunk.name, "proxy": trunk.outbound_proxy or trunk.proxy}
        self._number = 0
        self._read = b""
        self._domain = str(SipUri(user="", host=trunk.peer.host, port=trunk.peer.port))
        self._tag = generate_tag()
        self.call_id = generate_call_id(trunk.peer.host)

    def __enter__(self) -> Self:
        """Find the trunk and connect to it."""
        trunk, stream = self._trunk, self._trunk.transport is not Transport.UDP
        self.address = address_of(trunk)
        context = _context(trunk) if trunk.transport is Transport.TLS else None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM)
        try:
            self._socket.settimeout(CONNECT_S)
            if trunk.bind:
                self._socket.bind((trunk.bind, 0))
            self._socket.connect((self.address, trunk.next_port))
            if context is not None:
                self._socket = context.wrap_socket(self._socket, server_hostname=self._hop.host)
        except (ssl.SSLCertVerificationError, ssl.CertificateError) as error:
            self._fail("dial.trunk_certificate", error, reason=getattr(error, "verify_message", str(error)))
        except ssl.SSLError as error:
            self._fail("dial.trunk_no_tls", error, reason=error.reason or str(error))
        except ConnectionRefusedError as error:
            self._fail("dial.trunk_port_closed", error)
        except TimeoutError as error:
            self._fail("dial.trunk_no_connection", error, seconds=CONNECT_S)
        except OSError as error:
            self._fail("dial.trunk_no_way", error, reason=error.strerror or str(error))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def ping(self) -> int:
        """The status code of any final response to OPTIONS, a challenge included. DialError when there is none."""
        return self._exchange(self._request("OPTIONS", {})).status_code

    def ask(self, method: str, **headers: str) -> SipResponse:
        """The final response; a challenge is answered once. DialError when there is none.

        Headers are named with "_" for "-".
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = self._exchange(self._request(method, named))
        if response.status_code in (401, 407) and self._trunk.username:
            who = SipDigestAuth(self._trunk.login, self._trunk.password.reveal())
            credentials = answer_challenge(who, response, response.status_code, method, self._domain)
            if credentials is not None:
                response = self._exchange(self._request(method, {**named, credentials[0]: credentials[1]}))
        return response

    def _exchange(self, request: SipRequest) -> SipResponse:
        method = request.method
        try:
            for wait_s in REPEAT_S if self._trunk.transport is Transport.UDP else (sum(REPEAT_S),):
                self._socket.sendall(bytes(request))
                answer = self._answer(method, time.monotonic() + wait_s)
                if answer is not None:
                    return answer
        except ConnectionRefusedError as error:
            raise DialError("dial.trunk_port_closed", **self._values) from error
        except OSError as error:
            raise DialError("dial.trunk_no_way", **self._values, reason=error.strerror or str(error)) from error
        raise DialError("dial.trunk_silent", **self._values, method=method, seconds=sum(REPEAT_S))

    def _request(self, method: str, headers: dict[str, str]) -> SipRequest:
        trunk = self._trunk
        self._number += 1
        host, port = self._socket.getsockname()[:2]
        user = trunk.username or trunk.pool[0]
        account = f"<sip:{user}@{trunk.peer.host}>"
        carrier = "" if trunk.transport is Transport.UDP else f";transport={trunk.transport}"
        request = SipRequest(method=method, uri=self._domain)
        fields = {
            "Via": f"SIP/2.0/{trunk.transport.upper()} {host}:{port};branch={generate_branch()};rport",
            "Max-Forwards": "70",
            "From": f"{account};tag={self._tag}",
            "To": account if method == "REGISTER" else f"<{self._domain}>",
            "Call-ID": self.call_id,
            "CSeq": f"{self._number} {method}",
            "Contact": f"<sip:{user}@{host}:{port}{carrier}>",
            **headers,
        }
        if trunk.outbound_proxy:
            fields["Route"] = f"<{trunk.next_hop}{carrier};lr>"
        for name, value in {**fields, "Content-Length": "0"}.items():
            request.headers.append(name, value)
        return request

    def _answer(self, method: str, until: float) -> SipResponse | None:
        """The final response to this method, None when none came in time; whatever else arrives is left aside."""
        while (left_s := until - time.monotonic()) > 0:
            self._socket.settimeout(left_s)
            try:
                data = self._message()
                message = SipMessage.parse(data) if data.strip() else None
            except TimeoutError:
                return None
            except ValueError:
                continue
            if isinstance(message, SipResponse) and message.call_id == self.call_id and message.status_code >= 200:
                asked = message.get_header("CSeq") or ""
                if asked.split()[-1:] == [method] and asked.split()[0] == str(self._number):
                    return message
        return None

    def _message(self) -> bytes:
        """The next message: a datagram, or what a stream's Content-Length says."""
        if self._trunk.transport is Transport.UDP:
            return self._socket.recv(65535)
        while (end := self._read.find(b"\r\n\r\n")) < 0:
            self._more()
        head = self._read[:end].lower().split(b"\r\n")
        lengths = [line.partition(b":")[2].strip() for line in head if line.startswith((b"content-length", b"l:"))]
        whole = end + 4 + (int(lengths[0]) if lengths and lengths[0].isdigit() else 0)
        while len(self._read) < whole:
            self._more()
        message, self._read = self._read[:whole], self._read[whole:]
        return message.lstrip(b"\r\n")

    def _more(self) -> None:
        data = self._socket.recv(65535)
        if not data:
            raise ConnectionResetError(0, "connection closed")
        self._read += data

    def _fail(self, key: str, error: OSError, **more: object) -> None:
        self._socket.close()
        raise DialError(key, **self._values, **more) from error


def answers(trunk: Trunk) -> bool:
    """Whether a trunk answers OPTIONS over its own transport; 503 is how an edge says that it is not registered. Blocks
    for some seconds at most."""
    try:
        with Inquiry(trunk) as inquiry:
            return inquiry.ping() != UNAVAILABLE
    except DialError:
        return False


def address_of(trunk: Trunk) -> str:
    """The IPv4 address that packets go to. DialError when its name has none."""
    host = trunk.next_hop.host
    try:
        found = socket.getaddrinfo(host, None, family=socket.AF_INET, type=socket.SOCK_DGRAM)
    except socket.gaierror as error:
        raise DialError("dial.trunk_unknown_host", trunk=trunk.name, host=host, reason=error.strerror) from error
    return str(found[0][4][0])


def _context(trunk: Trunk) -> ssl.SSLContext:
    """As the lines do it: TLS 1.2 exactly, against the same CAs."""
    try:
        context = ssl.create_default_context(cafile=trunk.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) or "PEM"
        raise DialError("dial.ca_file_unreadable", trunk=trunk.name, file=trunk.ca_file, reason=reason) from error
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    if not trunk.tls_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
