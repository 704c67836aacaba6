"""What the release of a call says by itself: `data/signalling.toml` (Q.850 causes, SIP final codes)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from probe.classify.facts import Facts, printable
from probe.classify.finding import Finding, because
from probe.model import Cause, Origin, Signal

RUNG_S = 8.0  # two rings: the phone did ring
EXPLAINED = 0.15  # weight of a SIP code that a Q.850 cause explains
SPOKEN_S = 1.0  # an announcement is longer


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the table."""

    cause: Cause
    confidence: float
    spoken: Cause | None = None
    rung: Cause | None = None
    rung_confidence: float | None = None

    def fits(self, facts: Facts) -> tuple[Cause, float]:
        """The cause, given what came before the release, and how often it is right."""
        if self.spoken and sum(u.speech_s for u in facts.announcements + facts.said) >= SPOKEN_S:
            return self.spoken, self.confidence
        if self.rung and facts.rung_s >= RUNG_S:
            return self.rung, self.rung_confidence or self.confidence
        return self.cause, self.confidence


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    q850: dict[str, Row]
    sip: dict[str, Row]
    own: dict[str, Row]


@cache
def table() -> Table:
    """The table, read once."""
    text = (files("probe") / "data" / "signalling.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Table)


def known_code(final: Signal) -> bool:
    """Whether the table knows what this code says of the far end. Codes that our own stack made are none."""
    return final.origin is not Origin.WIRE or str(final.status) in table().sip


def network_failed(facts: Facts) -> Finding | None:
    """The far end's BYE says that the network, or a timer of it, ended the call."""
    told = reason(facts)
    if told is not None:
        return told if told.cause is Cause.NETWORK_CONGESTION else None
    if facts.sip_reason is None or facts.sip_reason[0] // 100 != 5:
        return None
    code, header, signal = facts.sip_reason
    evidence = because("reason", at_s=signal.at_s, code=code, header=printable(header))
    return Finding(Cause.NETWORK_CONGESTION, 0.7, (evidence,))


def reason(facts: Facts) -> Finding | None:
    """The network's own reason (RFC 3326), before the answer or with the far end's BYE."""
    if facts.reason is None:
        return None
    code, header, signal = facts.reason
    row = table().q850.get(str(code))
    if row is None:
        return None
    cause, confidence = row.fits(facts)
    return Finding(
        cause,
        confidence,
        (because("reason", at_s=signal.at_s, code=code, header=printable(header)),),
        sure=signal is facts.final,
    )


def final_code(facts: Facts) -> Finding | None:
    """The code that refused the call."""
    final = facts.final
    if final is None or final.origin is not Origin.WIRE:
        return None
    row = table().sip.get(str(final.status))
    if row is None:
        return None
    line = printable(final.received or "")
    explained = facts.reason is not None and str(facts.reason[0]) in table().q850
    cause, confidence = row.fits(facts)
    confidence = EXPLAINED if explained else confidence
    return Finding(cause, confidence, (because("refused", at_s=final.at_s, line=line),), sure=True)
