"""A letter as an Internet message (RFC 5322, MIME), in what mail programs have read for twenty years."""

from __future__ import annotations

import html
import re
from datetime import UTC
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage

from probe.post.accounts import MailAccount
from probe.post.address import mail_address
from probe.post.plain import one_line
from probe.post.sender import Parcel

# 7bit: base64 or quoted-printable instead of 8-bit lines, which need an extension that not every server has.
_POLICY = policy.SMTP.clone(cte_type="7bit")
_UTF8_POLICY = policy.SMTPUTF8.clone(cte_type="7bit")  # RFC 6532: headers that hold an address in UTF-8
_BODY_TAG = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"([a-z0-9-]+)/([A-Za-z0-9.+-]+)")


def compose(parcel: Parcel, account: MailAccount) -> EmailMessage:
    """The message for the letter's one recipient. The same letter always has the same Message-ID and Date.

    `Date` is when the letter was made; a late one says so in its first line (`parcel.late`), in plain text and in HTML.
    PostError when the account's `sender` is no address.
    """
    letter = parcel.letter
    sender = mail_address(account.sender, "[mail] sender")
    domain = sender.rpartition("@")[2]
    utf8 = needs_utf8(sender, letter.recipient)
    message = EmailMessage(policy=_UTF8_POLICY if utf8 else _POLICY)
    message["From"] = _mailbox(one_line(account.sender_name), sender)
    message["To"] = _mailbox("", letter.recipient)
    message["Subject"] = letter.subject
    message["Date"] = parcel.made_at.astimezone(UTC)
    message["Message-ID"] = f"<{letter.letter_id}@{domain}>"
    message["List-Id"] = f"<tongbutong.{domain}>"  # RFC 2919: something to filter by
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notices in return
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    message["Content-Language"] = letter.lang
    message.set_content(parcel.text)
    if letter.html is not None:
        message.add_alternative(_late_html(letter.html, parcel.late), subtype="html")
        *_, page = message.iter_parts()
        for cid, png in letter.images.items():
            page.add_related(png, "image", "png", cid=f"<{cid}>", disposition="inline", filename=f"{cid}.png")
    for attachment in letter.attachments:
        kind = _MEDIA_TYPE.fullmatch(attachment.kind)
        main, sub = kind.groups() if kind else ("application", "octet-stream")
        if main in ("text", "message", "multipart"):  # bytes are sent as they are, whatever they are called
            main, sub = "application", "octet-stream"
        name = one_line(re.sub(r'[/\\:*?"<>|]', "_", attachment.name)).lstrip(".") or "file"
        message.add_attachment(attachment.data, main, sub, filename=name)
    return message


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
