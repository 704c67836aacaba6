"""Verdicts from signalling alone; the tables read like RFC 3398 §8.2.6.1 and telephony practice."""

from __future__ import annotations

import msgspec
import pytest

from probe.classify import classify
from probe.classify.signalling import table
from probe.model import OUTCOME_OF, Blame, Cause, Origin, Outcome, Signal, Sounds, Verdict
from tests.classify.calls import answered, got, heard, live, trace


def cause(verdict: Verdict) -> str:
    return f"{verdict.outcome}/{verdict.cause} {verdict.blame}"


Q850 = [
    # cause, with the SIP code that RFC 3398 pairs it with            what it says
    (1, "404 Not Found", "unreachable/vacant_number number"),
    (17, "486 Busy Here", "busy/busy_signal office"),
    (17, "600 Busy Everywhere", "busy/busy_signal office"),
    (19, "480 Temporarily Unavailable", "unanswered/rang_out office"),
    (20, "480 Temporarily Unavailable", "unreachable/powered_off number"),
    (21, "603 Decline", "unanswered/rejected office"),
    (22, "410 Gone", "unreachable/number_changed number"),
    (27, "502 Bad Gateway", "unreachable/no_coverage number"),
    (28, "484 Address Incomplete", "inconclusive/dial_plan robot"),
    (34, "503 Service Unavailable", "inconclusive/network_congestion network"),
    (38, "503 Service Unavailable", "inconclusive/network_congestion network"),
    (41, "503 Service Unavailable", "inconclusive/network_congestion network"),
    (42, "503 Service Unavailable", "inconclusive/network_congestion network"),
    (47, "503 Service Unavailable", "inconclusive/network_congestion network"),
    (55, "403 Forbidden", "unreachable/barred number"),
    (102, "504 Server Time-out", "inconclusive/network_congestion network"),
    # not certainly vacant: the route is missing, and it may be ours
    (2, "404 Not Found", "inconclusive/unsure unknown"),
    (3, "404 Not Found", "inconclusive/unsure unknown"),
]


@pytest.mark.parametrize(("code", "line", "says"), Q850)
def test_a_q850_cause_with_its_sip_code(code: int, line: str, says: str) -> None:
    verdict = classify(trace(got(0.1, "100 Trying"), got(1.2, line, f"Q.850;cause={code}")), Sounds())
    assert cause(verdict) == says


OURS = [  # our account, our limits, our message: whatever Reason a code comes with (telephony.md, 3)
    ("407 Proxy Authentication Required", 21),
    ("401 Unauthorized", 21),
    ("403 Forbidden", 21),  # rejected, or our own authorisation or limit
    ("403 Forbidden", 57),  # the calling side's bearer capability
    ("403 Forbidden", 127),
    ("488 Not Acceptable Here", 88),
    ("488 Not Acceptable Here", 17),
    ("501 Not Implemented", 79),
]


@pytest.mark.parametrize(("line", "code"), OURS)
def test_no_reason_makes_our_own_fault_the_offices(line: str, code: int) -> None:
    verdict = classify(trace(got(0.1, "100 Trying"), got(0.2, line, f"Q.850;cause={code}")), Sounds())
    assert cause(verdict) == "inconclusive/trunk trunk"


def test_a_403_after_ringing_is_the_far_ends() -> None:
    rang = got(0.5, "180 Ringing")
    turned_down = trace(rang, got(9.5, "403 Forbidden", "Q.850;cause=21"))
    assert cause(classify(turned_down, Sounds())) == "unanswered/rejected office"
    assert classify(trace(rang, got(25.0, "403 Forbidden")), Sounds()).cause is Cause.UNSURE, "nobody says why"


SIP = [
    ("404 Not Found", "unreachable/vacant_number number"),
    ("410 Gone", "unreachable/number_changed number"),
    ("486 Busy Here", "busy/busy_signal office"),
    ("600 Busy Everywhere", "busy/busy_signal office"),
    ("603 Decline", "unanswered/rejected office"),
    ("604 Does Not Exist Anywhere", "unreachable/vacant_number number"),
    ("484 Address Incomplete", "inconclusive/dial_plan robot"),
    ("503 Service Unavailable", "inconclusive/network_congestion network"),
    ("401 Unauthorized", "inconclusive/trunk trunk"),
    ("403 Forbidden", "inconclusive/trunk trunk"),
    ("407 Proxy Authentication Required", "inconclusive/trunk trunk"),
    ("488 Not Acceptable Here", "inconclusive/trunk trunk"),
    ("402 Payment Required", "inconclusive/own_line trunk"),
    ("480 Temporarily Unavailable", "inconclusive/unsure unknown"),  # 18, 19 or 20: anybody's guess
    ("499 Never Heard Of", "inconclusive/unsure unknown"),
]


