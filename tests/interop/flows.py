"""Calls as trunks make them: each a SIPp scenario, what the robot must conclude, and what must have been signalled.

Sources: RFC 3960 (early media), 3262 (PRACK), 3311 (UPDATE), 3261 §14 (re-INVITE) and §9 (CANCEL), 4028 (session
timers), 3389 (comfort noise), 3550 (RTP).
"""

from __future__ import annotations

import msgspec

from tests.interop.compose import (
    answer,
    confirm,
    expect,
    expect_status,
    final,
    hang_up,
    invited,
    pause,
    q850,
    reply,
    request,
    ring,
    sdp,
    sound,
    trying,
    until_bye,
)

CLERK = "clerk.alaw 8 20 12"
BUSY_TONE = "busy.alaw 8 20 12"


class Flow(msgspec.Struct, frozen=True):
    """One way in which a call may go."""

    name: str
    parts: tuple[str, ...]
    judged: str  # outcome/cause/blame
    signals: tuple[str | int, ...] | None = None  # what must stand in the trace, in this order, among others
    ring_limit_s: float = 12.0
    options: tuple[str, ...] = ()  # of SIPp


HUMAN = "answered/human/nobody"
BUSY = "busy/busy_tone/office"
TALK = (answer(), sound(CLERK), until_bye())

