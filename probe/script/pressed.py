"""What the keys of a scenario can dial: behind a switchboard 9 and 110 are the police, in one press or in three.

Keys with a `listen` of five seconds between them belong to different menus: a switchboard does not wait that long for
the next digit. Others may be read as one number, from whichever of them on.
"""

from __future__ import annotations

from collections.abc import Iterable

from probe.never_dial import extension_refusal
from probe.script.engine import OPERATOR
from scenarios import Scenario
from scenarios import language as lang

TAKEN_S = 5.0  # after the last key, a switchboard takes the number for complete
LONGEST = 24  # keys; no number that may never be dialled is longer, with everything that can stand before it


def forbidden(
    scenario: Scenario, *, extension: str = "", country: str = "CN", area_code: str = ""
) -> tuple[str, str] | None:
    """Keys that this scenario can press in a row and that may never be dialled, and the key of the sentence why."""
    pressed: set[str] = set()
    _presses(scenario.steps, {()}, extension or OPERATOR, pressed)
    for keys in sorted(pressed, key=lambda keys: (len(keys), keys)):
        if reason := extension_refusal(keys, country=country, area_code=area_code):
            return keys, reason
    return None


def _presses(
    steps: Iterable[lang.AnyStep], before: set[tuple[str, ...]], extension: str, pressed: set[str]
) -> set[tuple[str, ...]]:
    """Put what can be pressed in a row into `pressed`. `before` are the presses just before these steps, on each way
    to them; those before the step behind them are returned."""
    for step in steps:
        match step:
            case lang.Press(keys=keys):
                now = extension if keys == lang.EXTENSION else keys
                before = {_last((*run, now)) for run in before}
                pressed |= {"".join(run[at:]) for run in before for at in range(len(run))}
            case lang.Listen(within_s=within_s, then=then, otherwise=otherwise):
                ways = (*(branch.steps for branch in then), otherwise, ())
                first: set[tuple[str, ...]] = {()} if within_s >= TAKEN_S else before
                before = set().union(*(_presses(way, first, extension, pressed) for way in ways))
            case lang.Repeat(times=times, steps=inner):
                for _ in range(times):
                    before = _presses(inner, before, extension, pressed)
            case lang.HangUp():
                return set()
    return before


def _last(run: tuple[str, ...]) -> tuple[str, ...]:
    """The presses that can still be the beginning of something: each but the last one short."""
    while len(run) > 1 and sum(map(len, run)) > LONGEST:
        run = run[1:]
    return run
