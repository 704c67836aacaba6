"""docs/figures.md, the words and the code name the same things."""

import re
from pathlib import Path

import pytest

import probe
from probe.analyse.change import Trend
from probe.analyse.moved import Moved
from probe.analyse.rule import Grade, ScoreRule
from probe.analyse.spot import Spot
from probe.analyse.summary import Result
from probe.model import Purpose
from probe.settings.score import ScoreSettings
from probe.words import catalogue

PAGE = (Path(probe.__file__).parent.parent / "docs" / "figures.md").read_text(encoding="utf-8")
NAMED = {"result": Result, "spot": Spot, "change": Trend, "moved": Moved, "grade": Grade, "purpose": Purpose}


@pytest.mark.parametrize("kind", ["result", "spot", "change", "moved", "grade"])
def test_the_page_names_every_member(kind: str) -> None:
    assert set(NAMED[kind]) <= set(re.findall(r"`([a-z0-9_]+)`", PAGE))


@pytest.mark.parametrize("kind", NAMED)
def test_every_member_has_its_word(kind: str) -> None:
    assert {f"{kind}_{member}" for member in NAMED[kind]} <= set(catalogue("figures"))


def test_the_settings_are_the_rule() -> None:
    assert ScoreSettings().rule() == ScoreRule()
    assert tuple(ScoreSettings.model_fields) == ScoreRule.__struct_fields__
