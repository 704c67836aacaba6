"""SIP messages that a far end may send, in a form in which they can be spoilt: a first line, header lines, a body."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

TAG = "far"


@dataclass(frozen=True)
class Message:
    """`headers` are whole lines, "Name: value", in their order; Content-Length is added unless one is among them."""

    start: str
    headers: tuple[str, ...]
    body: str = ""

    def wire(self) -> bytes:
        lines = [self.start, *self.headers]
        if not any(line.lower().startswith(("content-length", "l:")) for line in self.headers):
            lines.append(f"Content-Length: {len(self.body.encode('utf-8', 'surrogateescape'))}")
        return ("\r\n".join([*lines, "", ""]) + self.body).encode("utf-8", "surrogateescape")

    def with_(self, *headers: str) -> Message:
        """With these lines behind the others."""
        return replace(self, headers=(*self.headers, *headers))

    def without(self, name: str) -> Message:
        return replace(self, headers=tuple(h for h in self.headers if not _is(h, name)))

    def put(self, name: str, value: str) -> Message:
        """With this value in place of the header's own, at the same place."""
        lines = tuple(f"{name}: {value}" if _is(h, name) else h for h in self.headers)
        return replace(self, headers=lines if lines != self.headers else (*lines, f"{name}: {value}"))

    def value(self, name: str) -> str:
        return next(h.partition(":")[2].strip() for h in self.headers if _is(h, name))


def _is(line: str, name: str) -> bool:
    return line.partition(":")[0].strip().lower() == name.lower()


@dataclass(frozen=True)
class Dialled:
    """An INVITE as far as messages of the far end need it, and where that far end is."""

    via: str
    caller: str  # its From
    called: str  # its To
    call_id: str
    cseq: str
    target: str  # the URI of its Contact
    audio: int  # the port that it wants sound at
    sip_port: int  # ours
    rtp_port: int
    where: tuple[str, int] = field(default=("", 0))  # whence it came

    def response(self, status: str, *headers: str, sdp: bool | str = False, tag: str = TAG) -> Message:
        body = self.sdp() if sdp is True else sdp or ""
        typed = ("Content-Type: application/sdp",) if body else ()
        return Message(
            f"SIP/2.0 {status}",
            (
                f"Via: {self.via}",
                f"From: {self.caller}",
                f"To: {self.called};tag={tag}",
                f"Call-ID: {self.call_id}",
                f"CSeq: {self.cseq}",
                f"Contact: <sip:far@127.0.0.1:{self.sip_port}>",
                *headers,
                *typed,
            ),
            body,
        )

    def request(self, method: str, *headers: str, number: int = 1, sdp: bool | str = False) -> Message:
        """A request of the far end's own inside the call."""
        body = self.sdp() if sdp is True else sdp or ""
        typed = ("Content-Type: application/sdp",) if body else ()
        return Message(
            f"{method} {self.target} SIP/2.0",
            (
                f"Via: SIP/2.0/UDP 127.0.0.1:{self.sip_port};branch=z9hG4bK{self.call_id}{method}{number}",
                f"From: {self.called};tag={TAG}",
                f"To: {self.caller}",
                f"Call-ID: {self.call_id}",
                f"CSeq: {number} {method}",
                f"Contact: <sip:far@127.0.0.1:{self.sip_port}>",
                "Max-Forwards: 70",
                *headers,
                *typed,
            ),
            body,
        )

    def sdp(self, formats: str = "8 101", *more: str) -> str:
        lines = (
            "v=0",
            "o=far 1 1 IN IP4 127.0.0.1",
            "s=-",
            "c=IN IP4 127.0.0.1",
            "t=0 0",
            f"m=audio {self.rtp_port} RTP/AVP {formats}",
            "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:101 telephone-event/8000",
            *more,
            "",
        )
        return "\r\n".join(lines)


def dialled(invite: str, where: tuple[str, int], sip_port: int, rtp_port: int) -> Dialled:
    """Read an INVITE of the robot's."""
    target = re.search(r"sip:[^>;]*", header(invite, "Contact"))
    audio = re.search(r"m=audio (\d+)", invite)
    assert target is not None
    assert audio is not None
    return Dialled(
        via=header(invite, "Via"),
        caller=header(invite, "From"),
        called=header(invite, "To"),
        call_id=header(invite, "Call-ID"),
        cseq=header(invite, "CSeq"),
        target=target[0],
        audio=int(audio[1]),
        sip_port=sip_port,
        rtp_port=rtp_port,
        where=where,
    )


def header(text: str, name: str) -> str:
    """The first header of this name in a message as it came over the wire; "" when there is none."""
    found = re.search(rf"^{name}: *(.*?)\r?$", text, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


def confirmed(request: str, status: str = "200 OK") -> bytes:
    """An honest response to any request."""
    lines = [f"SIP/2.0 {status}"]
    for name in ("Via", "From", "To", "Call-ID", "CSeq"):
        value = header(request, name)
        lines.append(f"{name}: {value}" + (f";tag={TAG}" if name == "To" and ";tag=" not in value else ""))
    return "\r\n".join([*lines, "Content-Length: 0", "", ""]).encode()
