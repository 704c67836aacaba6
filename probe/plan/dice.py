"""Times that nobody can foresee, and that everybody can check afterwards.

A period has a seed of 32 random bytes. Its SHA-256 (`commitment`) is told before the first call, the seed itself after
the last one; whoever has it draws every number again. A draw is HMAC-SHA256 (RFC 2104, FIPS 180-4) of its name, so it
depends on nothing but the seed and the name: not on other numbers, not on an order, not on what was drawn before.
"""

from __future__ import annotations

import hmac
import struct
from datetime import date
from hashlib import sha256

SEED_BYTES = 32
_FOUR = struct.Struct(">4Q").unpack
_STEP = 2.0**-53


def commitment(seed: bytes) -> str:
    """What is told of a seed before it is used: its SHA-256, as 64 hex digits."""
    return sha256(seed).hexdigest()


def draws(seed: bytes, purpose: str, day: date | str, name: str, i: int = 0) -> tuple[float, float, float, float]:
    """The four uniform numbers in [0, 1) of this name, from the bytes of HMAC-SHA256(seed, "purpose|day|name|i").

    Each is the first 53 bits of eight bytes (big-endian), divided by 2**53: what a float holds exactly. `day` is
    written YYYY-MM-DD (or YYYY-Www, a week; empty where the name has it), `name` is a number or a call's name, `i`
    counts.
    """
    digest = hmac.digest(seed, f"{purpose}|{day}|{name}|{i}".encode(), "sha256")
    a, b, c, d = _FOUR(digest)
    return (a >> 11) * _STEP, (b >> 11) * _STEP, (c >> 11) * _STEP, (d >> 11) * _STEP
