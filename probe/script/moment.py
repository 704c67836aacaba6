"""What the engine is told and what it asks for. All times are seconds on the trace's clock (since the INVITE)."""

from __future__ import annotations

from probe.model import Fact, Sounds, Verdict
from scenarios.language import By, Voice

WHOEVER = "to whoever it is"  # the trace's remark about a `Say` that is `unsure`
PERSON_LIMIT_S = 20.0  # from when somebody is known to listen (telephony.md §6)


class Limits(Fact, frozen=True, kw_only=True):
    """When to hang up at the latest."""

    ring_s: float  # from the INVITE, without an answer
    answered_s: float  # from the answer
    deadline_s: float  # from the INVITE, whatever happens

    def end_s(self, answered_at_s: float | None, telling_since_s: float | None = None) -> float:
        """When the call ends. Who is being told who calls hears it to its end, unless that is longer than anybody is
        to be kept."""
        if answered_at_s is None:
            return min(self.ring_s, self.deadline_s)
        if telling_since_s is not None:
            return min(telling_since_s + PERSON_LIMIT_S, self.deadline_s)
        return min(answered_at_s + self.answered_s, self.deadline_s)


class Moment(Fact, frozen=True, kw_only=True):
    """Everything known of the call at one moment."""

    at_s: float
    verdict: Verdict  # of the call so far
    rang_at_s: float | None = None  # the far end said 180 (or 182): it rings
    answered_at_s: float | None = None
    there: Verdict | None = None  # who or what is heard since the engine's `since_s`, once it has one
    sounds: Sounds = Sounds()  # what was heard so far; needed while the engine is `attentive`
    acting: bool = False  # the last action (keys, speech) is still going on


class Press(Fact, frozen=True, kw_only=True):
    """Press these keys, one after the other."""

    keys: str
    by: By


class Say(Fact, frozen=True, kw_only=True):
    """Play this recording to the far end: a name of the library, or the path of a WAV."""

    wav: str
    voice: Voice | None = None  # of a recording that does not say so itself
    unsure: bool = False  # nobody knows whether a person listens


class HangUp(Fact, frozen=True, kw_only=True):
    """End the call."""


Action = Press | Say | HangUp
