"""Mail through a real SMTP server: encrypted or not at all, once, and every refusal understood."""

from __future__ import annotations

import logging
import ssl
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import trustme

from probe.errors import PostError
from probe.post.letter import Attachment
from probe.post.outbox import Box, State, Tally
from probe.post.sender import Deferred
from probe.post.smtp import MailServer
from tests.post.memory import MemoryBox
from tests.post.news import MORNING, Clock, mail, minutes, post
from tests.post.servers import PASSWORD, Postbox, account, mail_server, nobody_listening, with_login


@pytest.fixture
def server_context(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def ca_file(ca: trustme.CA, tmp_path: Path) -> Path:
    file = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(file)
    return file


# --- the letter that arrives


def test_what_arrives_is_what_was_written(box: Box, clock: Clock) -> None:
    letter = mail(
        text="第一行\n.一个点开头\n..两个点\n" + "很长" * 2000 + "\n",
        html='<html><body style="x"><p>余杭区</p><img src="cid:chart"></body></html>',
        images={"chart": b"\x89PNG\r\n.\r\n\0"},
        attachments=(Attachment(name="三月月报.pdf", kind="application/pdf", data=b"%PDF\r\n.\r\n\xff"),),
    )
    box.add(letter, clock.now)
    postbox = Postbox()
    with mail_server(postbox) as port:
        assert post(box, {"mail": MailServer(account(port, sender_name="通不通"))}, clock) == Tally(sent=1)

    (envelope,), (message,) = postbox.envelopes, postbox.messages
    assert (envelope.mail_from, envelope.rcpt_tos) == ("robot@example.cn", ["a@example.cn"])
    assert message["From"] == "通不通 <robot@example.cn>"
    assert message["To"] == "a@example.cn"
    assert message["Subject"] == letter.subject
    assert message["Message-ID"] == f"<{letter.letter_id}@example.cn>"
    assert message["List-Id"] == "<tongbutong.example.cn>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(str(message["Date"])) == MORNING
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().replace("\r\n", "\n") == letter.text
    assert page.get_content().strip() == letter.html
    (image,) = (part for part in message.walk() if part.get_content_type() == "image/png")
    assert (image["Content-ID"], image.get_content()) == ("<chart>", letter.images["chart"])
    (pdf,) = message.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content()) == ("三月月报.pdf", letter.attachments[0].data)
    assert not message.defects


def test_a_late_letter_says_so_in_its_first_line_in_text_and_html(memory: MemoryBox, clock: Clock) -> None:
    memory.add(mail(html="<html><body><p>余杭区</p></body></html>"), clock.now)
    clock.passes(hours=1)
    postbox = Postbox()
    with mail_server(postbox) as port:
        post(memory, {"mail": MailServer(account(port))}, clock)
    for kind in ("plain", "html"):
        body = postbox.messages[0].get_body((kind,))
        assert body is not None
        first = body.get_content().removeprefix("<html><body><p><strong>")
        assert first.startswith("【延迟送达】本消息生成于 2026-03-02 09:00")
    assert parsedate_to_datetime(str(postbox.messages[0]["Date"])) == MORNING


def test_an_address_in_chinese_goes_to_a_server_that_can_deliver_to_it(memory: MemoryBox, clock: Clock) -> None:
    memory.add(mail("news", "张三@例子.中国"), clock.now)
    postbox = Postbox()
    with mail_server(postbox, enable_SMTPUTF8=True) as port:
        assert post(memory, {"mail": MailServer(account(port))}, clock) == Tally(sent=1)
    assert postbox.envelopes[0].rcpt_tos == ["张三@xn--fsqu00a.xn--fiqs8s"]
    assert "SMTPUTF8" in postbox.envelopes[0].mail_options
    assert "张三@xn--fsqu00a.xn--fiqs8s".encode() in (postbox.envelopes[0].original_content or b"")


def test_a_server_without_smtputf8_is_said_to_be_one(memory: MemoryBox, clock: Clock) -> None:
    memory.add(mail("news", "张三@example.cn", "b@例子.中国"), clock.now)  # the second needs none: its name is ASCII
    postbox = Postbox()
    with mail_server(postbox, enable_SMTPUTF8=False) as port:
        assert post(memory, {"mail": MailServer(account(port))}, clock) == Tally(sent=1, failed=1)
    assert "SMTPUTF8" in memory.troubles(clock.now)[0].error
    assert postbox.envelopes[0].rcpt_tos == ["b@xn--fsqu00a.xn--fiqs8s"]


