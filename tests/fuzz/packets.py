"""RTP and RTCP packets that no honest sender makes (RFC 3550, 4733, 3389, 5285)."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

SSRC = b"far!"


def rtp(
    number: int, payload: bytes, *, kind: int = 8, first: int = 0x80, at: int | None = None, ssrc: bytes = SSRC
) -> bytes:
    at = number * 160 if at is None else at
    return (
        bytes([first & 255, kind & 255]) + (number & 65535).to_bytes(2) + (at & 0xFFFFFFFF).to_bytes(4) + ssrc + payload
    )


def spoilt(number: int, payload: bytes, dice: Random) -> bytes:
    """A packet in place of the honest one of this number."""
    return dice.choice(_WAYS)(number, payload, dice)


_Way = Callable[[int, bytes, Random], bytes]
_WAYS: tuple[_Way, ...] = (
    lambda n, p, d: b"",
    lambda n, p, d: d.randbytes(d.choice((1, 3, 11, 12, 13, 172, 1500))),
    lambda n, p, d: rtp(n, p)[: d.randrange(13)],
    lambda n, p, d: rtp(n, p, first=d.choice((0x00, 0x40, 0xC0))),  # of another version
    lambda n, p, d: rtp(n, p, first=0x80 | d.randrange(1, 16)),  # so many contributing sources, which are not there
    lambda n, p, d: rtp(n, p, first=0x8F) [:20],
    lambda n, p, d: rtp(n, b"\xbe\xde" + d.choice((0, 1, 255, 65535)).to_bytes(2) + p, first=0x90),  # extensions
    lambda n, p, d: rtp(n, b"\x10", first=0x90),
    lambda n, p, d: rtp(n, p + bytes([d.choice((0, 1, 255))]), first=0xA0),  # padding that is longer than the packet
    lambda n, p, d: rtp(n, p, kind=d.choice((0, 3, 9, 13, 18, 35, 72, 96, 101, 127, 128 + 8, 255))),
    lambda n, p, d: rtp(n, d.randbytes(d.choice((0, 1, 2, 3, 4, 5, 40))), kind=101),  # telephone-events
    lambda n, p, d: rtp(n, d.randbytes(2) + d.choice((0, 160, 65535)).to_bytes(2), kind=101),
    lambda n, p, d: rtp(n, d.randbytes(d.choice((0, 1, 30))), kind=13),  # comfort noise
    lambda n, p, d: rtp(n, b""),
    lambda n, p, d: rtp(n, p[: d.choice((1, 7, 80, 159))]),
    lambda n, p, d: rtp(n, p * d.choice((2, 9, 50, 400))),
    lambda n, p, d: rtp(n, p, ssrc=d.randbytes(4)),
    lambda n, p, d: rtp(d.randrange(65536), p),
    lambda n, p, d: rtp(n, p, at=d.randrange(1 << 32)),
    lambda n, p, d: rtp(n + 30000, p),
    lambda n, p, d: rtp(n - 1, p),
    lambda n, p, d: b"\x00\x01\x00\x00\x21\x12\xa4\x42" + d.randbytes(12),  # STUN
    lambda n, p, d: b"\x16\xfe\xfd" + d.randbytes(40),  # DTLS
)  # fmt: skip


def control(dice: Random) -> bytes:
    """An RTCP packet, good or bad."""
    kind = dice.choice((200, 201, 202, 203, 204, 205, 206, 207, 0, 255))
    length = dice.choice((0, 1, 6, 7, 65535))
    head = bytes([dice.choice((0x80, 0x81, 0x9F, 0x00, 0xA1)), kind]) + length.to_bytes(2)
    return head + dice.randbytes(dice.choice((0, 4, 24, 28, 600)))
