"""What the release of a call says by itself: `data/signalling.toml` (Q.850 causes, SIP final codes)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from probe.classify.facts import Facts, printable
from probe.classify.finding import Finding, because
from probe.model import Cause, Origin

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
