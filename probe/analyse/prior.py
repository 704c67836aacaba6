"""Empirical Bayes: what the units together say of a rate, and what is then known of each.

Each unit's calls are binomial with a rate of its own; the rates are Beta(a, b) distributed. a and b are those under
which what was seen is likeliest (the marginal likelihood, beta-binomial: Skellam 1948, J. R. Stat. Soc. B 10,
257–261; Efron and Morris 1975, JASA 70, 311–319). Few units say little of how much units differ, so the size a + b
has the uniform-shrinkage prior (Christiansen and Morris 1997, JASA 92, 618–632) around the mean number of calls, and
the mean half a call each way: then the maximum exists for one unit, and when all succeed or none. Calls are counted
as `effective_n` of the rate (see `estimate`), so calls of one day that are alike do not pass for many.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]  # it has no stubs
from scipy.special import betainc, betaincinv, betaln  # type: ignore[import-untyped]

from probe.analyse.columns import Floats
from probe.analyse.rate import CONFIDENCE
from probe.model import Fact

START = 0.0, 0.0  # logit of the mean; log of the size over the mean number of calls
FARTHEST = 12.0  # e**12: no difference between units that is worth telling


class Prior(Fact, frozen=True, kw_only=True):
    """Beta(a, b), fitted over `units`; a/(a+b) is the mean rate, a+b the calls that this knowledge is worth."""

    a: float
    b: float
    units: int


def fit(hits: Floats, n: Floats) -> Prior | None:
    """The prior of these units, `hits` of `n` (may be fractions); None when none of them has a call."""
    hits, n = hits[n > 0], n[n > 0]
    if not len(n):
        return None
    typical = float(n.mean())

    def shape(x: Floats) -> tuple[float, float]:
        mean = 1 / (1 + np.exp(-np.clip(x[0], -FARTHEST, FARTHEST)))
        size = typical * np.exp(np.clip(x[1], -FARTHEST, FARTHEST))
        return float(mean * size), float((1 - mean) * size)

    def loss(x: Floats) -> float:
        a, b = shape(x)
        likelihood = np.sum(betaln(a + hits, b + n - hits) - betaln(a, b))
        mean, ratio = a / (a + b), (a + b) / typical
        return -float(likelihood + 0.5 * np.log(mean * (1 - mean)) + np.log(ratio) - 2 * np.log1p(ratio))

    found = minimize(loss, START, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-6, "maxiter": 2000})
    a, b = shape(found.x)
    return Prior(a=a, b=b, units=len(n))


def posterior(prior: Prior, hits: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Beta(a, b) of each unit."""
    return prior.a + hits, prior.b + n - hits


def credible(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The ends between which the rate is with a probability of 95 %, as much below as above."""
    tail = (1 - CONFIDENCE) / 2
    return betaincinv(a, b, tail), betaincinv(a, b, 1 - tail)


def below(a: Floats, b: Floats, target: float) -> Floats:
    """The probability that the rate is below the target."""
    return np.asarray(betainc(a, b, target), dtype=np.float64)
