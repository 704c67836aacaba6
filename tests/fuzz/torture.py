"""RFC 4475's torture messages, turned into responses to the call that is under way.

What the RFC spoils in a request is spoilt in the same way in a response to our INVITE: with the call's own Via, From,
To, Call-ID and CSeq wherever the section does not spoil those. VALID are the sections that a parser must take (3.1.1):
what is made of them is heeded like any response. INVALID are all others: PJSIP may drop them or make the best of them,
and neither may hold anything against an office that has not earned it.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz.message import Dialled, Message

Made = Callable[[Dialled, str], bytes]  # the call, the status ("486 Busy Here") → what is sent

LONG = "long" * 120


def _plain(call: Dialled, status: str) -> Message:
    return call.response(status, sdp=status[0] == "2")


def _headers(call: Dialled, status: str, *lines: str) -> bytes:
    return _plain(call, status).with_(*lines).wire()


def _joined(call: Dialled, status: str, lines: list[str], body: bytes = b"") -> bytes:
    return "\r\n".join([f"SIP/2.0 {status}", *lines, "", ""]).encode("utf-8", "surrogateescape") + body


def _own(call: Dialled) -> list[str]:
    """The lines that a response needs, as they should be."""
    return list(call.response("100 Trying").headers)


# ---- 3.1.1 valid messages ----


def wsinv(call: Dialled, status: str) -> bytes:
    """3.1.1.1 a short tortuous INVITE"""
    return _joined(
        call,
        status,
        [
            "TO :",
            f" {call.called} ;   tag    = far",
            f"from   : {call.caller}",
            "MaX-fOrWaRdS: 0068",
            f"Call-ID: {call.call_id}",
            "Content-Length   : 0",
            f"cseq: {call.cseq.split()[0].zfill(6)}",
            "  INVITE",
            f"Via  : {call.via}",
            "s :",
            "NewFangledHeader:   newfangled value",
            " continued newfangled value",
            "UnknownHeaderWithUnusualValue: ;;,,;;,;",
            "Route:",
            " <sip:services.example.com;lr;unknownwith=value;unknown-no-value>",
            f'm:"Quoted string \\"\\"" <sip:far@127.0.0.1:{call.sip_port}> ; newparam =',
            "      newvalue ;",
            "  secondparam ; q = 0.33",
        ],
    )


def intmeth(call: Dialled, status: str) -> bytes:
    """3.1.1.2 a wide range of valid characters"""
    return _headers(
        call,
        status,
        "extensionHeader-!.%*+_`'~: \ufeff\u5927\u505c\u96fb",
        'Server: "BEL:\\\x07 NUL:\\\x01 DEL:\\\x7f" 1*unlikely-!.%*+_`\'~',
        "Allow: !interesting-Method0123456789_*+`.%indeed'~",
    )


def esc01(call: Dialled, status: str) -> bytes:
    """3.1.1.3 percent-escapes in URIs"""
    return (
        _plain(call, status)
        .put("Contact", f"<sip:cal%6Cer@127.0.0.1:{call.sip_port};%6C%72;n%61me=v%61lue%25%34%31>")
        .wire()
    )


def escnull(call: Dialled, status: str) -> bytes:
    """3.1.1.4 escaped nulls in URIs"""
    return _plain(call, status).put("Contact", f"<sip:%00@127.0.0.1:{call.sip_port};%00=%00>").wire()


def esc02(call: Dialled, status: str) -> bytes:
    """3.1.1.5 a percent sign that escapes nothing"""
    return _headers(call, status, "Allow: RE%47IST%45R", "Server: %Zunused %0aeverything")


def lwsdisp(call: Dialled, status: str) -> bytes:
    """3.1.1.6 no space between the display name and <"""
    return _plain(call, status).put("Contact", f"caller<sip:far@127.0.0.1:{call.sip_port}>").wire()


def longreq(call: Dialled, status: str) -> bytes:
    """3.1.1.7 long values in header fields"""
    return _headers(
        call,
        status,
        f'Reply-To: "I have a user name of extreme{LONG}" <sip:user{LONG}@example.net;param{LONG}>',
        f"Unknown-{LONG}-Name: unknown-{LONG}-value; unknown-{LONG}-parameter-name = x",
        *(f"Record-Route: <sip:sip{n}.example.com;lr;p={LONG}>" for n in range(1)),
    )


def dblreq(call: Dialled, status: str) -> bytes:
    """3.1.1.8 extra octets in the datagram, which look like a message of their own"""
    more = call.response("603 Decline").wire()
    return _plain(call, status).wire() + more


def semiuri(call: Dialled, status: str) -> bytes:
    """3.1.1.9 semicolons in the user part"""
    return _plain(call, status).put("Contact", f"<sip:far;par=u%40example.net@127.0.0.1:{call.sip_port}>").wire()


def transports(call: Dialled, status: str) -> bytes:
    """3.1.1.10 Vias of varied transports"""
    more = ("UDP t1", "SCTP t2", "TLS t3", "UNKNOWN t4", "TCP t5")
    lines = [f"Via: SIP/2.0/{kind.split()[0]} {kind.split()[1]}.example.com;branch=z9hG4bK" for kind in more]
    return _headers(call, status, *lines)


def mpart01(call: Dialled, status: str) -> bytes:
    """3.1.1.11 a multipart body with binary in it"""
    sdp = call.sdp() if status[0] == "2" else "nothing"
    kind = "application/sdp" if status[0] == "2" else "text/plain"
    body = (
        f"--7a9cbec02ceef655\r\nContent-Type: {kind}\r\n\r\n{sdp}\r\n--7a9cbec02ceef655\r\n"
        "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        "\x00\x01\x02--7a9\udcff\udc80\r\n--7a9cbec02ceef655--\r\n"
    )
    message = call.response(status).with_("Content-Type: multipart/mixed;boundary=7a9cbec02ceef655")
    return Message(message.start, message.headers, body).wire()


def unreason(call: Dialled, status: str) -> bytes:
    """3.1.1.12 an unusual reason phrase"""
    return _plain(call, f"{status[:3]} = 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e").wire()


def noreason(call: Dialled, status: str) -> bytes:
    """3.1.1.13 an empty reason phrase"""
    return _plain(call, f"{status[:3]} ").wire()


# ---- 3.1.2 invalid messages ----


def badinv01(call: Dialled, status: str) -> bytes:
    """3.1.2.1 separators that separate nothing"""
    return (
        _plain(call, status)
        .put("Via", f"{call.via};;,;,,")
        .put("Contact", '"Joe" <sip:joe@example.org>;;;;,,;,,')
        .wire()
    )


def clerr(call: Dialled, status: str) -> bytes:
    """3.1.2.2 Content-Length larger than the message"""
    return _headers(call, status, "Content-Length: 9999")


def ncl(call: Dialled, status: str) -> bytes:
    """3.1.2.3 negative Content-Length"""
    return _headers(call, status, "Content-Length: -999")


def scalar02(call: Dialled, status: str) -> bytes:
    """3.1.2.4 scalars of a request that are too large"""
    return _plain(call, status).put("CSeq", "36893488147419103232 INVITE").with_("Max-Forwards: 300").wire()


def scalarlg(call: Dialled, status: str) -> bytes:
    """3.1.2.5 scalars of a response that are too large"""
    return (
        _plain(call, status)
        .put("CSeq", "9292394834772304023312 INVITE")
        .with_("Retry-After: 949302838503028349304023988", "Warning: 1812 overture")
        .wire()
    )


def quotbal(call: Dialled, status: str) -> bytes:
    """3.1.2.6 a quoted string without its end"""
    return _plain(call, status).put("To", f'"Mr. J. User {call.called};tag=far').wire()


def ltgtruri(call: Dialled, status: str) -> bytes:
    """3.1.2.7 <> where none belong"""
    return _plain(call, status).put("Contact", f"<<sip:far@127.0.0.1:{call.sip_port}>>").wire()


def lwsruri(call: Dialled, status: str) -> bytes:
    """3.1.2.8 blanks inside a URI"""
    return _plain(call, status).put("Contact", f"<sip:far@127.0.0.1:{call.sip_port}; lr>").wire()


def lwsstart(call: Dialled, status: str) -> bytes:
    """3.1.2.9 several blanks in the first line"""
    return _plain(call, status).wire().replace(b"SIP/2.0 ", b"SIP/2.0   ", 1)


def trws(call: Dialled, status: str) -> bytes:
    """3.1.2.10 a blank at the end of the version"""
    return _plain(call, status).wire().replace(b"SIP/2.0 ", b"SIP/2.0\t", 1)


def escruri(call: Dialled, status: str) -> bytes:
    """3.1.2.11 escaped headers in a URI"""
    return _plain(call, status).put("Contact", "sip:user@example.com?Route=%3Csip:sip.example.com%3E").wire()


def baddate(call: Dialled, status: str) -> bytes:
    """3.1.2.12 a time zone that Date does not have"""
    return _headers(call, status, "Date: Fri, 01 Jan 2010 16:00:00 EST")


def regbadct(call: Dialled, status: str) -> bytes:
    """3.1.2.13 a URI with parameters and without its <>"""
    return _plain(call, status).put("Contact", "sip:user@example.com?Route=%3Csip:sip.example.com%3E;x=y,z").wire()


def badaspec(call: Dialled, status: str) -> bytes:
    """3.1.2.14 blanks within an address"""
    return _plain(call, status).put("To", '"Watson, Thomas" < sip:t.watson@example.org >;tag=far').wire()


def baddn(call: Dialled, status: str) -> bytes:
    """3.1.2.15 characters that a display name may not have"""
    return _plain(call, status).put("To", f"Bell, Alexander {call.called};tag=far").wire()


def badvers(call: Dialled, status: str) -> bytes:
    """3.1.2.16 an unknown version of the protocol"""
    return _plain(call, status).wire().replace(b"SIP/2.0 ", b"SIP/7.0 ", 1)


def mismatch01(call: Dialled, status: str) -> bytes:
    """3.1.2.17 the method of the CSeq is not ours"""
    return _plain(call, status).put("CSeq", f"{call.cseq.split()[0]} OPTIONS").wire()


def mismatch02(call: Dialled, status: str) -> bytes:
    """3.1.2.18 the method of the CSeq is unknown"""
    return _plain(call, status).put("CSeq", f"{call.cseq.split()[0]} NEWMETHOD").wire()


def bigcode(call: Dialled, status: str) -> bytes:
    """3.1.2.19 an overlarge response code"""
    return _plain(call, "4294967301 better not break the receiver").wire()


# ---- 3.2 to 3.4: transactions, applications, old versions ----


def badbranch(call: Dialled, status: str) -> bytes:
    """3.2.1 the transaction's identifier is missing"""
    return _plain(call, status).put("Via", call.via.partition(";")[0] + ";branch=z9hG4bK").wire()