FLOWS = (
    # ---- early media ----
    Flow(
        "180 with SDP carries the busy tone",
        (
            trying(),
            reply("180 Ringing", body=sdp()),
            sound(BUSY_TONE),
            expect("CANCEL"),
            confirm(),
            final("487 Request Terminated"),
        ),
        BUSY,
        (180, "CANCEL"),
    ),
    Flow(
        "183 without SDP is not ringing",
        (trying(), reply("183 Session Progress"), pause(300), final("486 Busy Here", q850(17))),
        "busy/busy_signal/office",
        (183, 486),
    ),
    Flow(
        "183 then 200 then an announcement",
        (
            trying(),
            reply("183 Session Progress", body=sdp()),
            pause(500),
            reply("200 OK", body=sdp(), retrans=True),
            expect("ACK"),
            sound("announced.alaw 8 20 14"),
            until_bye(),
        ),
        "busy/busy_announcement/office",
        (183, 200),
    ),
    Flow(
        "forked: early media under one tag and the answer under another",
        (
            trying(),
            reply("183 Session Progress", body=sdp(), tag="a"),
            pause(300),
            reply("180 Ringing", tag="b"),
            pause(300),
            reply("200 OK", body=sdp(), tag="b", retrans=True),
            expect("ACK"),
            sound(CLERK),
            until_bye(),
        ),
        HUMAN,
        (183, 180, 200),
    ),
    Flow(
        "forked: two telephones send early media under two tags, and both are busy",
        (
            trying(),
            reply("183 Session Progress", body=sdp(), tag="a"),
            pause(200),
            reply("183 Session Progress", body=sdp(), tag="b"),
            sound(BUSY_TONE),
            pause(2600),
            final("486 Busy Here", q850(17), tag="b"),
        ),
        "busy/busy_tone/office",
        (183, 183),
        options=("-default_behaviors", "all,-abortunexp"),  # the robot is sure before the 486, and says CANCEL
    ),
    Flow(
        "the call is being forwarded and queued",
        (trying(), reply("181 Call Is Being Forwarded"), reply("182 Queued"), pause(300), *TALK),
        HUMAN,
        (181, 182, 200),
    ),
    # ---- inside an early dialogue ----
    Flow(
        "PRACK is required",
        (
            trying(),
            reply("183 Session Progress", "Require: 100rel", "RSeq: 7", body=sdp()),
            expect("PRACK"),
            confirm(),
            pause(200),
            *TALK,
        ),
        HUMAN,
        (183, "PRACK", 200),
    ),
    Flow(
        "UPDATE in an early dialogue",
        (
            trying(),
            reply("183 Session Progress", "Require: 100rel", "RSeq: 7", "Allow: UPDATE", body=sdp()),
            expect("PRACK"),
            confirm(),
            request("UPDATE", body=sdp("8")),
            expect_status(200),
            pause(200),
            *TALK,
        ),
        HUMAN,
        (183, "PRACK", "UPDATE", 200),
    ),
    Flow(
        "re-INVITE in an early dialogue",
        (
            trying(),
            reply("183 Session Progress", body=sdp()),
            pause(200),
            request("INVITE", body=sdp()),
            expect_status(100, optional=True),
            expect_status(491),
            request("ACK"),
            pause(200),
            *TALK,
        ),
        HUMAN,
        (183, "INVITE", 200),
    ),
    # ---- final responses that are none of the office's doing ----
    Flow(
        "redirected",
        (trying(), reply("302 Moved Temporarily", "Contact: <sip:elsewhere@127.0.0.1:9>", retrans=True), expect("ACK")),
        "inconclusive/unsure/unknown",
        (302,),
    ),
    Flow("moved for good", (trying(), final("301 Moved Permanently")), "unreachable/number_changed/number", (301,)),
    Flow(
        "asked for a password that nobody has, by a server",
        (reply("401 Unauthorized", 'WWW-Authenticate: Digest realm="pbx", nonce="n1"', retrans=True), expect("ACK")),
        "inconclusive/trunk/trunk",
        (401,),
    ),
    Flow(
        "asked for a password that nobody has, by a proxy",
        (final("407 Proxy Authentication Required", 'Proxy-Authenticate: Digest realm="pbx", nonce="n1"'),),
        "inconclusive/trunk/trunk",
        (407,),
    ),
    Flow("491 to the INVITE", (trying(), final("491 Request Pending")), "inconclusive/unsure/unknown", (491,)),
    # ---- the end ----
    Flow(
        "the answer crosses our CANCEL",
        (
            ring(),
            expect("CANCEL"),
            confirm(),
            reply("200 OK", body=sdp(), retrans=True),
            expect("ACK"),
            expect("BYE"),
            confirm(),
        ),
        "inconclusive/unsure/unknown",
        (180, "CANCEL", 200, "BYE"),
        2.0,
    ),
    Flow(
        "BYE comes before our ACK",
        (ring(), pause(300), reply("200 OK", body=sdp()), request("BYE", number=9), expect_status(200)),
        "answered/dropped/office",
        (200, "BYE"),
        options=("-default_behaviors", "all,-abortunexp"),  # our ACK comes while it is about to say BYE
    ),
    Flow(
        "picked up and dropped",
        (ring(), pause(300), answer(), pause(800), hang_up()),
        "answered/dropped/office",
        (180, 200, "BYE"),
    ),
    Flow(
        "we give up after three seconds of ringing, too soon to say",
        (ring(), expect("CANCEL"), confirm(), final("487 Request Terminated")),
        "inconclusive/unsure/unknown",
        (180, "CANCEL", 487),
        3.0,
    ),
    Flow("a server that says nothing", (pause(20000),), "inconclusive/trunk/trunk", (408,)),
    # ---- sound ----
    # not a packet: it may be our trunk that lets no sound through, so nobody is called silent
    Flow("no RTP at all", (ring(), answer(), until_bye()), "inconclusive/unsure/unknown", (200, "BYE")),
    Flow("RTP from another port than the SDP says", (ring(), *TALK), HUMAN, (200,)),
    Flow(
        "packets of 60 ms",
        (ring(), answer(sdp("8 101", extra="a=ptime:60")), sound("clerk.alaw 8 60 12"), until_bye()),
        HUMAN,
        (200,),
    ),
    Flow("µ-law alone", (ring(), answer(sdp("0")), sound("clerk.ulaw 0 20 12"), until_bye()), HUMAN, (200,)),
    Flow(
        "comfort noise in the pauses",
        (ring(), answer(sdp("8 13 101")), sound("clerk.alaw 8 20 12 3"), until_bye()),
        HUMAN,
        (200,),
    ),
    # ---- session timers ----
    Flow(
        "the session interval is too small for the far end",
        (final("422 Session Interval Too Small", "Min-SE: 3600"), invited(), ring(), *TALK),
        HUMAN,
        ("INVITE", 422, "INVITE", 200),
    ),
    Flow(
        "the far end refreshes the session by UPDATE",
        (
            ring(),
            reply("200 OK", "Require: timer", "Session-Expires: 90;refresher=uas", body=sdp(), retrans=True),
            expect("ACK"),
            sound(CLERK),
            pause(800),
            request("UPDATE", "Session-Expires: 90;refresher=uac", "Supported: timer"),
            expect_status(200),
            until_bye(),
        ),
        HUMAN,
        (200, "UPDATE", "BYE"),
    ),
    Flow(
        "the far end refreshes the session by re-INVITE",
        (
            ring(),
            reply("200 OK", "Require: timer", "Session-Expires: 90;refresher=uas", body=sdp(), retrans=True),
            expect("ACK"),
            sound(CLERK),
            pause(800),
            request("INVITE", "Session-Expires: 90;refresher=uac", "Supported: timer", body=sdp()),
            expect_status(100, optional=True),
            expect_status(200),
            request("ACK"),
            until_bye(),
        ),
        HUMAN,
        (200, "INVITE", "BYE"),
    ),
)
