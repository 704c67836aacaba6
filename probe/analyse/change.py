"""Better or worse than the period before? Only a change that the calls show is called one.

The difference has Newcombe's interval (1998, *Statistics in Medicine* 17, 873–890, method 10) and a p-value of the
pooled score test, both with the calls that each rate is worth after clustering (`effective_n`); the test's statistic is
held against Student's t of the days' degrees of freedom, for the variance is known from so many days only. Of all
differences that are called changes, at most the agreed share is none: Benjamini and Hochberg 1995, J. R. Stat.
Soc. B 57, 289–300. (The posterior of the difference would not do here: most lines do not change at all, and it takes
for granted that all do.)
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from math import sqrt

import numpy as np
from scipy.special import stdtr  # type: ignore[import-untyped]  # it has no stubs

from probe.analyse.columns import Bools
from probe.analyse.estimate import Estimate
from probe.model import Fact

DIGITS = 12  # of p-values, as in `compare`


class Trend(StrEnum):
    """What can be said of a rate against the period before."""

    BETTER = "better"
    WORSE = "worse"
    NOT_SHOWN = "not_shown"  # no change that the calls show
    UNKNOWN = "unknown"  # too few calls in one of the periods: 样本不足


class Change(Fact, frozen=True, kw_only=True, gc=False):
    """The rate now less the rate before."""

    trend: Trend
    difference: float | None  # None when one of the rates is not known
    low: float | None
    high: float | None
    p: float | None  # of a difference at least as large when nothing has changed


def changes(
    before: Sequence[Estimate | None],
    now: Sequence[Estimate],
    enough: Sequence[bool],
    *,
    false_share: float,
    change_p: float | None = None,
) -> tuple[Change, ...]:
    """Of each unit. `enough`: whether it has enough calls in both periods; others are in no test.

    `change_p`: the largest p-value that is a change, when these are only some of the units; else it is found from
    these."""
    tested = [i for i, (old, ok) in enumerate(zip(before, enough, strict=True)) if ok and old is not None]
    p = {i: _p(old, now[i]) for i in tested if (old := before[i]) is not None}
    if change_p is None:
        real = dict(zip(tested, discoveries([p[i] for i in tested], false_share).tolist(), strict=True))
    else:
        real = {i: p[i] <= change_p for i in tested}
    return tuple(_change(old, new, p.get(i), real.get(i)) for i, (old, new) in enumerate(zip(before, now, strict=True)))


def discoveries(p: Sequence[float], false_share: float) -> Bools:
    """Which of these p-values are discoveries after Benjamini and Hochberg."""
    values = np.array(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    passing = np.flatnonzero(values[order] <= false_share * np.arange(1, len(p) + 1) / max(len(p), 1))
    found = np.zeros(len(p), dtype=bool)
    found[order[: passing[-1] + 1 if len(passing) else 0]] = True
    return found


def _change(before: Estimate | None, now: Estimate, p: float | None, real: bool | None) -> Change:
    if before is None or before.share is None or now.share is None:
        return Change(trend=Trend.UNKNOWN, difference=None, low=None, high=None, p=None)
    difference = now.share - before.share
    low, high = newcombe(before, now)
    trend = Trend.UNKNOWN if real is None else Trend.NOT_SHOWN
    if real:
        trend = Trend.BETTER if difference > 0 else Trend.WORSE
    return Change(trend=trend, difference=difference, low=low, high=high, p=p)


def newcombe(before: Estimate, now: Estimate) -> tuple[float, float]:
    """The 95 % interval of now − before, from the two Wilson intervals."""
    p, low, high = now.share or 0.0, now.low or 0.0, now.high or 0.0
    q, least, most = before.share or 0.0, before.low or 0.0, before.high or 0.0
    return (
        max(-1.0, p - q - sqrt((p - low) ** 2 + (most - q) ** 2)),
        min(1.0, p - q + sqrt((high - p) ** 2 + (q - least) ** 2)),
    )


def _p(before: Estimate, now: Estimate) -> float:
    if before.share is None or now.share is None:
        return 1.0
    n, m = now.effective_n, before.effective_n
    pooled = (now.share * n + before.share * m) / (n + m)
    spread = sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    freedom = max(before.days + now.days - 2, 1)
    return round(2 * float(stdtr(freedom, -abs(now.share - before.share) / spread)), DIGITS) if spread else 1.0
