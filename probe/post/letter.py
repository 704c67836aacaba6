"""A letter: one piece of news for some people over one channel."""

from __future__ import annotations

import hashlib
import re
from typing import Literal

from msgspec import field
from msgspec.structs import force_setattr, replace

from probe.errors import PostError
from probe.hints import shown
from probe.model import Fact
from probe.post.address import mail_address
from probe.post.plain import harmless, one_line

MAIL = "mail"  # the channel of every mail; a chat's channel is "chat.NAME"
LONGEST_KEY = 200
_CID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_CHANNEL = re.compile(r"mail|chat\.[^\s/\\]{1,40}")


class Attachment(Fact, frozen=True, kw_only=True):
    """A file that goes with a mail. `kind` is its media type, such as "application/pdf"."""

    name: str
    kind: str
    data: bytes

    def __post_init__(self) -> None:
        force_setattr(self, "name", one_line(self.name))
        force_setattr(self, "kind", one_line(self.kind))


class Letter(Fact, frozen=True, kw_only=True):
    """What is to be said, to whom and how. Texts are cleaned when a letter is made (plain.py); addresses are refused.

    `key` is the news ("incident 17 opened"): the same key never reaches the same person twice over one channel. A chat
    group has no recipients, and gets `subject` and `text` alone. PostError for a letter that could not be sent.
    """

    key: str
    channel: str
    subject: str
    text: str
    recipients: tuple[str, ...] = ()
    html: str | None = None
    images: dict[str, bytes] = field(default_factory=dict)  # PNG by cid: <img src="cid:…"> shows it
    attachments: tuple[Attachment, ...] = ()
    lang: Literal["zh", "en"] = "zh"

    def __post_init__(self) -> None:
        if not (self.key.isprintable() and 0 < len(self.key) <= LONGEST_KEY):
            raise PostError("post.bad_key", value=shown(self.key))
        if not _CHANNEL.fullmatch(self.channel):
            raise PostError("post.bad_channel", value=shown(self.channel))
        if self.channel == MAIL and not self.recipients:
            raise PostError("post.no_recipient", letter=self.key)
        for cid in self.images:
            if not _CID.fullmatch(cid):
                raise PostError("post.bad_cid", value=shown(cid))
        people = (mail_address(address, shown(self.key)) for address in self.recipients) if self.channel == MAIL else ()
        force_setattr(self, "recipients", tuple(dict.fromkeys(people)))
        force_setattr(self, "subject", one_line(self.subject))
        force_setattr(self, "text", harmless(self.text))
        force_setattr(self, "html", None if self.html is None else harmless(self.html))

    def each(self) -> tuple[Letter, ...]:
        """One letter for each recipient: nobody sees the others, and each is delivered or refused by itself."""
        return tuple(replace(self, recipients=(one,)) for one in self.recipients) or (self,)

    @property
    def recipient(self) -> str:
        """The one recipient of a letter of `each`; "" for a chat group."""
        return self.recipients[0] if self.recipients else ""

    @property
    def row_key(self) -> str:
        """What must be unique in the outbox."""
        return f"{self.channel} {self.recipient} {self.key}"

    @property
    def letter_id(self) -> str:
        """Stable: made of channel, recipient and key alone, so that a letter sent again has the Message-ID it had."""
        return hashlib.sha256(self.row_key.encode()).hexdigest()[:32]
