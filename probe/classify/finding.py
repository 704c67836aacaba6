"""A finding is what one rule concludes, and from what."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from probe.classify.facts import Facts
from probe.model import Because, Blame, Cause

LEAST = 0.5  # confidence: with less, we are not sure, and say so

# Whose doing a cause is. Nobody has to answer for a person or a menu that answers; a dead number is the directory's.
BLAME_OF: dict[Cause, Blame] = {
    Cause.HUMAN: Blame.NOBODY,
    Cause.IVR: Blame.NOBODY,
    Cause.QUEUE: Blame.NOBODY,
    Cause.FAX: Blame.NUMBER,
    Cause.SILENT: Blame.OFFICE,
    Cause.DROPPED: Blame.OFFICE,
    Cause.UNCLEAR: Blame.UNKNOWN,
    Cause.GREETING: Blame.OFFICE,
    Cause.CARRIER_ASSISTANT: Blame.OFFICE,
    Cause.OFF_HOURS: Blame.OFFICE,
    Cause.RANG_OUT: Blame.OFFICE,
    Cause.NO_ANSWER_ANNOUNCEMENT: Blame.OFFICE,
    Cause.REJECTED: Blame.OFFICE,
    Cause.BUSY_SIGNAL: Blame.OFFICE,
    Cause.BUSY_TONE: Blame.OFFICE,
    Cause.BUSY_ANNOUNCEMENT: Blame.OFFICE,
    Cause.VACANT_NUMBER: Blame.NUMBER,
    Cause.SUSPENDED: Blame.NUMBER,
    Cause.POWERED_OFF: Blame.NUMBER,
    Cause.NO_COVERAGE: Blame.NUMBER,
    Cause.NUMBER_CHANGED: Blame.NUMBER,
    Cause.BARRED: Blame.NUMBER,
    Cause.NETWORK_CONGESTION: Blame.NETWORK,
    Cause.TRUNK: Blame.TRUNK,
    Cause.OWN_LINE: Blame.TRUNK,
    Cause.DIAL_PLAN: Blame.ROBOT,
    Cause.ROBOT: Blame.ROBOT,
    Cause.UNSURE: Blame.UNKNOWN,
}


class Finding(msgspec.Struct, frozen=True):
    """A cause, how certain this evidence alone makes it, and whether it is enough to hang up during the call."""

    cause: Cause
    confidence: float
    because: tuple[Because, ...]
    sure: bool = False
    weighed: bool = False  # the evidence against it has been counted


Rule = Callable[[Facts], Finding | None]


def because(key: str, **values: str | int | float) -> Because:
    """One piece of evidence; numbers are rounded to what is worth saying."""
    return Because(key=key, values={k: round(v, 2) if isinstance(v, float) else v for k, v in values.items()})
