"""Keys that a switchboard could take for an emergency call are found on every way through a scenario."""

from __future__ import annotations

from pathlib import Path

import pytest

import scenarios
from probe.script.pressed import forbidden
from scenarios.read import Reader

HEAD = "name: mine\nuse: {zh: 试用, en: a trial}\nsay: who\nsteps:\n  - ring: 30 s\n"


def found(steps: str, extension: str = "") -> str | None:
    text = HEAD + "".join(f"  {line}\n" for line in steps.splitlines())
    keys = forbidden(Reader(Path()).scenario(text, "mine"), extension=extension)
    return keys[0] if keys else None


@pytest.mark.parametrize(
    ("steps", "keys"),
    [
        ("- press: 110", "110"),
        ("- press: 9110", "9110"),
        ("- press: 9#110", "9#110"),
        ("- press: 9\n- wait: 3 s\n- press: 110", "110"),
        ("- press: 9\n- wait: 3 s\n- press: 11\n- press: 0", "110"),
        ("- press: 2\n- press: 1\n- press: 1\n- press: 0", "110"),
        ("- repeat: {times: 2, steps: [press: 1]}\n- press: 0", "110"),
        ("- repeat: {times: 3, steps: [press: 0, press: 1, press: 1]}", "110"),
        ("- listen: {within: 9 s, then: {ivr: [press: 11]}, otherwise: [hang_up]}\n- press: 9", "119"),
        ("- listen: {within: 9 s, then: {ivr: [wait: 1 s]}, otherwise: [press: 12]}\n- press: 0", "120"),
        ("- press: 1\n- listen: {for: ivr, within: 2 s}\n- press: 10", "110"),
        ("- press: 00442079460000", "00442079460000"),
    ],
)
def test_refused(steps: str, keys: str) -> None:
    assert found(steps) == keys


@pytest.mark.parametrize(
    "steps",
    [
        "- press: 1101",
        "- press: 8023#",
        "- press: 1\n- listen: {for: ivr, within: 9 s}\n- press: 1\n- listen: {for: ivr, within: 9 s}\n- press: 0",
        "- press: 11\n- hang_up",
        "- listen: {within: 9 s, then: {ivr: [press: 11, hang_up]}}\n- press: 0",
        "- repeat: {times: 20, steps: [press: 8]}",
    ],
)
def test_not_refused(steps: str) -> None:
    assert found(steps) is None


def test_the_extension_is_part_of_what_is_pressed() -> None:
    assert found("- press: 9\n- press: extension", "110") == "110"
    assert found("- press: 1\n- press: extension", "10") == "110"
    assert found("- press: 11\n- press: extension") == "110", "the operator's, when there is none"
    assert found("- press: 9\n- press: extension", "801") is None


@pytest.mark.parametrize("name", scenarios.shipped())
def test_no_shipped_scenario_presses_any(name: str) -> None:
    assert forbidden(scenarios.load(name)) is None
