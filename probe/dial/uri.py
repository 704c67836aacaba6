"""SIP addresses as far as the robot uses them: `sip:USER@HOST[:PORT]`, and nothing that could smuggle more in.

RFC 3261 §19.1 allows parameters, headers, passwords and percent-escapes in a SIP URI. Each of them can change who is
called (`;maddr=`, `?Route=`, `%31%31%30` for 110), so an address with any of them is not dialled.
"""

from __future__ import annotations

import ipaddress
import re

import msgspec

from probe.errors import DialError

SIP_PORT = 5060
SIPS_PORT = 5061  # with TLS (RFC 3261 §19.1.2)
_HOST = r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}"  # a name or an IPv4 address: the pjsua2 wheel is built without IPv6
_URI = re.compile(
    rf"sip:(?:(?P<user>[A-Za-z0-9+*_.-]{{1,64}})@)?(?P<host>{_HOST})(?::(?P<port>[0-9]{{1,5}}))?", re.ASCII
)


class SipUri(msgspec.Struct, frozen=True, kw_only=True):
    """A SIP address. `port` is None when the address leaves it to the default."""

    user: str
    host: str
    port: int | None = None

    @property
    def where(self) -> tuple[str, int]:
        """Host and port that packets for this address go to."""
        return self.host, self.port or SIP_PORT

    @property
    def host_port(self) -> str:
        """As it is written behind the "@"."""
        return f"{self.host}:{self.port}" if self.port else self.host

    def __str__(self) -> str:
        return f"sip:{self.user}@{self.host_port}" if self.user else f"sip:{self.host_port}"


def parse_uri(text: str) -> SipUri:
    """Read `sip:[USER@]HOST[:PORT]`. DialError for anything else."""
    match = _URI.fullmatch(text)
    port = int(match["port"]) if match and match["port"] else None
    if match is None or (port is not None and not 0 < port < 65536):
        raise DialError("dial.bad_uri", uri=text)
    return SipUri(user=match["user"] or "", host=match["host"].lower(), port=port)


def is_sip(number: str) -> bool:
    """Whether an order's number is a SIP address rather than a telephone number."""
    return number.startswith("sip:")


def is_loopback(host: str) -> bool:
    """Whether this is the machine itself by name or literal address: 127.0.0.0/8 or localhost."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
