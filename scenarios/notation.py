"""How durations, sounds and expectations are written. The names are those of the robot's verdicts and sounds."""

from __future__ import annotations

import re
from collections.abc import Callable

from scenarios.language import Aspect, Expectation, Sound
from scenarios.nodes import Node

OUTCOMES = ("answered", "voicemail", "unanswered", "busy", "unreachable", "inconclusive")
CAUSES = (
    "human", "ivr", "queue", "fax", "silent", "dropped", "unclear",
    "greeting", "carrier_assistant", "off_hours",
    "rang_out", "no_answer_announcement", "rejected",
    "busy_signal", "busy_tone", "busy_announcement",
    "vacant_number", "suspended", "powered_off", "no_coverage", "number_changed", "barred",
    "network_congestion", "trunk", "own_line", "dial_plan", "robot", "unsure",
)  # fmt: skip
CLASSES = (*OUTCOMES, *CAUSES)
KINDS = (
    "ringback", "busy", "congestion", "vacant", "dial", "sit", "tone",
    "beep", "fax", "speech", "music", "noise", "silence",
)  # fmt: skip
LEAST_S = 0.5  # of a sound that is listened for without a duration
LEAST_SILENCE_S = 2.0
SOUND_FORMS = ("verdict", *CLASSES, "sound music 2 s", "phrase 请按", "prompt ivr")
EXPECTATION_FORMS = (
    "answered within 15 s",
    "answered or voicemail within 15 s",
    "human within 60 s",
    "no menu",
    "menu depth ≤ 2",
    "key 0 reaches a human",
    "prompt is 您好，欢迎致电",
    "not voicemail",
    "not voicemail in office hours",
    "rings",
)
_SECONDS = r"(\d{1,3}(?:\.\d)?) ?s"
_CLASS = "|".join(CLASSES)


def seconds(node: Node, *, most_s: float) -> float:
    """ "15 s", "1.5 s" or "2 min". Mistake for anything else, for nothing at all and for more than `most_s`."""
    found = re.fullmatch(r"(\d{1,3}(?:\.\d)?) ?(s|min)", node.text)
    value = float(found[1]) * (60 if found[2] == "min" else 1) if found else 0.0
    if not 0 < value <= most_s:
        raise node.wrong("15 s", f"≤ {most_s:g} s")
    return value


def sound(text: str, node: Node) -> Sound:
    """ "verdict", "human", "sound music 2 s", "phrase 请按", "prompt ivr". Mistake at `node` for anything else."""
    if text == "verdict":
        return Sound(what="verdict")
    if text in CLASSES:
        return Sound(what="class", name=text)
    word, _, rest = text.partition(" ")
    if word == "phrase" and bare(rest):
        return Sound(what="phrase", name=rest.strip())
    if word == "prompt" and rest in CAUSES:
        return Sound(what="prompt", name=rest)
    if word == "sound" and (found := re.fullmatch(rf"(\w+)(?: {_SECONDS})?", rest)) and found[1] in KINDS:
        least_s = LEAST_SILENCE_S if found[1] == "silence" else LEAST_S
        return Sound(what="sound", name=found[1], seconds=float(found[2]) if found[2] else least_s)
    forms = {"sound": tuple(f"sound {kind}" for kind in KINDS), "prompt": tuple(f"prompt {cause}" for cause in CAUSES)}
    raise node.unknown(text, forms.get(word, SOUND_FORMS))


def expectation(node: Node) -> Expectation:
    """One of `EXPECTATION_FORMS`. Mistake for anything else."""
    text = re.sub(r"\s+", " ", node.text).replace("<=", "≤")
    for pattern, aspect, fill in _EXPECTATIONS:
        if found := re.fullmatch(pattern, text):
            return fill(text, aspect, found)
    raise node.unknown(text, EXPECTATION_FORMS)


def bare(text: str) -> str:
    """Words without punctuation and spaces, in small letters: what is compared."""
    return "".join(c for c in text.casefold() if c.isalnum())


_Fill = Callable[[str, Aspect, "re.Match[str]"], Expectation]


def _plain(text: str, aspect: Aspect, found: re.Match[str]) -> Expectation:
    return Expectation(text=text, aspect=aspect)


def _timed(text: str, aspect: Aspect, found: re.Match[str]) -> Expectation:
    return Expectation(text=text, aspect=aspect, seconds=float(found[1]))


def _counted(text: str, aspect: Aspect, found: re.Match[str]) -> Expectation:
    return Expectation(text=text, aspect=aspect, count=int(found[1]))


def _named(text: str, aspect: Aspect, found: re.Match[str]) -> Expectation:
    return Expectation(text=text, aspect=aspect, name=found[1], in_hours=text.endswith(" in office hours"))


_EXPECTATIONS: tuple[tuple[str, Aspect, _Fill], ...] = (
    (rf"answered within {_SECONDS}", "answered", _timed),
    (rf"answered or voicemail within {_SECONDS}", "answered_or_voicemail", _timed),
    (rf"human within {_SECONDS}", "human", _timed),
    (r"no menu", "no_menu", _plain),
    (r"menu depth ≤ ?(\d)", "menu_depth", _counted),
    (r"key ([0-9*#]) reaches a human", "key", _named),
    (r"prompt is (\S.*)", "prompt", _named),
    (rf"not ({_CLASS})(?: in office hours)?", "not", _named),
    (r"rings", "rings", _plain),
)
PATTERN = "^(" + "|".join(pattern for pattern, _, _ in _EXPECTATIONS).replace("≤ ?", "(≤|<=) ?") + ")$"  # of all