def test_many_letters_go_over_few_connections(box: Box, clock: Clock) -> None:
    box.add(mail("news", *(f"u{n}@example.cn" for n in range(60))), clock.now)
    postbox = Postbox()
    with mail_server(postbox) as port:
        assert post(box, {"mail": MailServer(account(port))}, clock) == Tally(sent=60)
    assert len({envelope.rcpt_tos[0] for envelope in postbox.envelopes}) == 60
    assert len(postbox.sessions) == 2


# --- encryption and login


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_and_logged_in(
    memory: MemoryBox, clock: Clock, server_context: ssl.SSLContext, ca_file: Path, security: str
) -> None:
    memory.add(mail(), clock.now)
    postbox = Postbox()
    with mail_server(postbox, **{security: server_context}) as port:
        sender = MailServer(with_login(port, host="localhost", security=security, ca_file=ca_file))
        assert sender.check() == f"localhost:{port}"
        assert postbox.envelopes == []
        assert post(memory, {"mail": sender}, clock) == Tally(sent=1)
    assert postbox.encrypted == [True]
    assert [login.password for login in postbox.logins] == [PASSWORD.encode()] * 2


def refused(sender: MailServer) -> Deferred:
    with pytest.raises(Deferred) as caught:
        sender.check()
    assert PASSWORD not in caught.value.text("en") + caught.value.text("zh") + repr(caught.value) + repr(sender)
    return caught.value


def test_without_starttls_nothing_is_said_in_the_open() -> None:
    postbox = Postbox()
    with mail_server(postbox) as port:
        error = refused(MailServer(with_login(port, security="starttls")))
    assert error.key == "post.no_starttls"
    assert postbox.logins == []


def test_a_password_is_never_sent_in_the_open_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    postbox = Postbox()
    with mail_server(postbox, authenticator=postbox.authenticate, auth_require_tls=False) as port:
        monkeypatch.setattr("probe.post.smtp.is_loopback", lambda host: False)
        assert refused(MailServer(with_login(port))).key == "post.password_in_the_open"
    assert postbox.logins == []


def test_a_certificate_that_nobody_vouches_for(server_context: ssl.SSLContext) -> None:
    with mail_server(Postbox(), tls=server_context) as port:
        error = refused(MailServer(with_login(port, host="localhost", security="tls")))
    assert error.key == "post.certificate_issuer"
    assert "[mail] ca_file" in error.text("zh")


def test_a_certificate_for_another_name(server_context: ssl.SSLContext, ca_file: Path) -> None:
    with mail_server(Postbox(), starttls=server_context) as port:
        error = refused(MailServer(with_login(port, security="starttls", ca_file=ca_file)))  # 127.0.0.1
    assert error.key == "post.certificate_name"
    assert "127.0.0.1" in error.text("en")


