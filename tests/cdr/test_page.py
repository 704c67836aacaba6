"""docs/cdr.md says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import probe
from probe.cdr.clock import KNOWN_MARGIN_S, TOGETHER_S, UNKNOWN_MARGIN_S
from probe.cdr.columns import data
from probe.errors import CdrError

PAGE = (Path(probe.__file__).parent.parent / "docs" / "cdr.md").read_text(encoding="utf-8")


def test_it_lists_every_header_that_is_understood() -> None:
    listed = {
        field: tuple(re.findall(r"`([^`]+)`", names))
        for field, names in re.findall(r"^\| `(\w+)` \| (`.*) \|$", PAGE, re.M)
    }
    assert listed == data().columns


def test_its_figures_are_the_programs() -> None:
    for figure in (f"within {TOGETHER_S:g} s", f"{KNOWN_MARGIN_S:g} s off", f"{UNKNOWN_MARGIN_S:g} s off"):
        assert figure in PAGE
    assert f"exit code {CdrError.exit_code}" in PAGE
