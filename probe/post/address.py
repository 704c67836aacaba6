"""Addresses of mail: refused when they are none, never repaired, because a repaired address is somebody else's."""

from __future__ import annotations

import re
import unicodedata

import idna

from probe.errors import PostError
from probe.hints import shown

LONGEST_LOCAL = 64  # octets, RFC 5321, 4.5.3.1.1
LONGEST = 254  # octets, RFC 5321, 4.5.3.1.3 without the angle brackets
_LOCAL = re.compile(r'[^\s"(),:;<>@\[\]\\.]+(?:\.[^\s"(),:;<>@\[\]\\.]+)*')  # RFC 5322 dot-atom with RFC 6531's UTF-8


def mail_address(text: str, place: str) -> str:
    """The address as SMTP wants it: the domain in ASCII (IDNA 2008), the part before "@" as written, in NFC.

    PostError names `place` and the value when it is no address of the form NAME@DOMAIN.
    """
    local, _, domain = unicodedata.normalize("NFC", text).rpartition("@")
    try:
        if not (local.isprintable() and _LOCAL.fullmatch(local)):
            raise ValueError("the part before @")
        address = f"{local}@{idna.encode(domain, uts46=True).decode()}"
        octets = len(local.encode())
    except ValueError:  # idna's and codecs' errors are ValueErrors
        raise PostError("post.bad_address", place=place, value=shown(text)) from None
    if octets > LONGEST_LOCAL or len(address.encode()) > LONGEST:
        raise PostError("post.bad_address", place=place, value=shown(text))
    return address
