"""What a letter may hold: hostile names do no harm in it, and addresses are refused rather than repaired."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probe.errors import PostError
from probe.post.accounts import MailAccount
from probe.post.address import mail_address
from probe.post.letter import Attachment, Letter
from probe.post.message import compose
from probe.post.plain import LONGEST_LINE, harmless, one_line
from probe.post.sender import Parcel
from tests.post.news import MORNING, mail

ACCOUNT = MailAccount(host="mail.example.cn", sender="robot@example.cn", sender_name="通不通")
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "List-Id", "Auto-Submitted", "X-Auto-Response-Suppress",
    "Content-Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
}  # fmt: skip
HOSTILE = (
    "单位\r\nBcc: victim@example.cn",
    "单位\nBcc: victim@example.cn\n\nbody",
    "单位\r\n\r\n<script>",
    "单位\x00\x0b\x0c\x85\u2028Bcc: victim@example.cn",
    "=?utf-8?q?=0D=0ABcc:_victim=40example.cn?=",
    "\u202egnp.exe",
    "\ud800",
    '"quoted" <evil@example.cn>, (comment',
    "长" * 10_000,
    "a" * 10_000,
    " " * 10_000 + "x",
)


def arrived(letter: Letter, account: MailAccount = ACCOUNT) -> EmailMessage:
    raw = compose(Parcel(letter=letter, made_at=MORNING, now=MORNING), account)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))  # RFC 5322, 2.1.1
    assert b"\n" not in raw.replace(b"\r\n", b"")
    return message_from_bytes(raw, policy=policy.default)  # type: ignore[return-value]


def unharmed(message: EmailMessage) -> None:
    """No header is ours that we did not write, none is there twice, and nobody else is addressed."""
    assert len(message.keys()) == len(set(message.keys()))
    assert set(message.keys()) <= HEADERS
    assert message["To"] == "a@example.cn"
    (sender,) = message["From"].addresses
    assert sender.addr_spec == "robot@example.cn"
    assert not sender.display_name or sender.display_name.isprintable()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_does_no_harm_anywhere(name: str) -> None:
    letter = mail(
        subject=name, text=name, html=f"<p>{name}</p>", attachments=(Attachment(name=name, kind=name, data=b"x"),)
    )
    account = MailAccount(host="mail.example.cn", sender="robot@example.cn", sender_name=name)
    message = arrived(letter, account)
    unharmed(message)
    (attachment,) = message.iter_attachments()
    assert attachment.get_content_type() == "application/octet-stream"
    assert not set(attachment.get_filename() or "") & set("/\\\r\n\0")
    assert "\u202e" not in str(message["Subject"])
    assert len(str(message["Subject"])) <= LONGEST_LINE


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=())))
def test_no_text_at_all_does_harm(name: str) -> None:
    message = arrived(mail(subject=name, text=name))
    unharmed(message)
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").rstrip("\n") == harmless(name).rstrip("\n")


@given(st.text(st.characters(exclude_categories=())), st.integers(1, 50))
def test_one_line_is_one_line(text: str, longest: int) -> None:
    line = one_line(text, longest)
    assert len(line) <= longest
    assert len(line.splitlines()) <= 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line)
    line.encode()


def test_what_people_write_stays_as_it_is() -> None:
    text = "余杭区就业中心　0571-87250001\n\t“疑似听筒未挂好”👨‍👩‍👧 naïve\n"
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("name@example.cn", "name@example.cn"),
        ("First.Last+tag@Example.CN", "First.Last+tag@example.cn"),
        ("root@localhost", "root@localhost"),
        ("张三@例子.中国", "张三@xn--fsqu00a.xn--fiqs8s"),
        ("a@例子。中国", "a@xn--fsqu00a.xn--fiqs8s"),
        ("o'brien/x=y@example.cn", "o'brien/x=y@example.cn"),
    ],
)
def test_addresses(written: str, sent: str) -> None:
    assert mail_address(written, "here") == sent


@pytest.mark.parametrize(
    "written",
    [
        "", "name", "@example.cn", "name@", "a b@example.cn", "a@b@example.cn", "a@example.cn\r\nRCPT TO:<b@c.cn>",
        "a@example.cn>", "<a@example.cn>", "a,b@example.cn", "a@exa mple.cn", "a@-example.cn", "a@example..cn",
        ".a@example.cn", "a..b@example.cn", "a@example.cn\0", "\u202ea@example.cn", '"a b"@example.cn', "a@[127.0.0.1]",
        "长" * 22 + "@example.cn", "a" * 65 + "@example.cn", "a@" + "b." * 130 + "cn", "\ud800@example.cn",
        "a@\ud800.cn",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_its_place(written: str) -> None:
    with pytest.raises(PostError) as caught:
        mail_address(written, "incident 17 opened")
    for lang in ("zh", "en"):
        said = caught.value.text(lang)
        assert said.isprintable()
        assert said.startswith("incident 17 opened")


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        ({"recipients": ()}, "post.no_recipient"),
        ({"recipients": ("a@example.cn", "b")}, "post.bad_address"),
        ({"key": ""}, "post.bad_key"),
        ({"key": "a\nb"}, "post.bad_key"),
        ({"key": "x" * 201}, "post.bad_key"),
        ({"channel": "sms"}, "post.bad_channel"),
        ({"channel": "chat."}, "post.bad_channel"),
        ({"images": {"a><b": b""}}, "post.bad_cid"),
    ],
)
def test_a_letter_that_could_not_be_sent_is_not_made(facts: dict[str, Any], key: str) -> None:
    with pytest.raises(PostError) as caught:
        Letter(
            **({"key": "k", "channel": "mail", "subject": "s", "text": "t", "recipients": ("a@example.cn",)} | facts)
        )
    assert caught.value.key == key
    assert caught.value.text("zh")


def test_the_same_letter_has_the_same_message_id_and_another_another() -> None:
    ids = {arrived(letter)["Message-ID"] for letter in (mail("one"), mail("one", text="longer"), mail("two"))}
    assert len(ids) == 2
    assert mail("one", "a@example.cn").letter_id != mail("one", "b@example.cn").letter_id


def test_a_letter_survives_the_outbox_whole() -> None:
    letter = mail(
        images={"c": b"\0\xff"}, attachments=(Attachment(name="月报.pdf", kind="application/pdf", data=b"\0"),)
    )
    assert msgspec.json.decode(msgspec.json.encode(letter), type=Letter) == letter


def test_each_sees_only_themselves() -> None:
    letters = mail("k", "a@example.cn", "b@example.cn").each()
    assert [letter.recipients for letter in letters] == [("a@example.cn",), ("b@example.cn",)]


def test_the_chart_belongs_to_the_html_and_not_to_the_text() -> None:
    message = arrived(mail(html='<img src="cid:c">', images={"c": b"\x89PNG"}))
    alternative = message.get_body(("related",))
    assert alternative is not None
    assert [part.get_content_type() for part in alternative.iter_parts()] == ["text/html", "image/png"]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "multipart/related"]
