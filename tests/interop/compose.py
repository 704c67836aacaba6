"""SIPp scenarios put together from parts, for the many that differ in one thing only.

scenario("busy", ring(), pause(500), final("486 Busy Here", q850(17)))

Every part is a piece of XML. Answers to the INVITE carry what was kept of it, so they may come after other requests.
"""

from __future__ import annotations

import sys
from pathlib import Path

RTP = Path(__file__).with_name("rtp.py")

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="{name}">
"""
_INVITED = """  <recv request="INVITE">
    <action>
      <ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/>
      <ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>
      <ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
      <ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq"/>
      <ereg regexp="sip:[^>;]*" search_in="hdr" header="Contact:" assign_to="target"/>
      <ereg regexp="m=audio [0-9]+" search_in="body" assign_to="audio"/>
      <ereg regexp="[0-9]+" search_in="var" variable="audio" assign_to="port"/>
    </action>
  </recv>
"""
_TAIL = """  <Reference variables="via,from,to,cseq,target,audio,port"/>
</scenario>
"""


def scenario(name: str, *parts: str) -> str:
    """The whole file."""
    return _HEAD.format(name=name) + invited() + "".join(parts) + _TAIL


def invited() -> str:
    """Wait for an INVITE and keep what answers to it need. Every scenario begins so; others follow in some."""
    return _INVITED


def sdp(formats: str = "8 101", *, port: str = "[auto_media_port]", extra: str = "") -> str:
    """The body of an answer or offer; `formats` as in the m= line."""
    lines = ["v=0", "o=peer 1 1 IN IP4 [local_ip]", "s=-", "c=IN IP4 [media_ip]", "t=0 0"]
    names = {"8": "PCMA/8000", "0": "PCMU/8000", "13": "CN/8000", "101": "telephone-event/8000"}
    lines += [f"m=audio {port} RTP/AVP {formats}", *(f"a=rtpmap:{f} {names[f]}" for f in formats.split())]
    return "\n".join([*lines, extra] if extra else lines)


def _message(lines: list[str], body: str, attributes: str = "") -> str:
    if body:
        lines = [*lines, "Content-Type: application/sdp"]
    text = "\n".join([*lines, "Content-Length: [len]" if body else "Content-Length: 0", "", body])
    return f"  <send{attributes}><![CDATA[\n{text}\n]]></send>\n"


def reply(status: str, *headers: str, body: str = "", tag: str = "far", retrans: bool = False) -> str:
    """A response to the INVITE."""
    lines = [
        f"SIP/2.0 {status}",
        "Via:[$via]",
        "From:[$from]",
        f"To:[$to];tag={tag}",
        "[last_Call-ID:]",
        "CSeq:[$cseq]",
    ]
    lines += ["Contact: <sip:peer@[local_ip]:[local_port]>", *headers]
    return _message(lines, body, ' retrans="500"' if retrans else "")


def confirm(status: str = "200 OK", *, body: str = "") -> str:
    """A response to the request that came last."""
    lines = [f"SIP/2.0 {status}", "[last_Via:]", "[last_From:]", "[last_To:]", "[last_Call-ID:]", "[last_CSeq:]"]
    return _message([*lines, "Contact: <sip:peer@[local_ip]:[local_port]>"], body)


def request(method: str, *headers: str, number: int = 1, body: str = "", tag: str = "far") -> str:
    """A request of the far end's own inside the call; it is sent once."""
    lines = [
        f"{method} [$target] SIP/2.0",
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
        f"From:[$to];tag={tag}",
        "To:[$from]",
        "[last_Call-ID:]",
        f"CSeq: {number} {method}",
        "Contact: <sip:peer@[local_ip]:[local_port]>",
        "Max-Forwards: 70",
        *headers,
    ]
    return _message(lines, body, "" if method == "ACK" else ' retrans="500"')


def expect(method: str, *, optional: bool = False) -> str:
    return f'  <recv request="{method}"{_maybe(optional)}/>\n'


def expect_status(status: int, *, optional: bool = False) -> str:
    return f'  <recv response="{status}"{_maybe(optional)}/>\n'


def _maybe(optional: bool) -> str:
    return ' optional="true"' if optional else ""


def pause(ms: int) -> str:
    return f'  <pause milliseconds="{ms}"/>\n'


def sound(what: str) -> str:
    """Send RTP from a port of its own, see rtp.py; `what` are its arguments behind the port."""
    command = f"{sys.executable} -S -E {RTP} [$port] {what} &amp;"
    return f'  <nop><action><exec command="{command}"/></action></nop>\n'


def final(status: str, *headers: str, tag: str = "far") -> str:
    """A final response that fails the call, and its ACK."""
    return reply(status, *headers, tag=tag, retrans=True) + expect("ACK")


def trying() -> str:
    return reply("100 Trying", tag="far")


def ring() -> str:
    return trying() + reply("180 Ringing")


def answer(body: str = "") -> str:
    return reply("200 OK", body=body or sdp(), retrans=True) + expect("ACK")


def until_bye() -> str:
    """Stay in the call until the robot hangs up."""
    return expect("BYE") + confirm()


def hang_up() -> str:
    return request("BYE", "Reason: Q.850;cause=16", number=9) + expect_status(200)


def q850(cause: int) -> str:
    return f"Reason: Q.850;cause={cause}"
