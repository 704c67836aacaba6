"""When to call again: the plan with the fewest minutes, each call counted as so many, that reaches the odds asked for.

If the handset lies beside its phone, every call will be engaged, so the odds after n more calls at equal gaps are
known in advance. Short gaps find soon but ask the same talk twice; long ones are nearly independent. Equal gaps lose
at most 4 % of the likelihood against the best unequal ones (docs/odds.md).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from probe.odds.baseline import Load
from probe.odds.chain import FREE, GAPS, steps
from probe.odds.facts import Caps, Policy
from probe.odds.run import Run, bins

JITTER = 0.1  # the caller draws within ± this share of the gap; the plan counts on the shortest
KEPT = 3  # loads that are planned with: the likeliest
LATEST_QUIET = 12.0  # minutes between calls at a quiet time that alone will not decide
MOST = 24  # calls that are looked ahead


class Plan(NamedTuple):
    """So many calls, each so long after the one before."""

    calls: int
    gap_min: float


def plan(run: Run, at: Load, odds: float, policy: Policy, caps: Caps, last: datetime, least: int) -> Plan | None:
    """The best way to `odds` with at least `least` calls after `last`; None when the caps do not allow as many."""
    share = run.use.sum(axis=1)
    kept = np.sort(np.argsort(share)[-KEPT:])
    nodes = bins(at, run.shift, run.surge)
    over = np.stack([steps(nodes[k], policy.habits) for k in kept], axis=1)  # (gaps, nodes, states, states)
    x = np.broadcast_to(run.use[kept] * (share.sum() / share[kept].sum()), (len(GAPS), KEPT, run.use.shape[1]))
    stuck = np.full(len(GAPS), run.stuck)
    hazard = policy.off_hook_per_day * GAPS / policy.working_min
    allowed = np.ones(len(GAPS), dtype=bool)
    gaps = GAPS / (1 - JITTER)
    within = np.inf if caps.until is None else (caps.until - last).total_seconds() / 60 * (1 - JITTER)
    back = sorted((at - last).total_seconds() / 60 for at in caps.back)
    best: Plan | None = None
    lowest = np.inf
    for n in range(1, MOST + 1):
        if n * (gaps[0] + policy.call_min) >= lowest:
            break
        if n > caps.calls:  # this call waits for one to come back
            wait = back[n - caps.calls - 1] if n - caps.calls <= len(back) else np.inf
            allowed &= n * gaps >= wait
        allowed &= n * gaps <= within
        if not allowed.any():
            break
        stuck = stuck + hazard * x.sum(axis=(1, 2))
        x = (over @ x[..., None])[..., 0]
        x[..., FREE] = 0.0
        enough = np.flatnonzero((stuck >= odds * x.sum(axis=(1, 2))) & allowed)
        if len(enough) and n >= least:
            cost = n * (gaps[enough[0]] + policy.call_min)
            if cost < lowest:
                best, lowest = Plan(n, float(gaps[enough[0]])), cost
    if best is None and caps.calls and gaps[0] <= within < np.inf:  # not enough, but a quiet time is not to be wasted
        return Plan(1, min(within, LATEST_QUIET))
    return best


def drawn(gap_s: float, die: float) -> timedelta:
    """A random gap around the best one; `die` is uniform in 0 … 1."""
    return timedelta(seconds=gap_s * (1 - JITTER + 2 * JITTER * die))
