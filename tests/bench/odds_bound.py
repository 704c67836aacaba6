"""What no test can beat: how soon, and with how few calls, a stuck line can be told at given false alarms.

A handset off the hook makes every call engaged, so whatever the test computes, at given moments it can only count:
its false alarms are the probability that a line in use is engaged at all of them, times the first calls of a day.
"""

from __future__ import annotations

from math import ceil, log

import numpy as np
from scipy.optimize import brentq

from probe.odds import Habits
from probe.odds.chain import FREE, Chain, residual_survival

HABITS = Habits()


def least_minutes(load: float, budget: float, base: int = 6) -> float:
    """For somebody who never stops listening from the first engaged call on: until a talk would have ended."""
    return float(brentq(lambda t: base * load * residual_survival(t, HABITS) - budget, 0.0, 2000.0))


def least_calls(load: float, budget: float, base: int = 6) -> int:
    """Follow-ups so far apart that they are independent."""
    return ceil(log(base * load / budget) / -log(load))


def frontier(load: float, budget: float, most: int, base: int = 6) -> dict[int, float]:
    """Follow-ups → minutes that they must span, at equal gaps, to keep the budget; base calls in between aside."""
    line = Chain(load, HABITS)

    def false(gap: float, calls: int) -> float:
        x, over = np.where(np.isin(np.arange(len(line.rest)), FREE), 0.0, line.rest), line.over(np.array(gap))
        for _ in range(calls):
            x = over @ x
            x[FREE] = 0.0
        return base * float(x.sum()) - budget

    spans = {}
    for calls in range(1, most + 1):
        if false(90.0, calls) < 0:
            spans[calls] = calls * float(brentq(false, 0.2, 90.0, args=(calls,), xtol=0.01))
    return spans