@pytest.mark.parametrize(("line", "says"), SIP)
def test_a_sip_code_alone(line: str, says: str) -> None:
    assert cause(classify(trace(got(0.1, "100 Trying"), got(1.2, line)), Sounds())) == says


@pytest.mark.parametrize(
    ("line", "origin", "says"),
    [
        ("408 Request Timeout", Origin.TIMER, "inconclusive/trunk trunk"),
        ("503 Service Unavailable", Origin.TRANSPORT, "inconclusive/trunk trunk"),
        ("502 Bad Gateway", Origin.TRANSPORT, "inconclusive/trunk trunk"),
        ("500 Internal Server Error", Origin.LOCAL, "inconclusive/robot robot"),
    ],
)
def test_codes_that_our_own_stack_invents_are_ours(line: str, origin: Origin, says: str) -> None:
    assert cause(classify(trace(got(6.0, line, origin=origin)), Sounds())) == says


def test_no_reply_at_all_is_our_trunk_even_without_a_timeout() -> None:
    assert cause(classify(trace(ended_at_s=6.0), Sounds())) == "inconclusive/trunk trunk"


def test_our_own_cancel_is_no_verdict() -> None:
    call = trace(got(0.1, "100 Trying"), got(3.0, "487 Request Terminated"), released_by="robot")
    assert cause(classify(call, Sounds())) == "inconclusive/unsure unknown"


@pytest.mark.parametrize("status", ["401 Unauthorized", "407 Proxy Authentication Required", "422 Too Small"])
def test_a_second_challenge_may_be_answered_too(status: str) -> None:
    """Its nonce was stale, or a second proxy asks (RFC 3261, 22): the line is about to send the INVITE again."""
    asked = trace(got(0.1, status), Signal(at_s=0.2, sent="INVITE"), got(0.3, status))
    assert not classify(live(asked), Sounds()).sure
    assert cause(classify(asked, Sounds())) == "inconclusive/trunk trunk", "it did not"
    rings = (Signal(at_s=0.4, sent="INVITE"), got(0.5, "180 Ringing"))
    ringing = classify(live(msgspec.structs.replace(asked, signals=asked.signals + rings)), Sounds())
    assert (ringing.cause, ringing.sure) == (Cause.UNSURE, False)


def test_a_challenge_that_we_answered_is_not_the_end() -> None:
    again = Signal(at_s=0.2, sent="INVITE")
    call = trace(got(0.1, "401 Unauthorized"), again, got(0.3, "100 Trying"), got(1.0, "486 Busy Here"))
    assert cause(classify(call, Sounds())) == "busy/busy_signal office"


@pytest.mark.parametrize(
    ("rung_s", "outcome", "confident"),
    [(3.0, "inconclusive", False), (9.0, "unanswered", False), (16.0, "unanswered", True), (45.0, "unanswered", True)],
)
def test_ringing_out_takes_two_rings_and_is_certain_after_three(rung_s: float, outcome: str, confident: bool) -> None:
    call = trace(got(0.1, "100 Trying"), got(0.6, "180 Ringing"), ended_at_s=0.6 + rung_s, released_by="robot")
    verdict = classify(call, Sounds())
    assert (verdict.outcome, verdict.confidence >= 0.85) == (outcome, confident)


def test_480_after_ringing_is_unanswered_and_without_it_nothing() -> None:
    rang = trace(got(0.5, "180 Ringing"), got(25.0, "480 Temporarily Unavailable"))
    assert cause(classify(rang, Sounds())) == "unanswered/rang_out office"


REASONS = [
    "Q.850;cause=17",
    'Q.850;cause=17;text="User busy"',
    'q.850 ; text="User busy" ; CAUSE = 17',
    'Q.850;cause="17"',
]


@pytest.mark.parametrize("header", REASONS)
def test_the_reason_header_in_every_spelling(header: str) -> None:
    verdict = classify(trace(got(0.1, "100 Trying"), got(1.0, "480 Temporarily Unavailable", header)), Sounds())
    assert verdict.outcome is Outcome.BUSY


@pytest.mark.parametrize("header", ["SIP;cause=200", "Q.850", "Q.850;cause=", "Q.850;cause=x", "cause=17", ""])
def test_other_reasons_say_nothing(header: str) -> None:
    verdict = classify(trace(got(0.1, "100 Trying"), got(1.0, "480 Temporarily Unavailable", header)), Sounds())
    assert verdict.cause is Cause.UNSURE