def insuf(call: Dialled, status: str) -> bytes:
    """3.3.1 required headers are missing"""
    return _plain(call, status).without("Call-ID").without("From").without("To").wire()


def unkscm(call: Dialled, status: str) -> bytes:
    """3.3.2 a URI of an unknown scheme"""
    return _plain(call, status).put("Contact", "<nobodyKnowsThisScheme:totallyopaquecontent>").wire()


def novelsc(call: Dialled, status: str) -> bytes:
    """3.3.3 a known scheme that is no SIP"""
    return _plain(call, status).put("Contact", "<soap.beep://192.0.2.103:3002>").wire()


def unksm2(call: Dialled, status: str) -> bytes:
    """3.3.4 unknown schemes in header fields"""
    return _plain(call, status).put("To", "isbn:2983792873").put("From", "<http://www.example.com>;tag=x").wire()


def bext01(call: Dialled, status: str) -> bytes:
    """3.3.5 what nobody supports is required"""
    return _headers(call, status, "Require: nothingSupportsThis, nothingSupportsThisEither", "RSeq: 1")


def invut(call: Dialled, status: str) -> bytes:
    """3.3.6 an unknown content type"""
    message = call.response(status).with_("Content-Type: application/unknownformat")
    return Message(message.start, message.headers, "<audio>\r\n <pcmu port='443'/>\r\n</audio>\r\n").wire()


