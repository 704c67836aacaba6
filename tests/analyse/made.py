"""Made-up calls as columns, by the thousand: the same ones each time for one seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from probe.analyse.columns import (
    CAUSE_CODE,
    CAUSE_LIST,
    DEPTH_UNKNOWN,
    NOT_VOIDED,
    PURPOSE_CODE,
    PURPOSE_LIST,
    Columns,
)
from probe.model import Cause, Number, Purpose
from tests.records import MORNING, number

ZONE = "Asia/Shanghai"
MONDAY = int(MORNING.timestamp())  # 2 March 2026, 09:00 in Hangzhou
STRATA = ("opening", "before_lunch", "after_lunch", "closing")
REASONS = ("health.no_canary", "health.unrelated_failures")
DAY_S = 86_400


@dataclass(frozen=True)
class One:
    """A call in plain Python, for the computation that is done in another way."""

    at: int
    unit: str
    number: str
    cause: Cause
    purpose: Purpose
    attempt: int
    stratum: str
    voided: str | None
    pdd_s: float | None
    ring_s: float | None
    answered_s: float | None
    queue_s: float | None

    @property
    def day(self) -> int:
        """Of Hangzhou, which has no summer time."""
        return (self.at + 8 * 3600) // DAY_S

    @property
    def half(self) -> tuple[int, bool]:
        return self.day, (self.at + 8 * 3600) % DAY_S >= 12.5 * 3600


def columns(seed: int, *, units: int, lines: int = 2, calls: int = 30, days: int = 9, human: float = 0.55) -> Columns:
    """Each unit has up to `calls` calls of every cause and purpose over `days` days, on `lines` numbers."""
    dice = np.random.default_rng(seed)
    numbers = tuple(number(i, unit=f"单位{i // lines:04}") for i in range(units * lines))
    per_unit = dice.integers(1, calls + 1, units)
    n = int(per_unit.sum())
    unit = np.repeat(np.arange(units), per_unit)
    cause = np.where(
        dice.random(n) < dice.beta(4 * human, 4 * (1 - human), units)[unit],
        CAUSE_CODE[Cause.HUMAN],
        dice.integers(0, len(CAUSE_LIST), n),
    )
    purpose = dice.choice(len(PURPOSE_LIST), n, p=_chances())
    half = dice.integers(0, 2, n)
    second = np.where(half == 0, dice.integers(0, 3 * 3600, n), dice.integers(5 * 3600, 8 * 3600, n))
    ring = np.where(dice.random(n) < 0.15, np.nan, dice.gamma(3, 5, n).round(1))
    return Columns(
        at=MONDAY + dice.integers(0, days, n) * DAY_S + second,
        number=unit * lines + dice.integers(0, lines, n),
        cause=cause,
        purpose=purpose,
        attempt=np.where(dice.random(n) < 0.8, 1, dice.integers(2, 4, n)),
        stratum=dice.integers(0, len(STRATA), n),
        voided=np.where(dice.random(n) < 0.05, dice.integers(0, len(REASONS), n), NOT_VOIDED),
        pdd_s=np.where(dice.random(n) < 0.1, np.nan, dice.gamma(2, 4, n).round(1)),
        ring_s=ring,
        answered_s=np.where(dice.random(n) < 0.1, np.nan, dice.gamma(2, 8, n).round(1)),
        queue_s=np.where(cause == CAUSE_CODE[Cause.QUEUE], dice.gamma(3, 4, n).round(1), np.nan),
        depth=np.full(n, DEPTH_UNKNOWN),
        numbers=numbers,
        strata=STRATA,
        reasons=REASONS,
    )


def plain(of: Columns) -> list[One]:
    """The same calls, one by one."""
    return [
        One(
            at=int(of.at[i]),
            unit=of.numbers[of.number[i]].unit,
            number=of.numbers[of.number[i]].number,
            cause=CAUSE_LIST[of.cause[i]],
            purpose=PURPOSE_LIST[of.purpose[i]],
            attempt=int(of.attempt[i]),
            stratum=of.strata[of.stratum[i]],
            voided=None if of.voided[i] < 0 else of.reasons[of.voided[i]],
            pdd_s=None if np.isnan(of.pdd_s[i]) else float(of.pdd_s[i]),
            ring_s=None if np.isnan(of.ring_s[i]) else float(of.ring_s[i]),
            answered_s=None if np.isnan(of.answered_s[i]) else float(of.answered_s[i]),
            queue_s=None if np.isnan(of.queue_s[i]) else float(of.queue_s[i]),
        )
        for i in range(len(of))
    ]


def few(
    *made: tuple[Cause, float], of: Number | None = None, purpose: Purpose = Purpose.BASE, attempt: int = 1
) -> Columns:
    """Calls to one number: what each came to, and how many hours after Monday 09:00."""
    n = len(made)
    return Columns(
        at=np.array([MONDAY + round(hours * 3600) for _, hours in made], dtype=np.int64),
        number=np.zeros(n, dtype=np.int32),
        cause=np.array([CAUSE_CODE[cause] for cause, _ in made], dtype=np.int8),
        purpose=np.full(n, PURPOSE_CODE[purpose]),
        attempt=np.full(n, attempt),
        stratum=np.zeros(n, dtype=np.int16),
        voided=np.full(n, NOT_VOIDED),
        pdd_s=np.full(n, 0.6),
        ring_s=np.full(n, 5.0),
        answered_s=np.full(n, 5.6),
        queue_s=np.full(n, np.nan),
        depth=np.full(n, DEPTH_UNKNOWN),
        numbers=(of or number(1),),
        strata=("",),
        reasons=(),
    )


def joined(first: Columns, second: Columns) -> Columns:
    """Both, for columns that share their numbers, strata and reasons."""
    arrays = {
        name: np.concatenate((getattr(first, name), getattr(second, name)))
        for name in (
            "at",
            "number",
            "cause",
            "purpose",
            "attempt",
            "stratum",
            "voided",
            "pdd_s",
            "ring_s",
            "answered_s",
            "queue_s",
            "depth",
        )
    }
    return Columns(numbers=first.numbers, strata=first.strata, reasons=first.reasons, **arrays)


def _chances() -> list[float]:
    chances = {Purpose.BASE: 0.8, Purpose.MANUAL: 0.04, Purpose.FOLLOW_UP: 0.06, Purpose.QUIET_TIME: 0.04}
    rest = [purpose for purpose in PURPOSE_LIST if purpose not in chances]
    return [chances.get(purpose, (1 - sum(chances.values())) / len(rest)) for purpose in PURPOSE_LIST]
