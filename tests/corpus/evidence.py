"""The earliest moment at which a perfect listener could be sure, from what a case is made of.

`python -m tests.corpus.evidence` writes it into every `expect.json` as `evidence_at_s`, on the trace's clock.
The delay of a verdict is counted from there. The rule depends on the case's `kind`:

tone           the sound of the third cycle is over (vacant number: of the second, with its four pulses); dial: 2 s
announcement   the words of the case's cause have been said (key_phrases.tsv)
machine        the same, or the beep is over, whichever is first
clerk          the first thing that a person says after the answer is over
repeat         2 s of a recording have been heard again
music          2 s of music
fax            half a second of tone; of CNG, whose bursts might be beeps, the second one
silence        8 s after the answer
signalling     the far end's last word: the code that refused the call, its BYE, or our own CANCEL
nothing        the call is over: there never was any evidence
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from probe.model import Trace
from tests import audio
from tests.corpus.key_phrases import key_phrases, spoken_until_s
from tests.corpus.recipe import Recipe, Step, folders, read_recipe, read_trace

CYCLES = 3
VACANT_CYCLES, VACANT_PULSES = 2, 4
DIAL_S, MUSIC_S, FAX_S, REPEAT_S, SILENT_S = 2.0, 2.0, 0.5, 2.0, 8.0
BREATH_S = 0.7  # between two utterances the pause is longer
LONGEST_TONE_S = 2.6  # period of any busy, congestion or vacant number tone; ringback is longer
CLASS_OF = {"ivr": ("ivr", "switchboard")}  # causes whose prompts are of another name

Placed = tuple[float, Step]  # when it begins, on the trace's clock


def evidence_at_s(expect: dict[str, Any], trace: Trace, recipe: Recipe | None) -> float:
    """Seconds on the trace's clock. ValueError when the case has nothing of its kind."""
    found = min(_RULES[expect["kind"]](expect, trace, list(_placed(trace, recipe))), default=None)
    if found is None:
        raise ValueError(f"there is no {expect['kind']} in this case")
    return round(found, 2)


def _placed(trace: Trace, recipe: Recipe | None) -> Iterator[Placed]:
    at_s = trace.media_started_at_s or 0.0
    for step in recipe.sounds if recipe else ():
        yield at_s, step
        at_s += len(step.pcm()) / audio.RATE


def _tone(_: dict[str, Any], trace: Trace, steps: list[Placed]) -> Iterator[float]:
    for at_s, step in steps:
        if step.tone is not None and not step.cadence:
            yield at_s + DIAL_S
        elif step.cadence and sum(step.cadence) < LONGEST_TONE_S:
            pulses = len(step.cadence) // 2
            cycles = VACANT_CYCLES if pulses == VACANT_PULSES else CYCLES
            whole_s = 0.0 if step.from_s == 0 else sum(step.cadence) - step.from_s  # until the first whole cycle
            yield at_s + whole_s + cycles * sum(step.cadence) - step.cadence[-1]


def _key_phrase(expect: dict[str, Any], trace: Trace, steps: list[Placed]) -> Iterator[float]:
    kinds = {name: kind for name, kind, _ in audio.prompts()}
    wanted = CLASS_OF.get(expect["cause"], (expect["cause"],))
    for at_s, step in steps:
        if step.prompt in key_phrases() and kinds[step.prompt] in wanted:
            said_s = key_phrases()[step.prompt] / step.tempo - step.from_s
            if said_s >= 0 and (step.to_s is None or said_s <= step.to_s - step.from_s):
                yield at_s + said_s


def _beep(trace: Trace, steps: list[Placed]) -> Iterator[float]:
    for at_s, step in steps:
        if step.tone is not None and not step.cadence and at_s >= (trace.answered_at_s or 0.0):
            yield at_s + step.seconds


def _machine(expect: dict[str, Any], trace: Trace, steps: list[Placed]) -> Iterator[float]:
    yield from _key_phrase(expect, trace, steps)
    yield from _beep(trace, steps)


