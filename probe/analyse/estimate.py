"""Rates of many groups at once: clustered by day, weighted over strata, with Wilson's interval.

The interval: calls of one day are alike, so the variance of a rate is that of its days (the linearised variance of a
ratio, Cochran 1977, *Sampling Techniques*, §11.8; each day one cluster), v = m/(m−1) · Σ_day (Σ_call w·(y − p̂))². It
stands for n_eff = p̂(1−p̂)/v · (t[n−1]/t[m−1])² independent calls; the quotient of Student's quantiles is for the few
days of which v is made (Korn and Graubard 1998, Surv. Methodol. 24, 193–201). Wilson's interval is made of p̂ and n_eff
(Dean and Pagano 2015, J. Surv. Stat. Methodol. 3, 484–503). n_eff is never more than the number of calls, or with
weights Kish's (Σw)²/Σw² (Kish 1965, *Survey Sampling*, §11.7): days that are by chance all alike prove nothing. With
one day, or with p̂ = 0 or 1, the days tell nothing of their variance, and n_eff is that number.

Weights (post-stratification, Holt and Smith 1979, J. R. Stat. Soc. A 142, 33–46): p̂ = Σ_s W_s p̂_s, each call weighs
W_s/n_s, and its residual is y − p̂_s (times √(n_s/(n_s−1)), for p̂_s is of the same calls). Strata without a call give
their weight to the others, and `covered` says how much of it had calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit  # type: ignore[import-untyped]  # it has no stubs

from probe.analyse.columns import Bools, Floats, Ints
from probe.analyse.rate import CONFIDENCE, Z
from probe.model import Fact


class Estimate(Fact, frozen=True, kw_only=True, gc=False):
    """A rate. `share`, `low` and `high` are None when n is 0: nothing is known."""

    hits: int
    n: int
    share: float | None  # hits/n, or weighted over strata
    low: float | None  # of the 95 % interval
    high: float | None
    effective_n: float  # how many independent calls the interval is worth
    days: int  # on which the calls were: the clusters
    covered: float = 1.0  # of the weights: the part whose strata had calls

    @property
    def design_effect(self) -> float | None:
        """How many calls of this kind tell as much as one independent call."""
        return self.n / self.effective_n if self.effective_n else None


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimates:
    """Estimates of groups 0 … k-1, as arrays; NaN where n is 0."""

    hits: Ints
    n: Ints
    share: Floats
    low: Floats
    high: Floats
    effective_n: Floats
    days: Ints
    covered: Floats

    def __getitem__(self, group: int) -> Estimate:
        known = bool(self.n[group])
        return Estimate(
            hits=int(self.hits[group]),
            n=int(self.n[group]),
            share=float(self.share[group]) if known else None,
            low=float(self.low[group]) if known else None,
            high=float(self.high[group]) if known else None,
            effective_n=float(self.effective_n[group]),
            days=int(self.days[group]),
            covered=float(self.covered[group]),
        )


def wilson_bounds(share: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Wilson's interval (`rate.wilson`) of shares that stand for `n` calls each, which may be a fraction; NaN for
    none."""
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z / (1 + Z**2 / n) * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n * n))
    low, high = np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
    return np.where(share <= 0, 0.0 * low, low), np.where(share >= 1, 1.0 + 0.0 * high, high)


