"""`[score]`: what is asked of offices, and what their rates are worth in the performance sheet."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from probe.analyse.rule import ScoreRule
from probe.settings.base import Table

ALL_POINTS = 100.0
_DEFAULT = ScoreRule()


class ScoreSettings(Table):
    """The rule of the performance sheet."""

    target: float = Field(_DEFAULT.target, gt=0, lt=1)
    connect_points: float = Field(_DEFAULT.connect_points, ge=0, le=ALL_POINTS)
    prompt_points: float = Field(_DEFAULT.prompt_points, ge=0, le=ALL_POINTS)
    reached_points: float = Field(_DEFAULT.reached_points, ge=0, le=ALL_POINTS)
    full_at: float = Field(_DEFAULT.full_at, ge=0, le=1)
    none_at: float = Field(_DEFAULT.none_at, ge=0, le=1)
    excellent_from: float = Field(_DEFAULT.excellent_from, ge=0, le=ALL_POINTS)
    good_from: float = Field(_DEFAULT.good_from, ge=0, le=ALL_POINTS)
    pass_from: float = Field(_DEFAULT.pass_from, ge=0, le=ALL_POINTS)
    false_share: float = Field(_DEFAULT.false_share, gt=0, le=0.5)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if abs(self.connect_points + self.prompt_points + self.reached_points - ALL_POINTS) > 1e-9:
            raise PydanticCustomError("settings.score_points", "points that are not 100 together")
        if self.none_at >= self.full_at:
            raise PydanticCustomError("settings.score_span", "none_at not below full_at")
        if not self.excellent_from >= self.good_from >= self.pass_from:
            raise PydanticCustomError("settings.score_grades", "grades out of order")
        return self

    def rule(self) -> ScoreRule:
        """The rule, as figures take it."""
        return ScoreRule(**self.model_dump())
