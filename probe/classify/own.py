"""Our own faults. They come first: what our trunk or the robot did wrong is never the office's."""

from __future__ import annotations

from probe.classify.facts import Facts, printable
from probe.classify.finding import Finding, Rule, because
from probe.classify.signalling import table
from probe.model import Cause, Kind, Origin

DIAL_TONE_S = (
    2.5  # of continuous tone: longer than any ring, 2 s in North America, with its tolerance of 15 % and 30 ms
)
# Asks for our password, or (422, RFC 4028) for a longer session timer, which the line is about to send. So may a
# second: the nonce was stale, or another proxy asks (RFC 3261, 22.1). What the line does not answer ends the call.
CHALLENGES = (401, 407, 422)
# Q.850 causes with which a 403 speaks of the far end. 21 is not among them: it is our own limit as well (RFC 3398).
FORBIDDEN_THERE = (17, 18, 19, 20, 22, 55)
LATEST_DIAL_TONE_S = 2.0  # after the answer


def robot_fault(facts: Facts) -> Finding | None:
    """The line says that something went wrong on our side."""
    fault = facts.trace.robot_fault
    if fault is None:
        return None
    return Finding(Cause.ROBOT, 1.0, (because("robot_fault", fault=printable(fault)),), sure=True)


def not_sent(facts: Facts) -> Finding | None:
    """The message did not get out, or our own stack refused: such codes are made by it, whatever they say."""
    final = facts.final
    if final is None or final.origin not in (Origin.TRANSPORT, Origin.LOCAL) or final.status == 487:
        return None
    cause = Cause.TRUNK if final.origin is Origin.TRANSPORT else Cause.ROBOT
    key = "not_sent" if final.origin is Origin.TRANSPORT else "refused_by_us"
    return Finding(cause, 0.97, (because(key, line=printable(final.received or "")),), sure=True)


def no_reply(facts: Facts) -> Finding | None:
    """Not a single reply, not even 100: the trunk is dead."""
    if facts.replied or not facts.dialled or facts.answered_s is not None:
        return None
    timed_out = facts.final is not None and facts.final.origin is Origin.TIMER
    if not timed_out and not facts.ended:
        return None
    return Finding(Cause.TRUNK, 0.97, (because("no_reply", seconds=facts.now_s),), sure=timed_out)


def refused_by_trunk(facts: Facts) -> Finding | None:
    """A code that concerns our account or our message, before any sign of the far end."""
    final = facts.final
    if final is None or final.origin is not Origin.WIRE:
        return None
    row = table().own.get(str(final.status))
    if row is None or (facts.progressed and final.status in (403, 407)):
        return None
    if final.status == 403 and facts.reason is not None and facts.reason[0] in FORBIDDEN_THERE:
        return None
    told = because("refused_by_trunk", at_s=final.at_s, line=printable(final.received or ""))
    return Finding(row.cause, row.confidence, (told,), sure=facts.ended or final.status not in CHALLENGES)


def incomplete_number(facts: Facts) -> Finding | None:
    """484, or Q.850 cause 28: we dialled wrongly."""
    final, reason = facts.final, facts.reason
    if final is not None and final.status == 484 and final.origin is Origin.WIRE:
        line = printable(final.received or "")
        return Finding(Cause.DIAL_PLAN, 0.95, (because("incomplete", at_s=final.at_s, line=line),), sure=True)
    if reason is not None and reason[0] == 28 and facts.answered_s is None:
        _, header, signal = reason
        told = because("incomplete", at_s=signal.at_s, line=printable(header))
        return Finding(Cause.DIAL_PLAN, 0.92, (told,), sure=signal is final)
    return None


def second_dial_tone(facts: Facts) -> Finding | None:
    """Dial tone instead of the far end: a gateway waits for more digits."""
    until_s = facts.now_s if facts.answered_s is None else facts.answered_s + LATEST_DIAL_TONE_S
    for tone in facts.sounds.segments:
        if tone.kind is Kind.DIAL and tone.start_s <= until_s and tone.duration_s >= DIAL_TONE_S:
            heard = because("tone_dial", at_s=tone.start_s, seconds=tone.duration_s, hz=tone.hz or 0.0)
            return Finding(Cause.DIAL_PLAN, 0.94, (heard,), sure=True)
    return None


RULES: tuple[Rule, ...] = (
    robot_fault,
    not_sent,
    no_reply,
    refused_by_trunk,
    incomplete_number,
    second_dial_tone,
)
