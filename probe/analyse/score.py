"""The performance sheet (绩效考核): points after a rule that stands in the settings, never without their interval."""

from __future__ import annotations

from probe.analyse.compare import Rank, Standing
from probe.analyse.estimate import Estimate
from probe.analyse.rule import Grade, ScoreRule
from probe.analyse.summary import Summary
from probe.model import Fact


class Points(Fact, frozen=True, kw_only=True, gc=False):
    """0 to 100. `low` and `high` are the points at the ends of the rates' intervals: no less certain than the 95 % of
    each."""

    value: float
    low: float
    high: float


class Score(Fact, frozen=True, kw_only=True):
    """One unit's row. `points`, `grade` and `rank` are None when there are not enough calls (样本不足)."""

    unit: str
    enough: bool
    connect: Estimate
    prompt: Estimate
    reached: Estimate
    points: Points | None
    grade: Grade | None
    grade_low: Grade | None  # of the points' lower end,
    grade_high: Grade | None  # and of the upper; the grade is certain when they agree
    rank: Rank | None  # by the connect rate, after `compare`
    below_target: float | None  # probability
    flagged: bool

    @property
    def certain(self) -> bool:
        """Whether the grade is the same over the whole interval of the points."""
        return self.grade is not None and self.grade_low is self.grade_high


def score(unit: str, summary: Summary, standing: Standing | None, rule: ScoreRule) -> Score:
    """The row of a unit."""
    points = _points(summary, rule) if summary.enough else None
    return Score(
        unit=unit,
        enough=summary.enough,
        connect=summary.connect,
        prompt=summary.prompt,
        reached=summary.reached,
        points=points,
        grade=None if points is None else rule.grade(points.value),
        grade_low=None if points is None else rule.grade(points.low),
        grade_high=None if points is None else rule.grade(points.high),
        rank=None if standing is None else standing.rank,
        below_target=None if standing is None else standing.below_target,
        flagged=standing is not None and standing.flagged,
    )


def _points(summary: Summary, rule: ScoreRule) -> Points | None:
    """Measures that are not known (n is 0) take no part: what is known is scaled to 100."""
    parts = (
        (rule.connect_points, summary.connect),
        (rule.prompt_points, summary.prompt),
        (rule.reached_points, summary.reached),
    )
    known = [(points, rate) for points, rate in parts if points > 0 and rate.share is not None]
    total = sum(points for points, _ in known)
    if not total:
        return None

    def worth(rates: list[float]) -> float:
        span = rule.full_at - rule.none_at
        shares = [min(max((rate - rule.none_at) / span, 0.0), 1.0) for rate in rates]
        return 100 * sum(points * share for (points, _), share in zip(known, shares, strict=True)) / total

    return Points(
        value=worth([rate.share or 0.0 for _, rate in known]),
        low=worth([rate.low or 0.0 for _, rate in known]),
        high=worth([rate.high or 0.0 for _, rate in known]),
    )