def test_a_certificate_that_has_run_out(ca: trustme.CA, ca_file: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    from datetime import UTC, datetime

    old = ca.issue_cert("localhost", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    old.configure_cert(context)
    with mail_server(Postbox(), tls=context) as port:
        error = refused(MailServer(with_login(port, host="localhost", security="tls", ca_file=ca_file)))
    assert error.key == "post.certificate_dates"


def test_tls_on_a_port_that_does_not_speak_it() -> None:
    with mail_server(Postbox()) as port:
        error = refused(MailServer(with_login(port, security="tls")))
    assert error.key == "post.tls_failed"
    assert "587" in error.text("en")


def test_a_wrong_password_is_everybodys_trouble_and_no_letters_fault(
    memory: MemoryBox, clock: Clock, server_context: ssl.SSLContext, ca_file: Path
) -> None:
    for n in range(3):
        memory.add(mail(f"news {n}"), clock.now)
    postbox = Postbox()
    with mail_server(postbox, starttls=server_context) as port:
        facts = {"host": "localhost", "security": "starttls", "ca_file": ca_file}
        wrong = MailServer(account(port, username="somebody@example.cn", password=with_login(port).password, **facts))
        assert post(memory, {"mail": wrong}, clock) == Tally(deferred=1)
        assert all("授权码" in posted.error for posted in memory.waiting())
        assert minutes(memory, {"mail": MailServer(with_login(port, **facts))}, clock, 3) == Tally(sent=3)


def test_a_server_that_offers_no_login() -> None:
    with mail_server(Postbox(), auth_require_tls=True) as port:
        assert refused(MailServer(with_login(port))).key == "post.no_login"


def test_a_password_that_is_not_ascii_is_named_and_not_repeated() -> None:
    from probe.dial.trunk import Secret

    postbox = Postbox()
    with mail_server(postbox, authenticator=postbox.authenticate, auth_require_tls=False) as port:
        sender = MailServer(account(port, username="u", password=Secret("密码hunter2")))
        with pytest.raises(Deferred) as caught:
            sender.check()
    assert caught.value.key == "post.password_not_ascii"
    assert caught.value.__cause__ is None
    assert "hunter2" not in repr(caught.value)


def test_a_server_that_repeats_the_password_is_not_quoted(memory: MemoryBox, clock: Clock) -> None:
    memory.add(mail(), clock.now)
    postbox = Postbox(MAIL=[f"550 not {PASSWORD}\x1b[31m"])
    with mail_server(postbox, authenticator=postbox.authenticate, auth_require_tls=False) as port:
        post(memory, {"mail": MailServer(with_login(port))}, clock)
    assert "550 not ***[31m" in memory.waiting()[0].error


def test_nothing_secret_is_logged(
    memory: MemoryBox, clock: Clock, server_context: ssl.SSLContext, ca_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    memory.add(mail(), clock.now)
    with mail_server(Postbox(), starttls=server_context) as port:
        sender = MailServer(with_login(port, host="localhost", security="starttls", ca_file=ca_file))
        post(memory, {"mail": sender}, clock)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("mail.")]  # aiosmtpd's own
    assert not [line for line in ours if PASSWORD in line]


@pytest.mark.parametrize(("content", "key"), [(None, "post.bad_ca_file"), ("not PEM", "post.bad_ca_file")])
def test_a_ca_file_that_is_none(tmp_path: Path, content: str | None, key: str) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)
    with nobody_listening() as port, pytest.raises(PostError) as caught:
        MailServer(with_login(port, security="tls", ca_file=file)).check()
    assert caught.value.key == key
    assert str(file) in caught.value.text("en")


# --- refusals


def test_one_bounces_and_the_others_get_theirs(memory: MemoryBox, clock: Clock) -> None:
    memory.add(mail("news", "a@example.cn", "nobody@example.cn", "c@example.cn"), clock.now)
    postbox = Postbox()
    with mail_server(postbox) as port:
        assert post(memory, {"mail": MailServer(account(port))}, clock) == Tally(sent=2, failed=1)
        assert minutes(memory, {"mail": MailServer(account(port))}, clock, 3) == Tally()
    (posted,) = memory.troubles(clock.now)
    assert (posted.recipient, posted.state) == ("nobody@example.cn", State.BOUNCED)
    assert "550 5.1.1 no such user" in posted.error


def test_a_recipient_who_is_put_off_gets_it_later(memory: MemoryBox, clock: Clock) -> None:
    memory.add(mail("news", "a@example.cn", "b@example.cn"), clock.now)
    postbox = Postbox(RCPT=["450 greylisted"])
    with mail_server(postbox) as port:
        assert post(memory, {"mail": MailServer(account(port))}, clock) == Tally(sent=1, deferred=1)
        assert minutes(memory, {"mail": MailServer(account(port))}, clock, 2) == Tally(sent=1)


@pytest.mark.parametrize(
    ("answers", "first", "state"),
    [
        ({"DATA": ["451 try later"]}, Tally(deferred=1, sent=1), None),
        ({"DATA": ["421 shutting down"]}, Tally(deferred=1), None),
        ({"DATA": ["554 spam"]}, Tally(failed=1, sent=1), State.BOUNCED),
        ({"MAIL": ["452 no room"]}, Tally(deferred=1), None),
        ({"MAIL": ["552 too large"]}, Tally(failed=1, sent=1), State.BOUNCED),
        ({"MAIL": ["553 not your address"]}, Tally(deferred=1), None),
        ({"RCPT": ["530 log in first"]}, Tally(deferred=1), None),
        ({"RCPT": ["421 too many"]}, Tally(deferred=1), None),
    ],
)
def test_every_answer_is_understood(
    memory: MemoryBox, clock: Clock, answers: dict[str, list[str]], first: Tally, state: State | None
) -> None:
    memory.add(mail("news", "a@example.cn", "b@example.cn"), clock.now)
    (said,) = [script[0] for script in answers.values()]
    postbox = Postbox(**{command: list(script) for command, script in answers.items()})
    with mail_server(postbox) as port:
        assert post(memory, {"mail": MailServer(account(port))}, clock) == first
        shown = memory.troubles(clock.now) if state else memory.waiting()
        assert said in shown[0].error
        assert [posted.state for posted in memory.troubles(clock.now)] == ([state] if state else [])
        rest = minutes(memory, {"mail": MailServer(account(port))}, clock, 4)
    assert rest.sent == 2 - first.sent - first.failed
    assert len(postbox.envelopes) == (1 if state else 2)


def test_a_server_that_hangs_up_instead_of_answering_leaves_the_letter_unsure(memory: MemoryBox, clock: Clock) -> None:
    memory.add(mail(), clock.now)
    postbox = Postbox(DATA=["hang up"])
    with mail_server(postbox) as port:
        assert post(memory, {"mail": MailServer(account(port))}, clock) == Tally(unsure=1)
        assert minutes(memory, {"mail": MailServer(account(port))}, clock, 3) == Tally()
    assert len(postbox.envelopes) == 1  # it had arrived
    assert [posted.state for posted in memory.troubles(clock.now)] == [State.UNSURE]


def test_a_server_that_never_answers_is_not_waited_for() -> None:
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        sender = MailServer(account(silent.getsockname()[1]), step_s=0.05)
        assert refused(sender).key in ("post.timeout", "post.hung_up")


def test_a_host_that_does_not_exist() -> None:
    assert refused(MailServer(account(25, host="no-such-host.invalid"))).key == "post.no_such_host"


def test_down_for_an_hour_then_delivered_once_late_and_said_so(box: Box, clock: Clock) -> None:
    box.add(mail("news", "a@example.cn", "b@example.cn"), clock.now)
    postbox = Postbox()
    with nobody_listening() as port:
        down = minutes(box, {"mail": MailServer(account(port))}, clock, 60)
    assert down.sent == 0
    assert down.deferred >= 6
    with mail_server(postbox) as port:
        assert minutes(box, {"mail": MailServer(account(port))}, clock, 12) == Tally(sent=2, late=2)
    for message in postbox.messages:
        body = message.get_body(("plain",))
        assert body is not None
        assert "因当时邮件服务器无法连接" in body.get_content().splitlines()[0]


# --- several connections at once


def test_many_letters_go_over_several_connections_at_once(box: Box, clock: Clock) -> None:
    people = [f"u{n}@example.cn" for n in range(40)]
    box.add(mail("news", *people), clock.now)
    postbox = Postbox()
    with mail_server(postbox) as port:
        helpers = [{"mail": MailServer(account(port))} for _ in range(3)]
        assert post(box, {"mail": MailServer(account(port))}, clock, helpers=helpers) == Tally(sent=40)
    assert sorted(envelope.rcpt_tos[0] for envelope in postbox.envelopes) == sorted(people)
    assert len(postbox.sessions) > 1
    assert box.waiting() == box.troubles(clock.now + timedelta(hours=1)) == ()


def test_few_letters_need_one_connection(memory: MemoryBox, clock: Clock) -> None:
    memory.add(mail("news", "a@example.cn", "b@example.cn"), clock.now)
    postbox = Postbox()
    with mail_server(postbox) as port:
        helpers = [{"mail": MailServer(account(port))}]
        assert post(memory, {"mail": MailServer(account(port))}, clock, helpers=helpers) == Tally(sent=2)
    assert len(postbox.sessions) == 1


def test_a_further_connection_that_is_refused_stops_nothing(memory: MemoryBox, clock: Clock) -> None:
    memory.add(mail("news", *(f"u{n}@example.cn" for n in range(30))), clock.now)
    postbox = Postbox()
    with nobody_listening() as closed, mail_server(postbox) as port:
        helpers = [{"mail": MailServer(account(closed))}]
        first = post(memory, {"mail": MailServer(account(port))}, clock, helpers=helpers)
        assert first == Tally(sent=29, deferred=1)
        assert minutes(memory, {"mail": MailServer(account(port))}, clock, 2) == Tally(sent=1)
    assert len(postbox.envelopes) == 30


def test_a_server_that_hangs_up_between_two_letters_is_called_again(memory: MemoryBox, clock: Clock) -> None:
    memory.add(mail("news", *(f"u{n}@example.cn" for n in range(3))), clock.now)
    postbox = Postbox(MAIL=["", "421 no more over this connection"])
    with mail_server(postbox) as port:
        assert post(memory, {"mail": MailServer(account(port))}, clock) == Tally(sent=3)
    assert len(postbox.sessions) == 2
