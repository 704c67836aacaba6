"""A trunk: the way to the telephone network, and how numbers are written on it."""

from __future__ import annotations

import re
import zlib
from enum import StrEnum

import msgspec

from probe.dial.uri import SIP_PORT, SIPS_PORT, SipUri, is_sip, parse_uri
from probe.errors import DialError
from scenarios.language import By

_DIALLED = re.compile(r"\+?[0-9*#]{2,32}", re.ASCII)


class Secret:
    """A text that no repr, log or exception shows; `reveal` is the only way to it."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Secret('***')" if self._text else "Secret('')"


class NumberFormat(StrEnum):
    """How a trunk wants a number: +8657187250001, 057187250001, 87250001 inside the area, or an outside-line prefix."""

    E164 = "e164"
    NATIONAL = "national"
    LOCAL = "local"
    PREFIX = "prefix"


class Transport(StrEnum):
    """What carries the signalling (RFC 3261 §18); `tls` encrypts it."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class Srtp(StrEnum):
    """Whether sound is encrypted (RFC 3711, keys in the SDP by RFC 4568): never, where the far end can, or always."""

    OFF = "off"
    OPTIONAL = "optional"
    MANDATORY = "mandatory"


class CallerIdIn(StrEnum):
    """Where the caller ID stands: in From, in P-Asserted-Identity (RFC 3325; From is then the account), or in both."""

    FROM = "from"
    IDENTITY = "identity"
    BOTH = "both"


class Trunk(msgspec.Struct, frozen=True, kw_only=True):
    """One SIP trunk or PBX account."""

    name: str
    preference: int = 1  # trunks of the lowest one are used, the others stand by
    proxy: str  # "sip:HOST[:PORT]": whose numbers are called, and with whom we register
    outbound_proxy: str = ""  # where everything is sent first, with a Route to it; then `proxy` is only a domain
    transport: Transport = Transport.UDP
    ca_file: str = ""  # PEM, for TLS; the system's CAs when empty
    tls_verify: bool = True
    username: str = ""  # the user of our address (an IMS calls it public identity)
    auth_username: str = ""  # the name in the answer to a challenge (private identity), where that is another one
    password: Secret = Secret()
    register: bool = False  # each line makes itself known, with an address of its own
    register_s: int = 300  # how long a registration is to last; it is renewed in time
    options_every_s: int = 60  # how often the programme asks whether it is there; 0 for never
    keep_alive_s: int = 15  # between keep-alives of a registered line over UDP; 0 for none
    caller_id: str = ""  # the user part of From; the username when empty
    caller_ids: tuple[str, ...] = ()  # more of them, taken in turn
    caller_id_in: CallerIdIn = CallerIdIn.FROM
    srtp: Srtp = Srtp.OFF
    lines: int = 1
    calls_per_second: float = 1.0
    number_format: NumberFormat = NumberFormat.E164
    prefix: str = ""  # for NumberFormat.PREFIX, e.g. "9"
    dtmf: By = "rfc4733"  # how explorations press keys; a scenario says so itself
    bind: str = ""  # own address for signalling and media; found by the kernel's routes when empty

    @property
    def peer(self) -> SipUri:
        """The proxy as an address. DialError when it is not one."""
        return parse_uri(self.proxy)

    @property
    def next_hop(self) -> SipUri:
        """Where packets go. DialError when it is no address."""
        return parse_uri(self.outbound_proxy or self.proxy)

    @property
    def next_port(self) -> int:
        """The port there."""
        return self.next_hop.port or (SIPS_PORT if self.transport is Transport.TLS else SIP_PORT)

    @property
    def login(self) -> str:
        """The name in the answer to a challenge."""
        return self.auth_username or self.username

    @property
    def pool(self) -> tuple[str, ...]:
        """The caller IDs there are; never empty."""
        named = (self.caller_id, *self.caller_ids) if self.caller_id else self.caller_ids
        return tuple(dict.fromkeys(named)) or (self.username or "tongbutong",)

    def caller(self, call_id: str, wanted: str = "") -> str:
        """Whom this call shows: whom the order wants, else one of the pool; the same one for the same call."""
        return wanted or self.pool[zlib.crc32(call_id.encode()) % len(self.pool)]

    def carries(self, number: str) -> bool:
        """Whether this number is dialled through this trunk: no `sip:` address is, unless the proxy is its host."""
        return not is_sip(number) or parse_uri(number).where == self.peer.where


def request_uri(number: str, trunk: Trunk | None, *, area_code: str = "", country: str = "CN") -> SipUri:
    """The address to dial for an order's number (E.164, a short service code, or a "sip:" URI, which stays as it is).

    `area_code` (with or without the leading 0) and `country` (ISO 3166) are the robot's own. DialError when a telephone
    number comes without a trunk, or cannot be written in the trunk's format.
    """
    if is_sip(number):
        return parse_uri(number)
    if trunk is None:
        raise DialError("dial.no_trunk", number=number)
    if not _DIALLED.fullmatch(number):
        raise DialError("dial.bad_number", number=number)
    peer = trunk.peer
    return SipUri(user=_written(number, trunk, area_code, country), host=peer.host, port=peer.port)


def _written(number: str, trunk: Trunk, area_code: str, country: str) -> str:
    if trunk.number_format is NumberFormat.E164:
        return number
    national = _national(number, country) if number.startswith("+") else number
    if trunk.number_format is NumberFormat.PREFIX:
        return trunk.prefix + national
    if trunk.number_format is NumberFormat.LOCAL and number.startswith("+"):
        return _local(national, area_code)
    return national


def _national(number: str, country: str) -> str:
    """As it is dialled inside the country: with the trunk prefix 0 where that country has one."""
    import phonenumbers  # late: a line whose trunk takes E.164 does without it

    parsed = phonenumbers.parse(number)
    if parsed.country_code != phonenumbers.country_code_for_region(country):
        raise DialError("dial.foreign_number", number=number, country=country)
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return re.sub(r"[^0-9]", "", written)


def _local(national: str, area_code: str) -> str:
    """Without the area code when it is the robot's own."""
    if area_code:
        for front in (area_code, f"0{area_code.lstrip('0')}"):
            if national.startswith(front):
                return national[len(front) :]
    return national
