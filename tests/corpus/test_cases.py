"""The corpus: every folder beside this file is a call with its verdict. Adding a case is adding a folder.

`expect.json` holds what must come out: `outcome`, `cause`, `blame`; `because` are keys that must be among the reasons;
`sure_by_s` is the latest moment at which a live call is sure; `confidence_below` says that it must not be certain.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from probe.case import read_case
from probe.live import replay
from probe.model import Cause, Outcome
from probe.words import words
from tests.cases.recipe import CASES, folders, make


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_case(folder: Path, tmp_path: Path) -> None:
    expect: dict[str, Any] = msgspec.json.decode((folder / "expect.json").read_bytes())
    case = read_case(make(folder, tmp_path))
    sounds, verdict = replay(case.trace, case.pcm)
    seen = {"outcome": verdict.outcome.value, "cause": verdict.cause.value, "blame": verdict.blame.value}
    wanted = {key: expect[key] for key in seen if key in expect}
    assert {key: seen[key] for key in wanted} == wanted, (verdict, sounds.segments)
    assert set(expect.get("because", ())) <= {b.key for b in verdict.because}
    assert verdict.confidence < expect.get("confidence_below", 1.01)
    if "sure_by_s" in expect:
        assert verdict.sure
        assert verdict.decided_at_s is not None
        assert verdict.decided_at_s <= expect["sure_by_s"]
    for one in verdict.because:
        for lang in ("zh", "en"):
            assert words(f"because.{one.key}", lang, **one.values)


def test_every_outcome_and_cause_has_a_case() -> None:
    expected = [msgspec.json.decode((folder / "expect.json").read_bytes()) for folder in folders()]
    assert {e["outcome"] for e in expected} == set(Outcome)
    assert {e["cause"] for e in expected} == set(Cause)


def test_the_folders_are_sentences_and_hold_what_a_case_holds() -> None:
    for folder in CASES.iterdir():
        if folder.is_dir() and folder.name != "__pycache__":
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", folder.name), folder.name
            assert {p.name for p in folder.iterdir()} <= {"trace.json", "expect.json", "recipe.yaml"}, folder.name
