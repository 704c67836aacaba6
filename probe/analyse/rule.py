"""What a unit's rates are worth in the performance sheet (绩效考核): the settings `[score]`."""

from __future__ import annotations

from enum import StrEnum

from probe.model import Fact


class Grade(StrEnum):
    """优秀, 良好, 合格, 不合格."""

    EXCELLENT = "excellent"
    GOOD = "good"
    PASS = "pass"
    FAIL = "fail"


class ScoreRule(Fact, frozen=True, kw_only=True):
    """The settings `[score]`: what a rate is worth. The points of the three measures add up to 100."""

    target: float = 0.90  # connect rate that is asked for
    connect_points: float = 60.0
    prompt_points: float = 20.0
    reached_points: float = 20.0
    full_at: float = 0.95  # this rate and more: all of its points
    none_at: float = 0.50  # this rate and less: none; in between by straight line
    excellent_from: float = 90.0
    good_from: float = 80.0
    pass_from: float = 60.0
    false_share: float = 0.05  # of those said to be below the target, or changed, so many may be so wrongly

    def grade(self, points: float) -> Grade:
        """The grade of so many points."""
        if points >= self.excellent_from:
            return Grade.EXCELLENT
        if points >= self.good_from:
            return Grade.GOOD
        return Grade.PASS if points >= self.pass_from else Grade.FAIL
