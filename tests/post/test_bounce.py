"""Letters that come back: RFC 3464 reports from several mail systems, and whatever else lands in that mailbox."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.post.bounce import LARGEST_BYTES, Bounce, bounce_of
from probe.post.outbox import Box, State
from probe.post.smtp import MailServer
from tests.post.news import Clock, mail, minutes, post
from tests.post.servers import Postbox, account, mail_server

LETTER = mail()
ID = LETTER.letter_id

POSTFIX = """\
Return-Path: <>
Date: Mon,  2 Mar 2026 09:05:00 +0800 (CST)
From: MAILER-DAEMON@mx.example.cn (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: robot@example.cn
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"
Message-Id: <20260302010500.AAAA@mx.example.cn>

This is a MIME-encapsulated message.

--b1
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b1
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.cn
X-Postfix-Sender: rfc822; robot@example.cn
Arrival-Date: Mon,  2 Mar 2026 09:00:01 +0800 (CST)

Final-Recipient: rfc822; a@example.cn
Original-Recipient: rfc822;a@example.cn
Action: {action}
Status: 5.1.1
Remote-MTA: dns; mail.example.cn
Diagnostic-Code: smtp; 550 5.1.1 <a@example.cn>: Recipient address rejected:
    User unknown

--b1
Content-Description: Undelivered Message
Content-Type: {returned}

{head}
--b1--
"""
HEAD = f"From: robot@example.cn\nTo: a@example.cn\nSubject: =?utf-8?b?5L2Z?=\nMessage-ID: <{ID}@example.cn>\n\nx\n"
FOLDED = HEAD.replace("Message-ID: ", "Message-ID:\n ")


def report(action: str = "failed", returned: str = "message/rfc822", head: str = HEAD) -> bytes:
    return POSTFIX.format(action=action, returned=returned, head=head).replace("\n", "\r\n").encode()


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers", "message/rfc822-headers"])
@pytest.mark.parametrize("head", [HEAD, FOLDED])
def test_which_letter_and_why(returned: str, head: str) -> None:
    found = bounce_of(report(returned=returned, head=head))
    said = "5.1.1 550 5.1.1 <a@example.cn>: Recipient address rejected: User unknown"
    assert found == Bounce(letter_id=ID, recipient="a@example.cn", said=said)


def test_headers_alone_in_base64() -> None:
    from base64 import encodebytes

    raw = report(
        returned="text/rfc822-headers\nContent-Transfer-Encoding: base64", head=encodebytes(HEAD.encode()).decode()
    )
    found = bounce_of(raw)
    assert found is not None
    assert found.letter_id == ID


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_a_report_of_anything_but_failure_changes_nothing(action: str) -> None:
    assert bounce_of(report(action=action)) is None


def holiday() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.cn", "robot@example.cn", "休假中"
    message["Auto-Submitted"] = "auto-replied"
    message["In-Reply-To"] = f"<{ID}@example.cn>"
    message.set_content(f"我在休假。 Action: failed\nMessage-ID: <{ID}@example.cn>\n")
    return message.as_bytes()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\x00" * 100,
        holiday(),
        report(head="From: somebody@example.org\nMessage-ID: <not-ours@example.org>\n\nx\n"),
        report(head="x"),
        report().replace(b"message/delivery-status", b"text/plain"),
        report()[: len(report()) // 2],
        report() + b"x" * LARGEST_BYTES,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 5000,
        b"Content-Type: message/rfc822\r\n\r\n" * 5000,
    ],
)  # fmt: skip
def test_whatever_is_no_report_of_a_letter_of_ours(raw: bytes) -> None:
    assert bounce_of(raw) is None


@given(st.binary(max_size=2000), st.integers(0, 1500), st.integers(0, 50))
def test_no_content_makes_it_fall_over(junk: bytes, at: int, cut: int) -> None:
    raw = report()
    found = bounce_of(raw[:at] + junk + raw[at + cut :])
    if found is not None:
        assert found.said.isprintable()
        assert found.recipient.isprintable()


def test_a_hostile_text_is_one_harmless_line() -> None:
    hostile = "\x1b[31m <script>alert(1)</script> [bold]\u202e =?utf-8?q?x?= " + "长" * 5000
    raw = report().replace(b"550 5.1.1 <a@example.cn>: Recipient address rejected:", hostile.encode())
    found = bounce_of(raw)
    assert found is not None
    assert found.said.isprintable()
    assert len(found.said) <= 300


def test_a_letter_that_comes_back_is_shown_and_never_sent_again_by_itself(box: Box, clock: Clock) -> None:
    box.add(LETTER, clock.now)
    postbox = Postbox()
    with mail_server(postbox) as port:
        sender = {"mail": MailServer(account(port))}
        post(box, sender, clock)
        found = bounce_of(report())
        assert found is not None
        assert box.returned(found.letter_id, clock.now, found.said)
        assert not box.returned(found.letter_id, clock.now, found.said), "told twice, it is the same"
        (trouble,) = box.troubles(clock.now)
        assert (trouble.state, trouble.error) == (State.BOUNCED, found.said)
        assert minutes(box, sender, clock, 3).sent == 0
        assert not box.again(found.letter_id, clock.now), "its content is forgotten"
    assert len(postbox.envelopes) == 1
    assert box.arrived(found.letter_id, clock.now)
    assert box.troubles(clock.now) == ()


def test_a_letter_that_was_never_handed_over_cannot_come_back(box: Box, clock: Clock) -> None:
    box.add(LETTER, clock.now)
    assert not box.returned(ID, clock.now, "forged")
    assert not box.returned("0" * 32, clock.now, "forged")
    assert [one.state for one in box.waiting()] == [State.WAITING]


def test_what_was_posted_lately_and_what_is_not_settled(box: Box, clock: Clock) -> None:
    box.add(mail("old"), clock.now)
    with mail_server(Postbox()) as port:
        post(box, {"mail": MailServer(account(port))}, clock)
        box.add(mail("old, waiting"), clock.now)
        clock.passes(days=30)
        box.add(mail("new"), clock.now)
    states = [one.state for one in box.posted(clock.now - timedelta(days=7))]
    assert states == [State.WAITING, State.WAITING]
    assert len(box.posted(clock.now - timedelta(days=60))) == 3