def regaut01(call: Dialled, status: str) -> bytes:
    """3.3.7 an unknown authorisation scheme"""
    return _headers(call, status, "WWW-Authenticate: NoOneKnowsThisScheme opaque-data=here")


def multi01(call: Dialled, status: str) -> bytes:
    """3.3.8 several values where one belongs"""
    lines = (
        "CSeq: 59 INVITE",
        f"Call-ID: other-{call.call_id}",
        "To: <sip:b@example.com>;tag=2",
        "From: <sip:c@x>;tag=3",
    )
    return _headers(call, status, *lines)


def mcl01(call: Dialled, status: str) -> bytes:
    """3.3.9 several Content-Lengths"""
    return _headers(call, status, "Content-Length: 13", "Content-Length: 5")


def bcast(call: Dialled, status: str) -> bytes:
    """3.3.10 a Via that is nobody's"""
    return (
        _plain(call, status)
        .put("Via", "SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923")
        .with_("Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23")
        .wire()
    )


def zeromf(call: Dialled, status: str) -> bytes:
    """3.3.11 Max-Forwards of zero"""
    return _headers(call, status, "Max-Forwards: 0")


def cparam01(call: Dialled, status: str) -> bytes:
    """3.3.12 an unknown parameter behind the Contact"""
    return _plain(call, status).put("Contact", f"sip:far@127.0.0.1:{call.sip_port};unknownparam").wire()


