"""A letter as an Internet message (RFC 5322, MIME), in what mail programs have read for twenty years."""

from __future__ import annotations

import html
import re
from datetime import UTC
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from hashlib import sha256

import msgspec

from probe.post.accounts import MailAccount
from probe.post.address import mail_address
from probe.post.letter import Attachment
from probe.post.plain import one_line
from probe.post.sender import Parcel

# 7bit: base64 or quoted-printable instead of 8-bit lines, which need an extension that not every server has.
_POLICY = policy.SMTP.clone(cte_type="7bit")
_UTF8_POLICY = policy.SMTPUTF8.clone(cte_type="7bit")  # RFC 6532: headers that hold an address in UTF-8
_BODY_TAG = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"([a-z0-9-]+)/([A-Za-z0-9.+-]+)")


_Content = tuple[str, str, dict[str, bytes], tuple[Attachment, ...]]


class Bodies:
    """The last bodies that were composed: a report goes to a thousand people, and only its head differs."""

    def __init__(self) -> None:
        self._made: dict[bytes, bytes] = {}

    def of(self, parcel: Parcel) -> bytes:
        """The parts of the letter with their MIME headers."""
        letter = parcel.letter
        page = "" if letter.html is None else _late_html(letter.html, parcel.late)
        content: _Content = (parcel.text, page, letter.images, letter.attachments)
        digest = sha256(msgspec.msgpack.encode(content)).digest()
        if digest not in self._made:
            last = list(self._made.items())[-1:]
            self._made = dict([*last, (digest, _composed(*content))])
        return self._made[digest]


def compose(parcel: Parcel, account: MailAccount, bodies: Bodies | None = None) -> bytes:
    """The message for the letter's one recipient. The same letter always has the same Message-ID and Date.

    `Date` is when the letter was made; a late one says so in its first line (`parcel.late`), in plain text and in HTML.
    PostError when the account's `sender` is no address.
    """
    letter = parcel.letter
    sender = mail_address(account.sender, "[mail] sender")
    domain = sender.rpartition("@")[2]
    utf8 = needs_utf8(sender, letter.recipient)
    head = EmailMessage(policy=_UTF8_POLICY if utf8 else _POLICY)
    head["From"] = _mailbox(one_line(account.sender_name), sender)
    head["To"] = _mailbox("", letter.recipient)
    head["Subject"] = letter.subject
    head["Date"] = parcel.made_at.astimezone(UTC)
    head["Message-ID"] = f"<{letter.letter_id}@{domain}>"
    head["List-Id"] = f"<tongbutong.{domain}>"  # RFC 2919: something to filter by
    head["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notices in return
    head["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    head["Content-Language"] = letter.lang
    return head.as_bytes().removesuffix(b"\r\n") + (bodies or Bodies()).of(parcel)


def _composed(text: str, page: str, images: dict[str, bytes], attachments: tuple[Attachment, ...]) -> bytes:
    """The parts with their MIME headers."""
    message = EmailMessage(policy=_POLICY)
    message.set_content(text, cte=_encoding(text))
    if page:
        message.add_alternative(page, subtype="html", cte=_encoding(page))
        *_, related = message.iter_parts()
        for cid, png in images.items():
            related.add_related(png, "image", "png", cid=f"<{cid}>", disposition="inline", filename=f"{cid}.png")
    for attachment in attachments:
        kind = _MEDIA_TYPE.fullmatch(attachment.kind)
        main, sub = kind.groups() if kind else ("application", "octet-stream")
        if main in ("text", "message", "multipart"):  # bytes are sent as they are, whatever they are called
            main, sub = "application", "octet-stream"
        name = one_line(re.sub(r'[/\\:*?"<>|]', "_", attachment.name)).lstrip(".") or "file"
        message.add_attachment(attachment.data, main, sub, filename=name)
    return message.as_bytes()


def _encoding(text: str) -> str | None:
    """For Chinese base64, which is shorter; to find that out by trying quoted-printable takes 10 ms a letter."""
    return None if text.isascii() else "base64"


def needs_utf8(*addresses: str) -> bool:
    """Whether a server must know SMTPUTF8 (RFC 6531) for these addresses."""
    return not all(address.isascii() for address in addresses)


def _mailbox(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


def _late_html(page: str, late: str) -> str:
    if not late:
        return page
    line = f"<p><strong>{html.escape(late)}</strong></p>"
    body = _BODY_TAG.search(page)
    return f"{line}{page}" if body is None else f"{page[: body.end()]}{line}{page[body.end() :]}"
