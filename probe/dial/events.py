"""What a telephone tells about its call. `at` is always the monotonic clock, in seconds."""

from __future__ import annotations

import msgspec

from probe.dial.wire import SipMessage
from probe.model import Origin

FRAME_S = 0.1  # of sound in one `Heard`


class PhoneError(Exception):
    """The telephone could not do it; the text is PJSIP's reason."""


class Signalled(msgspec.Struct, frozen=True):
    """A SIP message of this call went over the wire, either way."""

    at: float
    message: SipMessage


class Heard(msgspec.Struct, frozen=True):
    """A stretch of sound from the far end, FRAME_S long, that ended at `at`: int16, little-endian, 8 kHz, mono."""

    at: float
    pcm: bytes


class Ended(msgspec.Struct, frozen=True):
    """The call is over. Unless the origin is the wire, the status ("408 Request Timeout") was invented on our side."""

    at: float
    status: str
    origin: Origin


class Faulted(msgspec.Struct, frozen=True):
    """Something of ours failed, and the call is of no use any more."""

    at: float
    reason: str


Event = Signalled | Heard | Ended | Faulted
