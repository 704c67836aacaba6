"""What an office can do during a call: the steps of a district file.

`script.py` reads them and `perform.py` acts them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec

Seconds = Annotated[float, msgspec.Meta(ge=0, le=600)]
Provisional = Annotated[str, msgspec.Meta(pattern=r"^18\d [ -~]+$")]
Refusal = Annotated[str, msgspec.Meta(pattern=r"^[3-6]\d\d [ -~]+$")]
Key = Annotated[str, msgspec.Meta(pattern=r"^[0-9*#A-D]$")]
HeaderName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]+$")]
HeaderValue = Annotated[str, msgspec.Meta(pattern=r"^[ -~]+$")]


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all steps. The first field, if any, is what stands behind the step's name; the others are its details."""


class Wait(Step, frozen=True):
    """Do nothing for a while; what is beneath (line noise) goes on."""

    seconds: Seconds


class Ring(Step, frozen=True):
    """180 without SDP; the caller's own network makes the ringback. Without seconds: until the caller gives up."""

    seconds: Seconds | None = None


class RingWithTone(Step, frozen=True):
    """183 with SDP, and the ringback tone in it. Without seconds: until the caller gives up."""

    seconds: Seconds | None = None


class Progress(Step, frozen=True):
    """A provisional response with SDP: from here on the caller hears us before the answer."""

    status: Provisional = "183 Session Progress"


class Answer(Step, frozen=True):
    """200 OK."""


class Play(Step, frozen=True):
    """A prompt, by the name of its file."""

    prompt: str


class Tone(Step, frozen=True):
    """Call-progress tones, each for so many seconds."""

    seconds: dict[str, Seconds]


class Music(Step, frozen=True):
    """Music on hold, or 彩铃 before the answer."""

    seconds: Seconds


class Beep(Step, frozen=True):
    """A voicemail's beep."""


class Fax(Step, frozen=True):
    """A fax machine's answering tone (CED)."""


class Silence(Step, frozen=True):
    """Not even noise: digital silence."""

    seconds: Seconds


class Noise(Step, frozen=True):
    """What is heard from now on between and beneath all sounds: none, line or room."""

    kind: str = "room"


class Listen(Step, frozen=True):
    """Wait until the caller has been silent for so long, as somebody does who expects an answer."""

    seconds: Seconds


class Menu(Step, frozen=True):
    """An IVR: a prompt, then time for a key. A key acts out its steps and comes back; often unanswered, it goes on."""

    prompt: str
    keys: dict[str, tuple[Step, ...]] = {}
    repeats: Annotated[int, msgspec.Meta(ge=1, le=100)] = 3
    patience: Annotated[float, msgspec.Meta(gt=0, le=600)] = 4.0  # seconds
    wrong: str | None = None  # the prompt for a key that is not there
    most_wrong: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None  # in a row, then it hangs up


class Back(Step, frozen=True):
    """Leave the menu whose key this is, for the one around it; with a number, so many of them."""

    menus: Annotated[int, msgspec.Meta(ge=1, le=10)] = 1


class Repeat(Step, frozen=True):
    """Steps over and over; without `times` until the caller hangs up."""

    acts: tuple[Step, ...] = ()
    times: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None


class Reply(Step, frozen=True):
    """A final response that is not an answer."""

    status: Refusal
    reason: HeaderValue | None = None
    headers: dict[HeaderName, HeaderValue] = {}


class HangUp(Step, frozen=True):
    """BYE; the reason goes into its Reason header."""

    reason: HeaderValue | None = None


class UntilHangUp(Step, frozen=True):
    """Stay as it is until the caller hangs up."""


class Mute(Step, frozen=True):
    """Never reply at all, not even with 100."""


STEPS: dict[str, type[Step]] = {
    "wait": Wait,
    "ring": Ring,
    "ring_with_tone": RingWithTone,
    "progress": Progress,
    "answer": Answer,
    "play": Play,
    "tone": Tone,
    "music": Music,
    "beep": Beep,
    "fax": Fax,
    "silence": Silence,
    "noise": Noise,
    "listen": Listen,
    "menu": Menu,
    "back": Back,
    "repeat": Repeat,
    "reply": Reply,
    "hang_up": HangUp,
    "until_hang_up": UntilHangUp,
    "mute": Mute,
}
NAMES = {kind: name for name, kind in STEPS.items()}
EXAMPLES: dict[type[Step], str] = {
    Wait: "wait: 0.5",
    Ring: "ring: 4",
    RingWithTone: "ring_with_tone: 8",
    Progress: "progress: 183 Session Progress",
    Answer: "answer",
    Beep: "beep",
    Fax: "fax",
    UntilHangUp: "until_hang_up",
    Mute: "mute",
    Play: "play: human-1-zm_yunxi",
    Tone: "tone: {busy: 6}",
    Music: "music: 10",
    Silence: "silence: 5",
    Noise: "noise: room",
    Listen: "listen: 3",
    Menu: '{menu: ivr-1-zf_xiaoyi, repeats: 3, keys: {"0": [hang_up]}}',
    Back: "back: 1",
    Repeat: "{repeat: [{music: 8}, {play: queue-2-zf_xiaoyi}], times: 3}",
    Reply: '{reply: 486 Busy Here, reason: "Q.850;cause=17"}',
    HangUp: '{hang_up: "Q.850;cause=16"}',
}


def sounds_of(steps: Iterable[Step]) -> Iterator[str]:
    """The names (of `sounds.py`) of all that can be heard in these steps."""
    for step in steps:
        match step:
            case Play(prompt=prompt):
                yield f"prompt/{prompt}"
            case Tone(seconds=tones):
                yield from (f"tone/{name}" for name in tones)
            case RingWithTone():
                yield "tone/ringback"
            case Music() | Beep() | Fax():
                yield NAMES[type(step)]
            case Repeat(acts=inner):
                yield from sounds_of(inner)
            case Menu(prompt=prompt, keys=keys, wrong=wrong):
                yield from (f"prompt/{name}" for name in (prompt, wrong) if name)
                for inner in keys.values():
                    yield from sounds_of(inner)
