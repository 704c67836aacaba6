"""The page of the language names every scenario, step, sound and expectation, and shows an example that is right."""

from __future__ import annotations

import re
from pathlib import Path

import scenarios
from scenarios import notation
from scenarios.read import BYS, STEPS, VOICES, Reader

PAGE = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
QUOTED = re.findall(r"`([^`\n]+)`", PAGE)


def test_the_table_lists_exactly_the_shipped_scenarios() -> None:
    library = PAGE.partition("## Those that are shipped")[2].partition("##")[0]
    assert tuple(sorted(re.findall(r"^\| `([\w-]+)` \|", library, re.M))) == scenarios.shipped()


def test_the_table_lists_exactly_the_steps() -> None:
    table = PAGE.partition("| step |")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", table, re.M)) == STEPS


def test_every_way_voice_and_kind_of_sound_is_named() -> None:
    assert {*BYS, *VOICES, *notation.KINDS} - {"silence"} <= set(QUOTED)


def test_every_expectation_is_explained() -> None:
    table = PAGE.partition("## Expectations")[2]
    assert set(notation.EXPECTATION_FORMS) <= set(re.findall(r"`([^`]+)`", table))


def test_the_example_is_right() -> None:
    example = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)[0]
    assert Reader(Path()).scenario(example, "hr").steps
