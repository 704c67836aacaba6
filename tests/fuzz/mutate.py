"""Messages spoilt by dice: `spoilt(message, dice)` is what goes over the wire instead of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.fuzz.message import Message
from tests.fuzz.odd import BODIES, HUGE, STATUSES, VALUES

WHO = "v=0\r\no=far 1 1 IN IP4 127.0.0.1\r\ns=-\r\n"
SDP = (f"{WHO}c=IN IP4 127.0.0.1\r\nt=0 0\r\n", "m=audio {port} RTP/AVP 8\r\n")

STUFF = (b"\x00", b"\r\n", b"\r\n\r\n", b"\n", b"\xff\xfe", b" " * 2000, b'"', b"<", b",", b";", b"%00", b"A" * 4000)

Spoil = Callable[[Message, Random, int], Message | bytes]


def spoilt(message: Message, dice: Random, port: int) -> bytes:
    """The message with one thing wrong, sometimes two. `port`: where the far end wants sound."""
    made: Message | bytes = message
    for _ in range(dice.choice((1, 1, 1, 2))):
        if isinstance(made, bytes):
            break
        made = dice.choice(SPOILS)(made, dice, port)
    return made if isinstance(made, bytes) else made.wire()


def value(message: Message, dice: Random, port: int) -> Message:
    name = dice.choice(tuple(VALUES))
    return message.put(name, dice.choice(VALUES[name]))


def second(message: Message, dice: Random, port: int) -> Message:
    """The same header once more, with something else in it."""
    name = dice.choice(tuple(VALUES))
    return message.with_(f"{name}: {dice.choice(VALUES[name])}")


def missing(message: Message, dice: Random, port: int) -> Message:
    return message.without(dice.choice(("Via", "From", "To", "Call-ID", "CSeq", "Contact", "Content-Type")))


def shuffled(message: Message, dice: Random, port: int) -> Message:
    lines = list(message.headers)
    dice.shuffle(lines)
    return replace(message, headers=tuple(lines))


def many(message: Message, dice: Random, port: int) -> Message:
    name = dice.choice(("Via", "Record-Route", "Contact", "X-Unknown", "Supported", "Warning"))
    line = f"{name}: {dice.choice(VALUES.get(name, ('x',)))}"
    return message.with_(*[line[:200]] * dice.choice((5, 60)))


def body(message: Message, dice: Random, port: int) -> Message:
    text = dice.choice(BODIES)
    for name, stands_for in (("good", "".join(SDP)), ("head", SDP[0]), ("who", WHO), ("port", str(port))):
        text = text.replace(f"{{{name}}}", stands_for)
    return replace(message, body=text).put("Content-Type", "application/sdp")


def first_line(message: Message, dice: Random, port: int) -> Message:
    """A status or a version that does not exist, or a method that nobody knows."""
    if message.start.startswith("SIP/2.0 "):
        odd = (
            f"SIP/2.0 {dice.choice(STATUSES)}",
            "SIP/2.1 200 OK",
            "SIP/2.0",
            "HTTP/1.1 486 Busy",
            "SIP/2.0\t486 Busy Here",
        )
    else:
        uri = message.start.partition(" ")[2].partition(" ")[0]
        odd = (
            f"NOBODY {uri} SIP/2.0",
            f"INVITE {uri} SIP/3.0",
            f"BYE {uri}",
            f"{HUGE} {uri} SIP/2.0",
            "BYE  SIP/2.0",
            "\x00",
        )
    return replace(message, start=dice.choice(odd))


def cut(message: Message, dice: Random, port: int) -> bytes:
    wire = message.wire()
    return wire[: dice.randrange(len(wire))]


def flipped(message: Message, dice: Random, port: int) -> bytes:
    """Some bytes behind the first line are others."""
    wire = bytearray(message.wire())
    start = wire.index(b"\r\n") + 2
    for _ in range(dice.choice((1, 3, 20))):
        wire[dice.randrange(start, len(wire))] = dice.randrange(256)
    return bytes(wire)


def stuffed(message: Message, dice: Random, port: int) -> bytes:
    """Bytes pushed in between."""
    wire = message.wire()
    start = wire.index(b"\r\n") + 2
    at = dice.randrange(start, len(wire))
    more = dice.choice(
        (b"\x00", b"\r\n", b"\r\n\r\n", b"\n", b"\xff\xfe", b" " * 2000, b'"', b"<", b",", b";", b"%00", b"A" * 4000)
    )
    return wire[:at] + more + wire[at:]


def noise(message: Message, dice: Random, port: int) -> bytes:
    """No SIP at all."""
    ways = (
        b"",
        b"\x00",
        b"\r\n\r\n",
        b"SIP/2.0 ",
        b"SIP/2.0 200 OK\r\n\r\n",
        b"INVITE sip:x SIP/2.0\r\n\r\n",
        b"A" * 60000,
    )
    return dice.choice((*ways, dice.randbytes(dice.choice((1, 20, 1400)))))


SPOILS: tuple[Spoil, ...] = (
    value, value, value, second, second, missing, shuffled, many, body, body, body, first_line, cut, flipped, flipped,
    stuffed, noise,
)  # fmt: skip