def _clerk(_: dict[str, Any], trace: Trace, steps: list[Placed]) -> Iterator[float]:
    """A notice of a machine is no clerk; what follows within a breath is the same utterance."""
    answered_s = trace.answered_at_s
    assert answered_s is not None, "a clerk answers"
    said = [step for step in steps if step[1].prompt in _people() and step[0] >= answered_s - 0.01]
    ends = [at_s + spoken_until_s(msgspec.structs.replace(step, room=0.0).pcm()) for at_s, step in said]
    for index, end_s in enumerate(ends):
        if index + 1 == len(said) or said[index + 1][0] - end_s > BREATH_S:
            yield end_s


@cache
def _people() -> frozenset[str]:
    return frozenset(name for name, kind, _ in audio.prompts() if kind == "human")


def _repeat(_: dict[str, Any], trace: Trace, steps: list[Placed]) -> Iterator[float]:
    for index, (at_s, step) in enumerate(steps):
        if step.prompt and any(before == step for _, before in steps[:index]):
            yield at_s + min(REPEAT_S, len(step.pcm()) / audio.RATE)


def _music(expect: dict[str, Any], trace: Trace, steps: list[Placed]) -> Iterator[float]:
    yield from _key_phrase(expect, trace, steps)
    yield from (at_s + MUSIC_S for at_s, step in steps if step.music and at_s >= (trace.answered_at_s or 0.0))


def _fax(_: dict[str, Any], trace: Trace, steps: list[Placed]) -> Iterator[float]:
    for at_s, step in steps:
        if step.tone is not None:
            yield at_s + FAX_S + (sum(step.cadence) if step.cadence else 0.0)


def _silence(_: dict[str, Any], trace: Trace, steps: list[Placed]) -> Iterator[float]:
    if trace.answered_at_s is not None:
        yield trace.answered_at_s + SILENT_S


def _signalling(_: dict[str, Any], trace: Trace, steps: list[Placed]) -> Iterator[float]:
    """The last signal that says something; a 487 only answers our CANCEL."""
    if trace.robot_fault is not None and trace.ended_at_s is not None:
        yield trace.ended_at_s
        return
    last = [s.at_s for s in trace.signals if ((s.status or 0) >= 300 and s.status != 487) or s.received == "BYE"]
    yield from last[-1:] or [s.at_s for s in trace.signals if s.sent == "CANCEL"]


def _nothing(_: dict[str, Any], trace: Trace, steps: list[Placed]) -> Iterator[float]:
    if trace.ended_at_s is not None:
        yield trace.ended_at_s


_RULES: dict[str, Callable[[dict[str, Any], Trace, list[Placed]], Iterator[float]]] = {
    "tone": _tone,
    "announcement": _key_phrase,
    "machine": _machine,
    "clerk": _clerk,
    "repeat": _repeat,
    "music": _music,
    "fax": _fax,
    "silence": _silence,
    "signalling": _signalling,
    "nothing": _nothing,
}
KINDS = tuple(_RULES)


def read_expect(folder: Path) -> dict[str, Any]:
    """`expect.json` of a case."""
    expect: dict[str, Any] = msgspec.json.decode((folder / "expect.json").read_bytes())
    return expect


def main() -> None:
    """Write `evidence_at_s` into every case, and say where it changed."""
    for folder in folders():
        path = folder / "expect.json"
        text, expect = path.read_text(encoding="utf-8"), read_expect(folder)
        at_s = evidence_at_s(expect, read_trace(folder), read_recipe(folder))
        if expect.get("evidence_at_s") != at_s:
            print(f"{folder.name}: {expect.get('evidence_at_s')} → {at_s}")
            text = re.sub(r',\s*"evidence_at_s": [\d.]+', "", text).rstrip()
            path.write_text(text.removesuffix("}") + f', "evidence_at_s": {at_s}}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