def estimates(
    hit: Bools,
    group: Ints,
    groups: int,
    day: Ints,
    *,
    stratum: Ints | None = None,
    weights: Floats | None = None,
    floor: Floats | None = None,
) -> Estimates:
    """The rate of `hit` in each group. `group`, `day` and `stratum` are codes of each call; all have one length.

    `weights[stratum]` is the part of the whole that each stratum stands for; without it every call weighs the same.
    `floor` is a least design effect of each group, where it is known that calls were used more than once.
    """
    if weights is not None and stratum is not None:
        kept = weights[stratum] > 0
        hit, group, day, stratum = hit[kept], group[kept], day[kept], stratum[kept]
    n = np.bincount(group, minlength=groups)
    hits = np.bincount(group, hit, minlength=groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        if weights is None or stratum is None:
            share = hits / n
            residual = (hit - share[group]) / n[group]
            most = n.astype(np.float64)
            covered = np.ones(groups)
        else:
            share, residual, most, covered = _weighted(hit, group, groups, stratum, weights, n)
        variance, days = _between_days(residual, group, groups, day)
        worth = share * (1 - share) / variance * (_t(n - 1) / _t(days - 1)) ** 2
        effective = np.where(variance > 0, np.minimum(worth, most), most)
    inner = (share > 0) & (share < 1)
    effective = np.where(inner, effective, most)
    if floor is not None:
        effective = np.minimum(effective, most / np.maximum(floor, 1.0))
    low, high = wilson_bounds(share, effective)
    return Estimates(
        hits=hits.astype(np.int64),
        n=n,
        share=share,
        low=low,
        high=high,
        effective_n=effective,
        days=days,
        covered=covered,
    )


def weights_of(strata: tuple[str, ...], shares: Mapping[str, float]) -> Floats:
    """Weights by stratum code, adding up to 1 over those that are named. ValueError when nothing has a weight."""
    total = sum(shares.values())
    if total <= 0 or min(shares.values()) < 0:
        raise ValueError("weights of strata are positive numbers")
    return np.array([shares.get(name, 0.0) / total for name in strata], dtype=np.float64)


def _t(freedom: Ints) -> Floats:
    """The quantile of Student's t that Wilson's z is for the normal distribution."""
    return np.asarray(stdtrit(np.maximum(freedom, 1), (1 + CONFIDENCE) / 2), dtype=np.float64)


def _between_days(residual: Floats, group: Ints, groups: int, day: Ints) -> tuple[Floats, Ints]:
    """m/(m−1) times the sum, over a group's m days, of the squared sum of a day's residuals (0 with one day); and m."""
    first = int(day.min()) if len(day) else 0
    span = int(day.max()) - first + 1 if len(day) else 1
    cell = group.astype(np.int64) * span + (day - first)
    calls = np.bincount(cell, minlength=groups * span).reshape(groups, span)
    sums = np.bincount(cell, residual, minlength=groups * span).reshape(groups, span)
    days = (calls > 0).sum(axis=1)
    squares = (sums**2).sum(axis=1)
    return np.where(days > 1, squares * days / np.maximum(days - 1, 1), 0.0), days


def _weighted(
    hit: Bools, group: Ints, groups: int, stratum: Ints, weights: Floats, n: Ints
) -> tuple[Floats, Floats, Floats, Floats]:
    """Share, residual of each call, Kish's n, and the weight that had calls."""
    k = len(weights)
    cell = group.astype(np.int64) * k + stratum
    calls = np.bincount(cell, minlength=groups * k).reshape(groups, k)
    hits = np.bincount(cell, hit, minlength=groups * k).reshape(groups, k)
    present = np.where(calls > 0, weights, 0.0)
    covered = present.sum(axis=1)
    part = present / covered[:, None]
    per_call = np.where(calls > 0, part / np.maximum(calls, 1), 0.0)
    shares = hits / np.maximum(calls, 1)
    share = np.where(n > 0, (part * shares).sum(axis=1), np.nan)
    most = np.where(n > 0, 1 / (per_call**2 * calls).sum(axis=1), 0.0)
    alone = calls[group, stratum] < 2  # a stratum's only call is its own mean: hold it against the whole
    expected = np.where(alone, share[group], shares[group, stratum])
    scale = np.sqrt(np.where(alone, 1.0, calls[group, stratum] / np.maximum(calls[group, stratum] - 1, 1)))
    return share, (hit - expected) * per_call[group, stratum] * scale, most, covered
