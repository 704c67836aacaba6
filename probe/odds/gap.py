"""When to call again: the plan with the fewest minutes, each follow-up counted as so many, that reaches some odds.

If the handset lies beside its phone, every call will be engaged, so the odds after n more calls are known in advance,
and the whole plan can be laid out after each call. Short gaps find soon but ask the same talk twice; long ones are
nearly independent. Equal gaps lose at most 4 % of the likelihood against the best unequal ones (docs/odds.md). Calls
that are planned anyway cost nothing: the follow-ups divide the time between them evenly.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from probe.odds.baseline import Load
from probe.odds.chain import FREE, GAPS, Array, steps
from probe.odds.facts import Caps, Policy
from probe.odds.run import Run, bins, day_ends

JITTER = 0.1  # gaps are drawn within ± this share, here and by the ladder; the plan counts on the shortest
KEPT = 3  # loads that are planned with: the likeliest
LATEST_QUIET = 12.0  # minutes between calls at a quiet time that alone will not decide
MOST = 24  # calls that are looked ahead
NOMINAL = GAPS / (1 - JITTER)
RATIO = np.log(GAPS[1] / GAPS[0])


class Plan(NamedTuple):
    """So many follow-ups, the next one so long after the last call (planned calls may come before it)."""

    calls: int
    gap_min: float


class Goal(NamedTuple):
    """`odds` with at least `calls` more, for a run begun `minutes` ago; `notice`: the odds of that level."""

    odds: float
    calls: int
    notice: float
    minutes: float
    suspicion: bool  # else the goal is a notice


def plan(run: Run, at: Load, goal: Goal, policy: Policy, caps: Caps, last: datetime) -> Plan | None:
    """The best way to the goal after the `last` call; None when the caps do not allow as many calls."""
    share = run.use.sum(axis=1)
    likely = np.sort(np.argsort(share)[-KEPT:])
    nodes = bins(at, run.shift, run.surge)
    over = np.stack([steps(nodes[k], policy.habits) for k in likely], axis=1)  # (gaps, nodes, states, states)
    use = np.broadcast_to(run.use[likely] * (share.sum() / share[likely].sum()), (len(GAPS), KEPT, run.use.shape[1]))
    stuck = np.full(len(GAPS), run.stuck)
    planned, back = _since(caps.planned, last), _since(caps.back, last)
    planned = np.append(planned[planned > 0], np.inf)
    back = np.concatenate([[0.0], back, [np.inf]])  # when as many calls more are allowed as the place says
    within = np.inf if caps.until is None else (caps.until - last).total_seconds() / 60 * (1 - JITTER)
    time, calls, first = np.zeros(len(GAPS)), np.zeros(len(GAPS)), np.full(len(GAPS), np.inf)
    open_ = np.ones(len(GAPS), dtype=bool)  # plans that go on
    reserve = policy.reserve * caps.most if caps.until is None else 0.0  # a quiet time is the better founded run
    best: Plan | None = None
    lowest = np.inf
    for n in range(1, MOST + 1):
        mass = use.sum(axis=(1, 2))
        kept = reserve * np.log(np.maximum(goal.notice * mass / np.maximum(stuck, 1e-300), 1.0))
        lacking = (calls + 1 + np.rint(kept) - caps.calls).astype(int)
        next_ = planned[np.searchsorted(planned, time + 1e-6)]
        parts = np.maximum(np.rint((next_ - time) / NOMINAL), 1)
        even = np.where(parts < np.inf, (next_ - time) / np.where(parts < np.inf, parts, 1), NOMINAL)
        due = np.maximum(time + even, back[np.clip(lacking, 0, len(back) - 1)])
        ours = (parts > 1) & (due < next_)
        now = np.where(ours, due, next_)
        calls = calls + ours
        open_ &= (now <= within) & (now + policy.call_min * calls < lowest)
        if not open_.any():
            break
        step = np.where(open_, now - time, NOMINAL)
        time = time + step
        first = np.where(ours, np.minimum(first, time), first)
        stuck = stuck + policy.off_hook_per_day * step / policy.working_min * mass
        use = (_over(over, step) @ use[..., None])[..., 0]
        use[..., FREE] = 0.0
        lower = day_ends(goal.minutes + time, policy) if goal.suspicion else 1.0
        enough = open_ & (stuck >= goal.odds * lower * use.sum(axis=(1, 2)))
        if n >= goal.calls and enough.any():
            cost = np.where(enough, time + policy.call_min * calls, np.inf)
            i = int(cost.argmin())
            if cost[i] < lowest:
                # When planned calls alone will do, the follow-up is for the case that they do not come about.
                best, lowest = Plan(int(calls[i]), min(first[i], time[i] + NOMINAL[i])), float(cost[i])
            open_ &= ~enough
    if best is None and caps.calls and NOMINAL[0] <= within < np.inf:  # it is not to be wasted
        return Plan(1, min(within, LATEST_QUIET))
    return best


def _since(moments: tuple[datetime, ...], last: datetime) -> Array:
    """Minutes since the last call, in order."""
    return np.sort(np.array([(at - last).total_seconds() / 60 for at in moments]))


def _over(over: Array, step: Array) -> Array:
    """The transitions over one step of each plan: of the nearest gap that was worked out."""
    nearest = np.rint(np.log(np.maximum(step * (1 - JITTER), GAPS[0]) / GAPS[0]) / RATIO).astype(int)
    nearest = np.minimum(nearest, len(GAPS) - 1)
    return over if (nearest == np.arange(len(GAPS))).all() else over[nearest]


def drawn(gap_s: float, die: float) -> timedelta:
    """A random gap around the best one; `die` is uniform in 0 … 1."""
    return timedelta(seconds=gap_s * (1 - JITTER + 2 * JITTER * die))