def cparam02(call: Dialled, status: str) -> bytes:
    """3.3.13 an unknown parameter in the Contact's URI"""
    return _plain(call, status).put("Contact", f"<sip:far@127.0.0.1:{call.sip_port};unknownparam>").wire()


def regescrt(call: Dialled, status: str) -> bytes:
    """3.3.14 an escaped header in the Contact's URI"""
    return _plain(call, status).put("Contact", f"<sip:far@127.0.0.1:{call.sip_port}?Route=%3Csip:x.example%3E>").wire()


def sdp01(call: Dialled, status: str) -> bytes:
    """3.3.15 nothing that is acceptable"""
    return _headers(call, status, "Accept: text/nobodyKnowsThis", "Content-Type: text/nobodyKnowsThis")


def inv2543(call: Dialled, status: str) -> bytes:
    """3.4.1 as in RFC 2543: no tag, no magic cookie, no Max-Forwards"""
    return _plain(call, status).put("To", call.called).put("Via", call.via.partition(";")[0]).wire()


VALID: tuple[Made, ...] = (
    wsinv, intmeth, esc01, escnull, esc02, lwsdisp, longreq, dblreq, semiuri, transports, mpart01, unreason, noreason,
)  # fmt: skip
INVALID: tuple[Made, ...] = (
    badinv01, clerr, ncl, scalar02, scalarlg, quotbal, ltgtruri, lwsruri, lwsstart, trws, escruri, baddate, regbadct,
    badaspec, baddn, badvers, mismatch01, mismatch02, bigcode, badbranch, insuf, unkscm, novelsc, unksm2, bext01,
    invut, regaut01, multi01, mcl01, bcast, zeromf, cparam01, cparam02, regescrt, sdp01, inv2543,
)  # fmt: skip
