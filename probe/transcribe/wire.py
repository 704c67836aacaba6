"""What a line and the recognising service say to each other over a Unix socket: MessagePack, its length before it."""

from __future__ import annotations

import struct
from typing import TypeVar

import msgspec

MOST_BYTES = 300_000  # of one message: 15 s of sound are 240,000
LENGTH = struct.Struct("<I")


class Question(msgspec.Struct, frozen=True, array_like=True):
    """Recognise this. A question about the same passage makes an older one void, one of a later call all before it."""

    call: int  # counted by the client
    passage: int
    end_s: float
    pcm: bytes  # int16, mono, 8 kHz, of this machine's byte order


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """The words; `text` is None when the question came to nothing: the machine was too busy to be in time."""

    call: int
    passage: int
    end_s: float
    text: str | None
    confidence: float = 0.0


_encoder = msgspec.msgpack.Encoder()
_Message = TypeVar("_Message", Question, Answer)


class Garbage(Exception):
    """What came over the socket is no message."""


def encode(message: Question | Answer) -> bytes:
    """The message with its length before it."""
    body = _encoder.encode(message)
    return LENGTH.pack(len(body)) + body


def length_of(head: bytes) -> int:
    """The length of the message behind these four bytes. Garbage when no message is that long."""
    length = int(LENGTH.unpack(head)[0])
    if not 0 < length <= MOST_BYTES:
        raise Garbage(f"{length} bytes")
    return length


def decode(body: bytes, kind: type[_Message]) -> _Message:
    """The message without its length. Garbage when it is none of this kind."""
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Garbage(str(error)) from error


def split(buffer: bytearray, kind: type[_Message]) -> list[_Message]:
    """Take the complete messages out of the beginning of a buffer. Garbage when it holds something else."""
    found = []
    while len(buffer) >= LENGTH.size:
        end = LENGTH.size + length_of(bytes(buffer[: LENGTH.size]))
        if len(buffer) < end:
            break
        found.append(decode(bytes(buffer[LENGTH.size : end]), kind))
        del buffer[:end]
    return found
