"""The types of a scenario: what a caller does during a call, step by step, and what is expected of the office.

Durations are seconds as float. All types are immutable and travel as JSON to the telephone line.
"""

from __future__ import annotations

from typing import Literal

import msgspec

By = Literal["rfc4733", "info", "in-band"]  # telephone-event packets, SIP INFO (dtmf-relay), audible tones
Voice = Literal["synthetic", "person"]

EXTENSION = "extension"

RING_S = 5.0  # one ring with its pause, GB/T 3380: 1 s on, 4 s off
RING_LIMIT_S = 45.0  # from the INVITE, when a scenario counts rings only
ANSWERED_LIMIT_S = 20.0
CALL_LIMIT_S = 120.0
LONGEST_CALL_S = 600.0  # the plan reckons with no longer call


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="step"):
    """Base of all steps; in JSON the field "step" holds the step's name."""


class Sound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a listening waits for; `notation.sound` reads its written form and `str` gives it back."""

    what: Literal["verdict", "class", "sound", "phrase", "prompt"]
    name: str = ""  # of the class, kind, phrase or cause of a known recording
    seconds: float = 0.0  # how long a sound must last

    def __str__(self) -> str:
        if self.what in ("verdict", "class"):
            return self.name or self.what
        return f"{self.what} {self.name}" + (f" {self.seconds:g} s" if self.what == "sound" else "")


class Ring(Step, frozen=True, kw_only=True, tag="ring"):
    """Wait for the answer. Without one in time the call ends; so it does when it is clear that none will come."""

    seconds: float = RING_LIMIT_S  # from the INVITE
    rings: int | None = None  # end it after so many rings
    first_ringback: bool = False  # end it as soon as it is known to ring


class Listen(Step, frozen=True, kw_only=True, tag="listen"):
    """Listen until one of these is heard, or for so long at most; then act out the branch, if there is one."""

    within_s: float
    sounds: tuple[Sound, ...]
    then: tuple[Branch, ...] = ()
    otherwise: tuple[AnyStep, ...] = ()  # nothing of it was heard in time


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """What is done when this is heard."""

    sound: Sound
    steps: tuple[AnyStep, ...]


class Press(Step, frozen=True, kw_only=True, tag="press"):
    """Press keys, one after the other. EXTENSION stands for those of the number's directory entry."""

    keys: str
    by: By = "rfc4733"


class Say(Step, frozen=True, kw_only=True, tag="say"):
    """Play a recording to the far end: a name of the library, or the path of a WAV."""

    wav: str
    voice: Voice = "synthetic"


class Wait(Step, frozen=True, kw_only=True, tag="wait"):
    """Do nothing for a while."""

    seconds: float


class Repeat(Step, frozen=True, kw_only=True, tag="repeat"):
    """Act out these steps several times."""

    times: int
    steps: tuple[AnyStep, ...]


class HangUp(Step, frozen=True, kw_only=True, tag="hang_up"):
    """End the call."""


AnyStep = Ring | Listen | Press | Say | Wait | Repeat | HangUp

Aspect = Literal["answered", "answered_or_voicemail", "human", "no_menu", "menu_depth", "key", "prompt", "not", "rings"]


class Expectation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something the office is measured by; `text` is how it is written."""

    text: str
    aspect: Aspect
    seconds: float = 0.0
    count: int = 0
    name: str = ""  # the key, the words of the prompt, or the class that must not be
    in_hours: bool = False  # holds in office hours only


class Scenario(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One scenario. The steps begin with the only `Ring`."""

    name: str
    use: dict[str, str]  # when to use it, per language
    steps: tuple[AnyStep, ...]
    say: str  # who calls: said to every person who answers; a name of the library, or the path of a WAV
    answered_limit_s: float = ANSWERED_LIMIT_S  # from the answer
    deadline_s: float = CALL_LIMIT_S  # from the INVITE, whatever happens
    expect: tuple[Expectation, ...] = ()

    @property
    def ring_limit_s(self) -> float:
        """How long to wait for an answer at most, from the INVITE."""
        first = self.steps[0]
        return first.seconds if isinstance(first, Ring) else RING_LIMIT_S
