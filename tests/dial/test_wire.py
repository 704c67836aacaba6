"""SIP messages as PJSIP logs them become what a trace needs; hostile ones do no harm."""

from __future__ import annotations

import msgspec
import pytest

from probe.dial.wire import SipMessage, parse, parse_log
from probe.model import Origin

BUSY = """SIP/2.0 486 Busy Here\r
v: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1\r
i: call-1\r
CSeq: 7 INVITE\r
Reason: Q.850;cause=17\r
 ;text="User busy"\r
reason: SIP;cause=486\r
Warning: 399 pbx "line 1"\r
Retry-After: 30\r
Contact: <sip:far@127.0.0.1>\r
c: application/sdp\r
Content-Length: 3\r
\r
v=0"""


def read(text: str, *, sent: bool = False) -> SipMessage:
    message = parse(text, sent=sent)
    assert message is not None
    return message


def test_a_final_response_with_its_evidence() -> None:
    message = read(BUSY)
    assert (message.call_id, message.method, message.status) == ("call-1", "INVITE", 486)
    signal = message.signal(1.5)
    assert signal.received == "SIP/2.0 486 Busy Here"
    assert signal.origin is Origin.WIRE
    assert signal.sdp
    assert signal.headers == {
        "Reason": ('Q.850;cause=17 ;text="User busy"', "SIP;cause=486"),
        "Retry-After": ("30",),
        "Warning": ('399 pbx "line 1"',),
    }


def test_where_a_redirection_points_is_kept() -> None:
    signal = read(BUSY.replace("486 Busy Here", "301 Moved")).signal(0.1)
    assert signal.headers["Contact"] == ("<sip:far@127.0.0.1>",)


def test_a_request_is_known_by_its_method() -> None:
    text = BUSY.replace("SIP/2.0 486 Busy Here", "BYE sip:robot@127.0.0.1 SIP/2.0").replace("7 INVITE", "8 BYE")
    assert read(text).signal(2.0).received == "BYE"
    sent = read(text, sent=True).signal(2.0)
    assert (sent.sent, sent.received, sent.origin) == ("BYE", None, None)


@pytest.mark.parametrize("first", ["SIP/2.0\t486", "SIP/2.0   486  Busy Here", "SIP/2.0 486"])
def test_a_status_line_that_pjsip_takes_is_a_status_line(first: str) -> None:
    assert read(BUSY.replace("SIP/2.0 486 Busy Here", first)).status == 486


def test_a_message_knows_which_transaction_it_belongs_to() -> None:
    assert read(BUSY).branch == "z9hg4bk1"
    assert read(BUSY.replace(";branch=z9hG4bK1", " ; BRANCH = abc;rport, SIP/2.0/UDP 1.2.3.4;branch=z")).branch == "abc"
    assert read(BUSY.replace(";branch=z9hG4bK1", "")).branch == ""


def test_sdp_needs_a_body() -> None:
    assert not read(BUSY.removesuffix("v=0")).sdp


def test_the_log_entry_is_unwrapped() -> None:
    entry = f"RX 336 bytes Response msg 486/INVITE/cseq=7 (rdata0x1) from UDP 127.0.0.1:5060:\n{BUSY}\n--end msg--"
    message = parse_log(entry)
    assert message is not None
    assert not message.sent
    assert message.sdp
    sent = parse_log("TX" + entry[2:].replace(" from ", " to "))
    assert sent is not None
    assert sent.sent


@pytest.mark.parametrize(
    "entry",
    [
        "Call 0: initializing media..",
        "RX 3 bytes of nothing",
        "TX buffer size is 5:\nSIP/2.0 200 OK\r\n\r\n",
        "RX 9 bytes Response from UDP 127.0.0.1:5060:\nSIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n",
        "RX 9 bytes Response from UDP 127.0.0.1:5060:\n",
    ],
)
def test_other_log_entries_are_no_messages(entry: str) -> None:
    assert parse_log(entry) is None


def test_hostile_text_is_made_harmless_and_short() -> None:
    raw = b'\xff\x1b[31m\x00\xe2\x80\xae"; DROP'.decode("utf-8", "surrogateescape")
    text = BUSY.replace("Busy Here", raw + "A" * 5000).replace('"User busy"', raw)
    signal = read(text).signal(0.0)
    assert signal.received is not None
    assert len(signal.received) == 500
    told = msgspec.json.encode(signal).decode()
    assert not any(char in told for char in "\x1b\x00\u202e")
    assert signal.status == 486
