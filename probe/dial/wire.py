"""What went over the wire, from PJSIP's own message log: every SIP message, also those after the hang-up.

The call callbacks of pjsua2 are not enough. It forgets a call the moment it is hung up, so the answer to a CANCEL (487,
or the 200 that crossed it) and to a BYE would never be seen; and a final response reaches one callback, a provisional
one another. The message log is called for each message, before anything interprets it.
"""

from __future__ import annotations

import re

import msgspec

from probe.model import Origin, Signal

KEPT_HEADERS = ("Reason", "Retry-After", "Warning", "Contact")  # those that can matter for a verdict
_COMPACT = {"i": "call-id", "c": "content-type", "m": "contact", "v": "via"}  # RFC 3261 §7.3.3
_BRANCH = re.compile(r";\s*branch\s*=\s*([^;,\s]+)", re.IGNORECASE)
_LONGEST_TEXT = 500  # characters of a line that are kept


class SipMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One SIP message, sent or received."""

    sent: bool
    start: str  # "INVITE" for a request, "SIP/2.0 180 Ringing" for a response
    call_id: str
    method: str  # of the CSeq: which request a response is for
    sdp: bool
    headers: dict[str, tuple[str, ...]]
    branch: str = ""  # of the topmost Via, in small letters: a response belongs to the request with the same one

    @property
    def status(self) -> int | None:
        """The status code of a response, None for a request."""
        code = self.start[8:11]
        return int(code) if self.start.startswith("SIP/2.0 ") and code.isdigit() else None

    def signal(self, at_s: float) -> Signal:
        """The same as a signal of the trace."""
        if self.sent:
            return Signal(at_s=at_s, sent=self.start)
        headers = self.headers
        if self.status is None or self.status // 100 != 3:  # where a peer can be reached matters in a redirection only
            headers = {name: values for name, values in headers.items() if name != "Contact"}
        return Signal(at_s=at_s, received=self.start, origin=Origin.WIRE, sdp=self.sdp, headers=headers)


def parse_log(entry: str) -> SipMessage | None:
    """The SIP message in a log entry ("RX 336 bytes … from UDP 127.0.0.1:5060:", then the message), if it has one."""
    if not entry.startswith(("RX ", "TX ")):
        return None
    title, found, text = entry.partition(":\n")
    if not found or " bytes " not in title:
        return None
    return parse(text.removesuffix("\n--end msg--"), sent=entry.startswith("TX "))


def parse(text: str, *, sent: bool) -> SipMessage | None:
    """Read a SIP message as far as a trace needs it; None when it has no Call-ID or CSeq."""
    head, _, body = _clean(text).partition("\n\n")
    first, *lines = head.split("\n")
    fields: dict[str, list[str]] = {}
    for line in _unfolded(lines):
        name, colon, value = line.partition(":")
        if colon:
            name = name.strip().lower()
            fields.setdefault(_COMPACT.get(name, name), []).append(value.strip()[:_LONGEST_TEXT])
    cseq = fields.get("cseq", [""])[0].split()
    if not cseq or "call-id" not in fields:
        return None
    is_response = first.startswith("SIP/2.0") and not first[7:8].strip()
    first = " ".join(first.split()) if is_response else first  # PJSIP takes tabs and more than one blank
    branch = _BRANCH.search(fields.get("via", [""])[0].partition(",")[0])
    return SipMessage(
        sent=sent,
        start=(first if is_response else first.split(" ", 1)[0])[:_LONGEST_TEXT].rstrip(),
        call_id=fields["call-id"][0],
        method=cseq[-1].upper(),
        sdp="application/sdp" in fields.get("content-type", [""])[0].lower() and bool(body.strip()),
        headers={name: tuple(fields[name.lower()]) for name in KEPT_HEADERS if name.lower() in fields},
        branch=branch[1].casefold() if branch else "",
    )


def _clean(text: str) -> str:
    """Without what could harm a reader: control characters, and bytes that are no UTF-8 (surrogates, after SWIG)."""
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in text)


def _unfolded(lines: list[str]) -> list[str]:
    """Header lines, with the folded ones joined (RFC 3261 §7.3.1)."""
    joined: list[str] = []
    for line in lines:
        if line[:1] in (" ", "\t") and joined:
            joined[-1] += " " + line.strip()
        else:
            joined.append(line)
    return joined
