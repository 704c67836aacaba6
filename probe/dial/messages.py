"""What the switchboard and a line say to each other: JSON, one message a line, on the line's stdin and stdout."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from probe.dial.trunk import Secret, Trunk
from probe.explore.tree import Errand, Visit
from probe.model import Order, Record, Signal
from scenarios import Scenario

State = Literal["dialling", "ringing", "early_media", "answered", "saying", "ended"]


class Message(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of all messages; the JSON field "type" holds the class's name."""


# ---- switchboard → line ----


class Configure(Message, frozen=True, kw_only=True):
    """The first message: whose line this is. The only way in which a password reaches a line."""

    trunk: Trunk | None
    area_code: str
    country: str
    lang: str
    data_folder: str
    allow_list: str  # path of the file of numbers that may be dialled, see allowlist.py
    words: str = ""  # path of the socket of the recognising service; without one, calls have no words


class Dial(Message, frozen=True, kw_only=True):
    """Make this call. `address` is the IP address of the host that the call goes to: a line resolves no names."""

    order: Order
    address: str
    scenario: Scenario | None = None  # what is done in it; the shipped one of the order's name when there is none
    errand: Errand | None = None  # explore the far end's menu instead


class HangUp(Message, frozen=True, kw_only=True):
    """End the call that is on the line, if any; its record follows all the same."""


# ---- line → switchboard ----


class Ready(Message, frozen=True, kw_only=True):
    """The line is up and configured."""


class Progress(Message, frozen=True, kw_only=True):
    """The call has got on: a new state, or a signal. They tell so much that the death of a line loses no evidence.

    The first one with a `recording` (path relative to the data folder) is of the moment of its first sample.
    """

    call_id: str
    at_s: float
    state: State
    signal: Signal | None = None
    recording: str | None = None
    visit: Visit | None = None  # of an exploration


class Done(Message, frozen=True, kw_only=True):
    """The call is over, and this is all that is known of it. After its `last` call a line leaves."""

    record: Record
    last: bool = False


class Refused(Message, frozen=True, kw_only=True):
    """Nothing was dialled, because this order must not or cannot be: the key of a sentence and what fills it in."""

    call_id: str
    key: str
    values: dict[str, str | int | float] = {}


ToLine = Configure | Dial | HangUp
FromLine = Ready | Progress | Done | Refused


def _plain(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise NotImplementedError(type(value).__name__)


def _own(kind: type, value: Any) -> Any:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise NotImplementedError(kind.__name__)


_encoder = msgspec.json.Encoder(enc_hook=_plain)
_to_line = msgspec.json.Decoder(ToLine, dec_hook=_own)
_from_line = msgspec.json.Decoder(FromLine, dec_hook=_own)


def encode(message: ToLine | FromLine) -> bytes:
    """One line of JSON, with its end."""
    return _encoder.encode(message) + b"\n"


def decode_to_line(line: bytes) -> ToLine:
    """What the switchboard said. msgspec.ValidationError or DecodeError when it is no message."""
    message: ToLine = _to_line.decode(line)
    return message


def decode_from_line(line: bytes) -> FromLine:
    """What a line said. msgspec.ValidationError or DecodeError when it is no message."""
    message: FromLine = _from_line.decode(line)
    return message
