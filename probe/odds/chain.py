"""One telephone line as a Markov chain in continuous time: free or engaged, by whom for how long, who waits.

Talk times are lognormal; their residual life, which is what a probe runs into, is a mixture of three exponentials
(fitted to the equilibrium distribution of a lognormal of cv 1.3 between 0.05 and 40 mean talks: off by at most 6 %,
checked in tests/odds/test_chain.py). Citizens who find the line engaged and call again wait in an orbit, as in an
M/G/1/1 retrial queue (Falin and Templeton, "Retrial Queues", 1997): after a long talk the line is taken again at
once, and that is why runs are longer than ρ(d) = exp(−d/(h(1−p))) says. Minutes throughout. States are ordered by
orbit, then free, engaged 1 … 3.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp

import numpy as np
import numpy.typing as npt

from probe.odds.facts import Habits

Array = npt.NDArray[np.float64]
RESIDUAL = np.array([0.01229692, 0.21841492, 0.76928817])  # shares of a talk in progress, and
ENDS = np.array([0.11359662, 0.35629733, 1.22184114])  # how soon each ends, per mean talk
ORBIT = 5  # citizens who wait to call again; more make no difference
PHASES = 1 + len(ENDS)
STATES = PHASES * (ORBIT + 1)
FREE = np.arange(0, STATES, PHASES)
GRID = 10  # load bins per unit of log odds
BINS = (-50, 35)  # 0.7 % … 97 %
GAPS = np.geomspace(1.7, 40.0, 24)  # minutes; what `plan` looks at


def residual_survival(minutes: float, habits: Habits) -> float:
    """The probability that a talk in progress at a random moment goes on for `minutes` more."""
    return float(RESIDUAL @ np.exp(-ENDS * minutes / habits.talk_min))


def generator(rate: float, habits: Habits) -> Array:
    """Transition rates per minute, rows to columns, when citizens call `rate` times a minute for the first time."""
    ends = ENDS * (RESIDUAL @ ENDS) ** -1 / habits.talk_min  # rescaled, so that the mean is exact
    fresh = RESIDUAL * ENDS / (RESIDUAL @ ENDS)
    again = 1.0 / habits.redial_min
    q = np.zeros((STATES, STATES))
    for n in range(ORBIT + 1):
        free = n * PHASES
        for k in range(len(ENDS)):
            engaged = free + 1 + k
            q[free, engaged] += rate * fresh[k]
            q[engaged, free] += ends[k]
            if n:
                q[free, engaged - PHASES] += n * again * fresh[k]
                q[engaged, engaged - PHASES] += n * again * (1 - habits.redial_share)
            if n < ORBIT:
                q[engaged, engaged + PHASES] += rate * habits.redial_share
    return q - np.diag(q.sum(axis=1))


def stationary(q: Array) -> Array:
    """The long-run distribution over the states."""
    system = np.vstack([q.T[:-1], np.ones(STATES)])
    return np.linalg.solve(system, np.append(np.zeros(STATES - 1), 1.0))


class Chain:
    """A line whose probes find it engaged with probability `load`; so many `callers` call it per minute."""

    def __init__(self, load: float, habits: Habits) -> None:
        low, high = 0.0, 4.0 * load / (1 - load) / habits.talk_min
        for _ in range(26):
            rate = (low + high) / 2
            rest = stationary(generator(rate, habits))
            low, high = (rate, high) if 1 - rest[FREE].sum() < load else (low, rate)
        self.rest, self.callers = rest, rate
        self.rates, vectors = np.linalg.eig(generator(rate, habits).T)
        self.vectors, self.inverse = vectors, np.linalg.inv(vectors)
        self.free = np.where(np.isin(np.arange(STATES), FREE), rest, 0.0) / rest[FREE].sum()

    def over(self, minutes: Array) -> Array:
        """Transition matrices (columns to rows) for each of `minutes`, shape (…, STATES, STATES)."""
        grown = np.exp(np.multiply.outer(minutes, self.rates))
        return np.real((self.vectors * grown[..., None, :]) @ self.inverse)


@lru_cache(maxsize=512)
def chain(bin_: int, habits: Habits) -> Chain:
    """The chain of a load bin: log odds of `bin_ / GRID`."""
    return Chain(1 / (1 + exp(-bin_ / GRID)), habits)


@lru_cache(maxsize=512)
def steps(bin_: int, habits: Habits) -> Array:
    """Its transitions over each of GAPS, for planning."""
    return chain(bin_, habits).over(GAPS)


class Fleet:
    """Several loads at once: node by node a chain; distributions have the shape (nodes, STATES)."""

    def __init__(self, bins: tuple[int, ...], habits: Habits) -> None:
        chains = [chain(b, habits) for b in bins]
        self.rates = np.array([c.rates for c in chains])
        self.vectors = np.array([c.vectors for c in chains])
        self.inverse = np.array([c.inverse for c in chains])
        self.rest = np.array([c.rest for c in chains])
        self.free = np.array([c.free for c in chains])

    def after(self, x: Array, minutes: float) -> Array:
        """Where `x` has got to `minutes` later."""
        y = (self.inverse @ x[..., None]) * np.exp(self.rates * minutes)[..., None]
        return np.maximum(np.real((self.vectors @ y)[..., 0]), 0.0)


@lru_cache(maxsize=256)
def fleet(bins: tuple[int, ...], habits: Habits) -> Fleet:
    return Fleet(bins, habits)
