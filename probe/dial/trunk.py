"""A trunk: the way to the telephone network, and how numbers are written on it."""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from probe.dial.uri import SipUri, is_sip, parse_uri
from probe.errors import DialError

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


class Trunk(msgspec.Struct, frozen=True, kw_only=True):
    """One SIP trunk or PBX account."""

    name: str
    proxy: str  # "sip:HOST[:PORT]", UDP
    username: str = ""
    password: Secret = Secret()
    caller_id: str = ""  # the user part of From; the username when empty
    lines: int = 1
    calls_per_second: float = 1.0
    number_format: NumberFormat = NumberFormat.E164
    prefix: str = ""  # for NumberFormat.PREFIX, e.g. "9"
    bind: str = ""  # own address for signalling and media; found by the kernel's routes when empty

    @property
    def peer(self) -> SipUri:
        """The proxy as an address. DialError when it is not one."""
        return parse_uri(self.proxy)

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
