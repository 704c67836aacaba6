"""The corpus: every folder beside this file is a call with its verdict. Adding a case is adding a folder.

`expect.json` holds what must come out: `outcome`, `cause`, `blame`; `because` are keys that must be among the reasons;
`sure_by_s` is the latest moment at which a live call is sure; `confidence_below` says that it must not be certain.
`kind` and `evidence_at_s` say when a perfect listener would have been sure (evidence.py). Here no recogniser listens: a
case with `needs_words` may be called unsure, or by another cause of its outcome. One with `xfail` fails today, and the
reason stands there.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from probe.case import read_case
from probe.live import replay
from probe.model import Cause, Outcome, Sounds, Verdict
from probe.words import words
from tests.corpus.evidence import KINDS, evidence_at_s, read_expect
from tests.corpus.recipe import CORPUS, folders, make, read_recipe, read_trace

FIELDS = {"outcome", "cause", "blame", "because", "sure_by_s", "confidence_below", "kind", "evidence_at_s"}


def marked(folder: Path) -> Any:
    """The folder as a parameter; `xfail` is strict: a case that passes must lose the mark."""
    reason = read_expect(folder).get("xfail")
    marks = [pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError)] if reason else []
    return pytest.param(folder, id=folder.name, marks=marks)


@pytest.mark.parametrize("folder", [marked(folder) for folder in folders()])
def test_case(folder: Path, tmp_path: Path) -> None:
    expect = read_expect(folder)
    case = read_case(make(folder, tmp_path))
    sounds, verdict = replay(case.trace, case.pcm)
    if expect.get("needs_words"):
        assert verdict.cause is Cause.UNSURE or verdict.outcome == expect["outcome"], (verdict, sounds.segments)
    else:
        judge(expect, sounds, verdict)


def judge(expect: dict[str, Any], sounds: Sounds, verdict: Verdict) -> None:
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


def test_every_outcome_and_cause_has_cases() -> None:
    """Three of each, but for the robot's own fault, of which there is one form. "Unclear" is never what it was."""
    causes = Counter(read_expect(folder)["cause"] for folder in folders())
    assert {cause.value for cause in Cause} - {Cause.UNCLEAR.value} == set(causes)
    assert [cause for cause, n in causes.items() if n < 3] == [Cause.ROBOT.value]
    assert {read_expect(folder)["outcome"] for folder in folders()} == {outcome.value for outcome in Outcome}


def test_half_of_the_announcements_are_by_voices_that_no_library_knows() -> None:
    kinds = ("announcement", "machine")
    spoken = [r for f in folders() if read_expect(f)["kind"] in kinds and (r := read_recipe(f)) is not None]
    other = [r for r in spoken if all((s.pitch, s.tempo) != (1, 1) for s in r.sounds if s.prompt)]
    assert len(other) > len(spoken) / 2


def test_the_folders_are_sentences_and_hold_what_a_case_holds() -> None:
    for folder in CORPUS.iterdir():
        if folder.is_dir() and folder.name != "__pycache__":
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", folder.name), folder.name
            assert {p.name for p in folder.iterdir()} <= {"trace.json", "expect.json", "recipe.yaml"}, folder.name


def test_the_moment_of_the_evidence_is_what_the_recipe_says() -> None:
    """`python -m tests.corpus.evidence` writes it anew."""
    for folder in folders():
        expect = read_expect(folder)
        assert set(expect) <= FIELDS | {"needs_words", "xfail"}, folder.name
        assert expect["kind"] in KINDS, folder.name
        at_s = evidence_at_s(expect, read_trace(folder), read_recipe(folder))
        assert expect["evidence_at_s"] == pytest.approx(at_s, abs=0.02), folder.name
        ended_s = read_trace(folder).ended_at_s
        assert ended_s is None or at_s <= ended_s + 0.01, folder.name
