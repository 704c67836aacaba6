"""The engaged calls since the last that was not, filtered: how likely are they on a line in use, and on a stuck one.

The Bayes filter of Shiryaev (1963): a handset may fall beside its phone at any time, with a small hazard; from then on
every call is engaged. Under use, the calls are those of a chain whose load is known only as well as its baseline knows
it, so several loads are filtered side by side, with a day of many callers ("surge") among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from probe.odds.baseline import Load, load, stratum
from probe.odds.chain import BINS, FREE, GRID, Array, fleet
from probe.odds.facts import Baseline, Policy, Seen

NODES = np.array([-2.857, -1.356, 0.0, 1.356, 2.857])  # Gauss–Hermite, five points,
WEIGHTS = np.array([0.01126, 0.22208, 0.53333, 0.22208, 0.01125])  # for a standard normal
SECOND = 1 / 60  # two calls at one moment are a second apart


class Run(NamedTuple):
    """Joint probabilities with what was seen: `use[node, state]` and `stuck`. Their sum falls with every call."""

    use: Array
    stuck: float
    shift: Array  # of the nodes, in standard deviations
    surge: Array  # of the nodes, in log odds

    @property
    def odds(self) -> float:
        return self.stuck / max(float(self.use.sum()), 1e-300)


def current(seen: Sequence[Seen]) -> int:
    """The index of the first call of the run that is going on; len(seen) when the last call was not engaged."""
    first = len(seen)
    while first and seen[first - 1].busy:
        first -= 1
    return first


def bins(at: Load, shift: Array, surge: Array) -> tuple[int, ...]:
    """The load bin of each node."""
    return tuple(np.clip(np.rint(GRID * (at.mean + at.sd * shift + surge)), *BINS).astype(int).tolist())


def start(policy: Policy, surge: float) -> tuple[Array, Array, Array]:
    """Weight, shift and surge of the nodes; `surge` is the probability of such a day."""
    weights = np.append(WEIGHTS * (1 - surge), [0.5 * surge, 0.5 * surge])
    return weights, np.append(NODES, [0.0, 1.356]), np.append(np.zeros(5), np.full(2, np.log(policy.surge_odds)))


def follow(seen: Sequence[Seen], first: int, baseline: Baseline, policy: Policy, surge: float) -> Run:
    """Filter the run `seen[first:]`, beginning with the call before it, which found the line free."""
    weights, shift, surged = start(policy, surge)
    use: Array | None = None
    stuck, before = 0.0, seen[first - 1].at if first else None
    for one in seen[first:]:
        lines = fleet(bins(load(baseline, stratum(one, baseline.zone), policy), shift, surged), policy.habits)
        minutes = policy.unseen_min if before is None else (one.at - before).total_seconds() / 60
        if use is None:
            use = weights[:, None] * (lines.rest if before is None else lines.free)
        use, stuck = step(use, stuck, minutes, policy)
        use = lines.after(use, minutes)
        use[:, FREE] = 0.0
        before = one.at
    assert use is not None
    return Run(use, stuck, shift, surged)


def step(use: Array, stuck: float, minutes: float, policy: Policy) -> tuple[Array, float]:
    """The handset may have fallen meanwhile."""
    fallen = hazard(minutes, policy)
    return use * (1 - fallen), stuck + fallen * float(use.sum())


def hazard(minutes: float, policy: Policy) -> float:
    """The prior probability that it falls within so many minutes."""
    return policy.off_hook_per_day * min(max(minutes, SECOND), policy.unseen_min) / policy.working_min


def day_ends(minutes: Array | float, policy: Policy) -> Array:
    """A run that takes so many minutes cannot end within the last as many of a working day: by this factor fewer false
    suspicions come about, and by this factor lower odds keep the same budget. Counted up to a quarter of a day; notices
    take too little time for it."""
    return 1 - np.minimum(minutes, policy.working_min / 4) / policy.working_min
