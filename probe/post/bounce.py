"""Letters that come back: delivery status notifications (RFC 3464) → which letter, and why. Pure.

Whoever sends mail to us writes these texts, so nothing in them is more than a line to show: a report can mark one of
our letters as bounced, no more. It is believed only when it names a letter's Message-ID, which nobody but its reader
and the mail systems on the way know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message

from probe.model import Fact
from probe.post.plain import one_line

LARGEST_BYTES = 5_000_000
MOST_PARTS = 50
LONGEST_SAID = 300
_MESSAGE_ID = re.compile(r"<([0-9a-f]{32})@[^\s<>@]{1,255}>")  # as `compose` writes it: the letter's id


class Bounce(Fact, frozen=True, kw_only=True):
    """A letter that could not be delivered. `said` is the mail system's own words, on one line."""

    letter_id: str
    recipient: str
    said: str


def bounce_of(raw: bytes) -> Bounce | None:
    """What a message says of a letter of ours; None when it is no report of a failed delivery, or of no letter that it
    names. Reports of delays and of success are none. Never raises for any content."""
    if len(raw) > LARGEST_BYTES:
        return None
    try:
        parts = list(_parts(message_from_bytes(raw, policy=policy.compat32)))
    except (RecursionError, ValueError, LookupError):
        return None
    fields = next((found for part in parts if (found := _failed(part)) is not None), None)
    letter_id = next((known for part in parts if (known := _letter(part)) is not None), None)
    if fields is None or letter_id is None:
        return None
    status, recipient, diagnostic = fields
    said = one_line(" ".join(part for part in (status, diagnostic) if part), LONGEST_SAID)
    return Bounce(letter_id=letter_id, recipient=one_line(recipient), said=said or "—")


def _parts(message: Message, depth: int = 0) -> Iterator[Message]:
    """The parts of a report; the parts of what it returns are looked at as text only."""
    yield message
    if depth < 3 and message.is_multipart() and message.get_content_maintype() == "multipart":
        for part in list(message.get_payload())[:MOST_PARTS]:
            if isinstance(part, Message):
                yield from _parts(part, depth + 1)


def _failed(part: Message) -> tuple[str, str, str] | None:
    """Status, recipient and diagnostic of the first recipient with `Action: failed` (RFC 3464, 2.3.3)."""
    if part.get_content_type() != "message/delivery-status":
        return None
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, Message) and _field(block, "Action").lower() == "failed":
            to = _field(block, "Original-Recipient") or _field(block, "Final-Recipient")
            said = _field(block, "Diagnostic-Code")
            return _field(block, "Status"), to.partition(";")[2].strip() or to, said.partition(";")[2].strip() or said
    return None


def _letter(part: Message) -> str | None:
    """The Message-ID of the letter that is returned, whole or its headers (RFC 3462)."""
    if part.get_content_type() not in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
        return None
    payload = part.get_payload()
    if isinstance(payload, list):
        inner = payload[0] if payload else None
        ids = _field(inner, "Message-ID") if isinstance(inner, Message) else ""
    else:
        head = part.get_payload(decode=True)
        text = head.decode("utf-8", "replace") if isinstance(head, bytes) else ""
        ids = " ".join(line for line in _unfolded(text) if line.lower().startswith("message-id:"))
    found = _MESSAGE_ID.search(ids)
    return found[1] if found else None


def _unfolded(text: str) -> list[str]:
    return re.sub(r"\r?\n[ \t]+", " ", text[:100_000]).splitlines()


def _field(message: Message, name: str) -> str:
    value = message.get(name)
    return "" if value is None else one_line(str(value), LONGEST_SAID)
