"""Units against a target and against each other, fairly: small samples are drawn towards the others, and no rank
without its interval.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from probe.analyse.columns import Bools, Floats, Ints
from probe.analyse.estimate import Estimate
from probe.analyse.prior import Prior, below, credible, fit, posterior
from probe.analyse.rate import CONFIDENCE
from probe.model import Fact

DRAWS = 4000  # of the posterior: a rank's interval is then right to a place or so
CHUNK = 250


class Rank(Fact, frozen=True, kw_only=True, gc=False):
    """1 is best. `low` and `high` hold the true place with a probability of 95 %."""

    place: int
    low: int
    high: int
    of: int


class Standing(Fact, frozen=True, kw_only=True, gc=False):
    """Where a unit stands, given all of them."""

    rate: float  # posterior mean
    low: float
    high: float
    below_target: float  # probability that its rate is below the target
    flagged: bool  # said to be below the target; of all that are flagged, at most the agreed share is so wrongly
    rank: Rank | None


DIGITS = 12  # of probabilities: a page of one unit adds the same calls up in another order
NOBODY_FLAGGED = 2.0  # no probability is as high
NO_CHANGE = -1.0  # no p-value is as low


class Bar(Fact, frozen=True, kw_only=True):
    """Where the lines were drawn over all units (or lines) of a period, so that a page of one of them says the same."""

    prior: Prior | None = None
    flag_from: float = NOBODY_FLAGGED  # the least probability of being below the target that is flagged
    change_p: float = NO_CHANGE  # the largest p-value that is called a change


def effective(rates: Sequence[Estimate]) -> tuple[Floats, Floats]:
    """Hits and calls that the rates are worth; they are fractions."""
    n = np.array([rate.effective_n for rate in rates])
    return n * np.array([rate.share or 0.0 for rate in rates]), n


def standings(
    rates: Sequence[Estimate],
    enough: Sequence[bool],
    *,
    target: float,
    false_share: float,
    dice: np.random.Generator | None,
    bar: Bar | None = None,
) -> tuple[Prior | None, tuple[Standing | None, ...]]:
    """The prior, and each unit's standing: None (样本不足) for those without enough calls, which the prior heeds too.

    `false_share`: how many of the flagged may be flagged wrongly. `dice` draw the ranks' intervals; without, there are
    no ranks. `bar`: that of all units together, when these are only some of them; else it is found from these.
    """
    hits, n = effective(rates)
    prior = fit(hits, n) if bar is None else bar.prior
    chosen = np.flatnonzero(np.array(enough, dtype=bool) & (n > 0))
    if prior is None or not len(chosen):
        return prior, (None,) * len(rates)
    a, b = posterior(prior, hits[chosen], n[chosen])
    low, high = credible(a, b)
    probability = np.round(below(a, b, target), DIGITS)
    flags = flagged(probability, false_share) if bar is None else probability >= bar.flag_from
    found: list[Standing | None] = [None] * len(rates)
    places = [None] * len(chosen) if dice is None else ranks(a, b, dice)
    for i, unit in enumerate(chosen.tolist()):
        found[unit] = Standing(
            rate=float(a[i] / (a[i] + b[i])),
            low=float(low[i]),
            high=float(high[i]),
            below_target=float(probability[i]),
            flagged=bool(flags[i]),
            rank=places[i],
        )
    return prior, tuple(found)


def flagged(probability: Floats, false_share: float) -> Bools:
    """The longest list, surest first, of which at most `false_share` is expected to be wrong; equals are on it
    together.

    The posterior expected false discovery rate: Newton et al. 2004, *Biostatistics* 5, 155–176; Müller et al. 2004,
    JASA 99, 990–1001."""
    order = np.argsort(-probability, kind="stable")
    wrong = np.cumsum(1 - probability[order]) / np.arange(1, len(order) + 1)
    count = int(np.count_nonzero(wrong <= false_share))  # they are the first ones: the mean grows along the list
    if count == len(order):
        return np.ones(count, dtype=bool)
    return np.asarray(probability > probability[order[count]])


def ranks(a: Floats, b: Floats, dice: np.random.Generator) -> list[Rank]:
    """The place of each rate Beta(a, b), highest first: by its expected rank (Laird and Louis 1989, J. Educ. Stat.
    14, 29–46), with the interval of its rank over draws."""
    count = len(a)
    place = np.empty((DRAWS, count), dtype=np.int32)
    numbers = np.arange(1, count + 1, dtype=np.int32)
    for start in range(0, DRAWS, CHUNK):
        order = np.argsort(-dice.beta(a, b, size=(CHUNK, count)), axis=1)
        np.put_along_axis(place[start : start + CHUNK], order, np.broadcast_to(numbers, order.shape), axis=1)
    expected = place.mean(axis=0)
    place.sort(axis=0)
    tail = (1 - CONFIDENCE) / 2
    low, high = place[int(tail * DRAWS)], place[int((1 - tail) * DRAWS) - 1]
    mine = np.empty(count, dtype=np.int64)
    mine[np.lexsort((-a / (a + b), expected))] = numbers
    return [_rank(mine, low, high, i) for i in range(count)]


def _rank(place: Ints, low: Ints, high: Ints, i: int) -> Rank:
    return Rank(
        place=int(place[i]),
        low=min(int(low[i]), int(place[i])),
        high=max(int(high[i]), int(place[i])),
        of=len(place),
    )
