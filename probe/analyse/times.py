"""Percentiles of waiting times, of many groups at once."""

from __future__ import annotations

import numpy as np

from probe.analyse.columns import Floats, Ints
from probe.model import Fact

QUANTILES = (0.5, 0.9, 0.95)


class Times(Fact, frozen=True, kw_only=True, gc=False):
    """Of n known waiting times, seconds (or counts). None when n is 0."""

    n: int
    p50: float | None
    p90: float | None
    p95: float | None


NONE = Times(n=0, p50=None, p90=None, p95=None)


def times(value: Floats, group: Ints, groups: int) -> tuple[Times, ...]:
    """The percentiles of each group; unknown values (NaN) are left out.

    Between two values by straight line: definition 7 of Hyndman and Fan (1996), *The American Statistician* 50,
    361–365."""
    known = ~np.isnan(value)
    value, group = value[known], group[known]
    order = np.lexsort((value, group))
    value = value[order]
    n = np.bincount(group, minlength=groups)
    start = np.concatenate(([0], np.cumsum(n)[:-1])) if groups else np.empty(0, np.int64)
    found = np.flatnonzero(n)
    at = start[found, None] + np.multiply.outer(n[found] - 1, QUANTILES)
    below = np.floor(at).astype(np.int64)
    above = np.minimum(below + 1, (start + n - 1)[found, None])
    percentiles = value[below] + (at - below) * (value[above] - value[below])
    result = [NONE] * groups
    for index, (p50, p90, p95) in zip(found.tolist(), percentiles.tolist(), strict=True):
        result[index] = Times(n=int(n[index]), p50=p50, p90=p90, p95=p95)
    return tuple(result)
