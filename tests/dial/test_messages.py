"""What goes between switchboard and line: everything survives the way, and a password is nowhere to be seen."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from probe.dial.messages import (
    Configure,
    Dial,
    Done,
    FromLine,
    HangUp,
    Progress,
    Ready,
    Refused,
    ToLine,
    decode_from_line,
    decode_to_line,
    encode,
)
from probe.dial.trunk import Secret, Trunk
from probe.model import Blame, Cause, Order, Origin, Outcome, Record, Signal, Sounds, Trace, Verdict

ORDER = Order(call_id="c1", number="+8657187250001", office="区人社局/就业科", why="测试")
TRUNK = Trunk(name="ims", proxy="sip:trunk.example", username="robot", password=Secret("pass,wörd"))
CONFIGURE = Configure(
    trunk=TRUNK, area_code="0571", country="CN", lang="zh", data_folder="/data", allow_list="/tmp/allowed"
)
SIGNAL = Signal(at_s=0.5, received="SIP/2.0 486 占线", origin=Origin.WIRE, headers={"Reason": ("Q.850;cause=17",)})
RECORD = Record(
    order=ORDER,
    trace=Trace(number=ORDER.number, started_at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC), signals=(SIGNAL,)),
    sounds=Sounds(),
    verdict=Verdict(outcome=Outcome.BUSY, cause=Cause.BUSY_SIGNAL, blame=Blame.NOBODY, confidence=0.8, because=()),
)


@pytest.mark.parametrize("message", [CONFIGURE, Dial(order=ORDER, address="127.0.0.1"), HangUp()])
def test_what_a_line_is_told_arrives(message: ToLine) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode_to_line(line) == message


@pytest.mark.parametrize(
    "message",
    [
        Ready(),
        Progress(call_id="c1", at_s=0.5, state="ringing", signal=SIGNAL),
        Done(record=RECORD, last=True),
        Refused(call_id="c1", key="dial.not_allowed", values={"number": "110"}),
    ],
)
def test_what_a_line_tells_arrives(message: FromLine) -> None:
    assert decode_from_line(encode(message)) == message


def test_only_the_message_itself_has_the_password() -> None:
    assert "pass,wörd" not in f"{CONFIGURE} {CONFIGURE!r} {TRUNK} {TRUNK!r} {TRUNK.password}"
    told = decode_to_line(encode(CONFIGURE))
    assert isinstance(told, Configure)
    assert told.trunk is not None
    assert told.trunk.password.reveal() == "pass,wörd"


@pytest.mark.parametrize("line", [b"{}", b"[]", b'{"type":"Dance"}', b'{"type":"Dial","order":{}}', b"\xff\n"])
def test_nonsense_is_refused(line: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        decode_to_line(line)
