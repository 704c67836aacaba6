"""Who is to hear of what: the settings `[alerts]`."""

from __future__ import annotations

from datetime import time
from typing import Literal

from probe.errors import PostError
from probe.model import Fact
from probe.post.address import mail_address
from probe.post.letter import MAIL


class Recipient(Fact, frozen=True, kw_only=True):
    """Somebody who gets mail, or (without an address) a chat group."""

    channel: str
    address: str = ""


class Policy(Fact, frozen=True, kw_only=True):
    """The settings. Owners of lines are named in the directory, not here."""

    supervisors: tuple[str, ...] = ()  # mail addresses
    chats: tuple[str, ...] = ()  # names of [chat.NAME]: they hear what supervisors hear
    owners: bool = True  # whether the owner of a line hears of its incidents
    notices: bool = True  # whether a notice (engaged again and again) is told, or only 疑似
    escalate_after_h: float = 4.0  # without acknowledgement: supervisors hear of it
    remind_every_h: float = 24.0  # while it is open
    most_per_day: int = 20  # letters to one recipient; the digest tells the rest
    digest_at: time = time(17, 30)
    lang: Literal["zh", "en"] = "zh"

    @property
    def above(self) -> tuple[Recipient, ...]:
        """Supervisors and chat groups."""
        mails = (Recipient(channel=MAIL, address=address) for address in self.supervisors)
        return (*mails, *(Recipient(channel=f"chat.{name}") for name in self.chats))

    def owner(self, address: str) -> tuple[Recipient, ...]:
        """The owner of a line, when there is one who can be told: a directory may hold an address that is none."""
        if not address or not self.owners:
            return ()
        try:
            return (Recipient(channel=MAIL, address=mail_address(address, address)),)
        except PostError:
            return ()
