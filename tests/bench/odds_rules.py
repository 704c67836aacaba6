"""The tests that are compared: ours, a plain Markov-corrected sequential test, and k engaged calls in a row."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, log

import msgspec

from probe.odds import Baseline, Caps, Level, Policy, Seen, assess
from tests.bench.odds_programme import Step, Test

SPOKEN = {Level.NOTICE: 1, Level.SUSPECTED: 2}
LOOK_BACK = 60  # calls that are handed over; a run is never so long


def ours(policy: Policy, baseline: Baseline) -> Test:
    def test(seen: Sequence[Seen], caps: Caps) -> Step:
        odds = assess(seen[-LOOK_BACK:], baseline, seen[-1].at, policy, caps=caps)
        return Step(SPOKEN.get(odds.level, 0), odds.next_gap_s, odds.wants_quiet)

    return test


def told(load: float, policy: Policy) -> Test:
    """The same test, but the true load is known to it, and that no day is heavier than another: the best there can be,
    up to the 4 % of likelihood that equal gaps lose."""
    calls = 100_000
    exact = Baseline(counts={f"{hour:02d}": (round(load * calls), calls) for hour in range(24)})
    return ours(msgspec.structs.replace(policy, surge=1e-9), exact)


def markov(load: float, gap_s: float, notice: float = inf, suspicion: float = inf, *, talk_min: float = 3.0) -> Test:
    """telephony.md §7: the likelihood ratio with ρ(d) = exp(−d/(h(1−p))); the load is given, the gap fixed."""

    def test(seen: Sequence[Seen], caps: Caps) -> Step:
        ratio = run_ratio(seen, load, talk_min)
        return _step(ratio, notice, suspicion, gap_s, caps)

    return test


def run_ratio(seen: Sequence[Seen], load: float, talk_min: float = 3.0) -> float:
    """Natural logarithm of stuck against in use, for the engaged calls at the end of `seen`."""
    total, later = 0.0, None
    for one in reversed(seen):
        if not one.busy:
            break
        if later is not None:
            minutes = (later.at - one.at).total_seconds() / 60
            total -= log(load + (1 - load) * exp(-minutes / (talk_min * (1 - load))))
        later = one
    return total - log(load) if later is not None else 0.0


def in_a_row(gap_s: float, notice: int, suspicion: int) -> Test:
    """The naive rule: so many engaged calls in a row, whatever the line and the gaps."""

    def test(seen: Sequence[Seen], caps: Caps) -> Step:
        row = 0
        while row < len(seen) and seen[-1 - row].busy:
            row += 1
        return _step(row, notice, suspicion, gap_s, caps)

    return test


def _step(value: float, notice: float, suspicion: float, gap_s: float, caps: Caps) -> Step:
    level = int(value >= notice) + int(value >= suspicion)
    return Step(level, gap_s if level < 2 and (caps.calls or caps.back) else None)
