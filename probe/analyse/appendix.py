"""How the figures were made, for whoever asks a year later."""

from __future__ import annotations

from datetime import datetime

from probe.analyse.compare import Bar
from probe.analyse.rule import ScoreRule
from probe.model import Fact, Purpose

WEIGHTING = "formula_weights"  # told only when rates are weighted
FORMULAS = (  # keys of probe/words/figures.toml
    "formula_connect",
    "formula_heaps",
    "formula_purposes",
    "formula_prompt",
    "formula_reached",
    "formula_results",
    "formula_unclear",
    "formula_times",
    "formula_spot",
    "formula_interval",
    "formula_clusters",
    WEIGHTING,
    "formula_enough",
    "formula_bayes",
    "formula_ranks",
    "formula_flags",
    "formula_change",
    "formula_hours",
    "formula_score",
    "formula_order",
    "formula_moved",
    "formula_benchmark",
)


class Dice(Fact, frozen=True, kw_only=True):
    """The seed from which a period's call times were drawn; None until it is told."""

    period: str
    commitment: str  # SHA-256 of the seed
    seed: str | None = None


class Made(Fact, frozen=True, kw_only=True):
    """What a study cannot know of itself; the store and the program tell it."""

    version: str  # of the program and its rules now (`probe.store.rules`)
    rules: dict[str, int]  # which rules made the verdicts → how many calls; "" where that was not kept
    dice: tuple[Dice, ...] = ()


class Appendix(Fact, frozen=True, kw_only=True):
    """Everything that the figures depend on besides the calls."""

    since: datetime
    until: datetime
    before: tuple[datetime, datetime] | None
    timezone: str
    made: Made
    purposes: tuple[Purpose, ...]  # whose first attempts are in the rates
    weights: dict[str, float] | None
    rule: ScoreRule
    units: Bar
    lines: Bar
    lines_before: Bar
    draw_seed: int  # of the ranks' intervals (NumPy's PCG64)
    formulas: tuple[str, ...]  # of those that the figures are made with
