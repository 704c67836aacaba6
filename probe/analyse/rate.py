"""Proportions with their uncertainty: Wilson's interval, and a rate that is never told without it."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

import msgspec

CONFIDENCE = 0.95  # of every interval
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
ENOUGH_CALLS = 10  # fewer, or over fewer days, say little about a line: 样本不足 (telephony.md §7)
ENOUGH_DAYS = 5


def wilson(hits: int, n: int, z: float = Z) -> tuple[float, float] | None:
    """The score interval of a proportion; None when n is 0, because nothing was seen.

    E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (158), 209–212. Right for small n and for rates near 0 and 1, where Wald's is not.
    """
    if n == 0:
        return None
    p = hits / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (0.0 if hits == 0 else max(0.0, centre - half), 1.0 if hits == n else min(1.0, centre + half))


class Rate(msgspec.Struct, frozen=True):
    """`hits` of `n`; a rate is never told without its n and its interval."""

    hits: int
    n: int

    @property
    def share(self) -> float | None:
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.hits, self.n)