@pytest.mark.parametrize(
    ("header", "line", "says"),
    [
        ("SIP;cause=404, Q.850;cause=3", "404 Not Found", "inconclusive/unsure unknown"),
        (
            'SIP;cause=486;text="busy, or not", Q.850;cause=34',
            "486 Busy Here",
            "inconclusive/network_congestion network",
        ),
        (
            'Q.850;cause=16;text="SIP;cause=1, Q.850;cause=1", Q.850;cause=17',
            "480 Gone Out",
            "inconclusive/unsure unknown",
        ),
    ],
)
def test_one_header_may_hold_several_reasons(header: str, line: str, says: str) -> None:
    assert cause(classify(trace(got(0.1, "100 Trying"), got(1.0, line, header)), Sounds())) == says


def test_the_reason_of_a_branch_that_lost_is_not_that_of_the_call() -> None:
    for line in ("183 Session Progress", "199 Early Dialog Terminated"):
        lost = trace(got(0.5, line, "Q.850;cause=21"), got(1.0, "180 Ringing"), ended_at_s=44.0, released_by="robot")
        assert cause(classify(lost, Sounds())) == "unanswered/rang_out office"
    told = trace(got(0.5, "180 Ringing"), got(2.0, "183 Session Progress", "Q.850;cause=17"), ended_at_s=6.0)
    assert cause(classify(told, Sounds())) == "busy/busy_signal office", "the last that was heard of it"


@pytest.mark.parametrize("line", ["300 Multiple Choices", "302 Moved Temporarily", "380 Alternative Service"])
def test_a_forwarded_call_is_held_against_nobody_however_long_it_rang(line: str) -> None:
    verdict = classify(trace(got(0.5, "180 Ringing"), got(20.5, line)), Sounds())
    assert cause(verdict) == "inconclusive/unsure unknown"


@pytest.mark.parametrize("reason", [f"Q.850;cause={n}" for n in (34, 38, 41, 42, 47)] + ["SIP;cause=503"])
def test_what_the_network_ends_was_not_put_down(reason: str) -> None:
    sounds = heard(("silence", 4.0, 5.2))
    down = answered(4.0, got(5.2, "BYE"), ended_at_s=5.2, released_by="far")
    assert classify(down, sounds).cause is Cause.DROPPED
    torn = answered(4.0, got(5.2, "BYE", reason), ended_at_s=5.2, released_by="far")
    assert cause(classify(torn, sounds)) == "inconclusive/network_congestion network"
    unheard = msgspec.structs.replace(down, packets_received=0)
    assert classify(unheard, Sounds()).cause is Cause.UNSURE, "not a packet of sound arrived"


def test_the_reason_outweighs_the_code_and_both_are_told() -> None:
    verdict = classify(trace(got(0.5, "180 Ringing"), got(6.0, "486 Busy Here", "Q.850;cause=21")), Sounds())
    plain = classify(trace(got(0.5, "180 Ringing"), got(6.0, "603 Decline", "Q.850;cause=21")), Sounds())
    assert cause(verdict) == "unanswered/rejected office"
    assert [b.key for b in verdict.because] == ["reason", "although", "refused"]
    assert verdict.confidence < plain.confidence


def test_403_after_progress_is_not_our_account() -> None:
    verdict = classify(trace(got(0.5, "180 Ringing"), got(6.0, "403 Forbidden", "Q.850;cause=21")), Sounds())
    assert cause(verdict) == "unanswered/rejected office"


@pytest.mark.parametrize("code", ["17", "19", "1"])
def test_a_robot_fault_comes_before_everything(code: str) -> None:
    call = trace(got(0.5, "180 Ringing"), got(6.0, "486 Busy Here", f"Q.850;cause={code}"), robot_fault="line died")
    assert cause(classify(call, heard(("busy", 1.0, 5.0, {"cycles": 5})))) == "inconclusive/robot robot"


def test_every_row_of_the_table_is_sane() -> None:
    for section in (table().q850, table().sip, table().own):
        for code, row in section.items():
            assert code.isdigit()
            assert 0 < row.confidence < 1
            assert OUTCOME_OF[row.cause]


def test_hostile_text_is_made_harmless() -> None:
    line = "486 \x1b[31m<script>" + "A" * 900
    verdict = classify(trace(got(0.1, "100 Trying"), got(1.0, line)), Sounds())
    told = str(verdict.because[0].values["line"])
    assert "\x1b" not in told
    assert len(told) <= 160


def test_blame_is_nobodys_when_somebody_answers() -> None:
    call = answered(4.0, ended_at_s=12.0)
    assert classify(call, heard(("speech", 4.8, 5.6), ("silence", 5.6, 12.0))).blame is Blame.NOBODY
