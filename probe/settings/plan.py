"""`[plan]` and `[manners]`: when numbers are called, and how often at most; limits stand in `probe.plan.policy`."""

from __future__ import annotations

from datetime import time
from typing import Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from probe.calendar.errors import HoursError
from probe.calendar.parse import parse_hours
from probe.plan.policy import (
    EARLIEST,
    LATEST,
    MINUTE_S,
    MOST_ANSWERED_PER_DAY,
    MOST_ATTEMPTS_PER_5MIN,
    MOST_ATTEMPTS_PER_24H,
    MOST_BASE_CALLS,
    Policy,
    Preset,
)
from probe.settings.base import CLOCK, FileBeside, Table


class PlanSettings(Table):
    """`[plan]`: the random programme."""

    base_calls: int = Field(3, ge=1, le=MOST_BASE_CALLS)
    base_gap_min: int = Field(30, ge=5, le=240)
    late_min: int = Field(10, ge=1, le=60)
    hours: str = "周一至周五 9:00-12:00 14:00-17:00"
    holidays: FileBeside = None

    @field_validator("hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        try:
            parse_hours(value)
        except HoursError:
            raise ValueError("no hours") from None
        return value


class MannersSettings(Table):
    """`[manners]`: what no call may break. Every value can be made stricter, and none looser than its default."""

    preset: Preset = "default"
    answered_per_day: int = Field(MOST_ANSWERED_PER_DAY, ge=1, le=MOST_ANSWERED_PER_DAY)
    attempts_per_24h: int = Field(MOST_ATTEMPTS_PER_24H, ge=1, le=MOST_ATTEMPTS_PER_24H)
    attempts_per_5min: int = Field(MOST_ATTEMPTS_PER_5MIN, ge=1, le=MOST_ATTEMPTS_PER_5MIN)
    gap_min: int = Field(2, ge=1, le=60)
    call_from: str = Field(f"{EARLIEST:%H:%M}", pattern=CLOCK)
    call_until: str = Field(f"{LATEST:%H:%M}", pattern=CLOCK)
    caller_id_per_hour: int = Field(120, ge=1, le=10_000)
    calls_per_day: int = Field(10_000, ge=1, le=1_000_000)
    allow: list[str] = Field([])
    canaries: list[str] = Field([])

    @field_validator("call_from")
    @classmethod
    def _call_from(cls, value: str) -> str:
        if time.fromisoformat(value) < EARLIEST:
            raise ValueError("too early")
        return value

    @field_validator("call_until")
    @classmethod
    def _call_until(cls, value: str) -> str:
        if time.fromisoformat(value) > LATEST:
            raise ValueError("too late")
        return value

    @field_validator("allow", "canaries", mode="before")
    @classmethod
    def _entries(cls, value: object) -> object:
        if not isinstance(value, list) or not all(isinstance(v, str) and v and not v.isspace() for v in value):
            raise ValueError("no list of numbers")
        return value

    @model_validator(mode="after")
    def _some_time_is_left(self) -> Self:
        if self.call_from >= self.call_until:
            raise PydanticCustomError("settings.no_time_to_call", "no time is left")
        return self


def policy_of(plan: PlanSettings, manners: MannersSettings, *, country: str, area_code: str, timezone: str) -> Policy:
    """What the two tables come to, for a robot of this country, area and time zone."""
    return Policy(
        base_calls=plan.base_calls,
        base_gap_s=plan.base_gap_min * MINUTE_S,
        late_s=plan.late_min * MINUTE_S,
        preset=manners.preset,
        answered_per_day=manners.answered_per_day,
        attempts_per_24h=manners.attempts_per_24h,
        attempts_per_5min=manners.attempts_per_5min,
        gap_s=manners.gap_min * MINUTE_S,
        call_from=time.fromisoformat(manners.call_from),
        call_until=time.fromisoformat(manners.call_until),
        caller_id_per_hour=manners.caller_id_per_hour,
        calls_per_day=manners.calls_per_day,
        allow=tuple(manners.allow),
        canaries=tuple(manners.canaries),
        country=country,
        area_code=area_code,
        timezone=timezone,
    )
