"""How loaded a line is by local hour, from its own base calls: beta posteriors under its mean, under the fleet's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from math import exp, log, sqrt
from typing import NamedTuple
from zoneinfo import ZoneInfo

from probe.model import Purpose
from probe.odds.facts import Baseline, Policy, Seen

QUIET = "quiet"
ALIKE = (12.0, 200.0)  # calls that the line's mean is worth to one of its hours: least, most


class Load(NamedTuple):
    """Log odds of finding a line engaged: mean and standard deviation."""

    mean: float
    sd: float

    @property
    def p(self) -> float:
        return 1 / (1 + exp(-self.mean))


def stratum(seen: Seen, zone: str) -> str:
    """Which calls a call is compared with."""
    return QUIET if seen.purpose is Purpose.QUIET_TIME else hour(seen.at, zone)


def hour(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)).hour:02d}"


def count(seen: Iterable[Seen], zone: str = "Asia/Shanghai") -> Baseline:
    """Every base and quiet-time call by stratum. Others do not count: they are made because of what was heard before,
    or when somebody chose."""
    counts: dict[str, tuple[int, int]] = {}
    fax = 0
    for one in seen:
        fax += one.cause == "fax"
        if one.purpose in (Purpose.BASE, Purpose.QUIET_TIME):
            key = stratum(one, zone)
            busy, calls = counts.get(key, (0, 0))
            counts[key] = (busy + one.busy, calls + 1)
    return Baseline(counts=counts, zone=zone, fax=fax)


def load(baseline: Baseline, key: str, policy: Policy) -> Load:
    """The posterior of one stratum. An hour leans on its line's mean as much as the line's hours are alike."""
    if key == QUIET:
        busy, calls = baseline.counts.get(QUIET, (0, 0))
        return _load(
            busy + policy.quiet_load * policy.quiet_calls, calls - busy + (1 - policy.quiet_load) * policy.quiet_calls
        )
    hours = [c for k, c in baseline.counts.items() if k != QUIET]
    mean = policy.load if baseline.load is None else baseline.load
    worth = policy.load_calls if baseline.load_calls is None else baseline.load_calls
    busy, calls = sum(b for b, _ in hours), sum(n for _, n in hours)
    a, b = busy + mean * worth, calls - busy + (1 - mean) * worth
    line = a / (a + b)
    lent = min(a + b, _alike(hours, line))
    busy, calls = baseline.counts.get(key, (0, 0))
    return _load(busy + line * lent, calls - busy + (1 - line) * lent)


def _load(a: float, b: float) -> Load:
    """The normal approximation of the log odds of Beta(a, b)."""
    a, b = max(a, 0.5), max(b, 0.5)
    return Load(log(a / b), sqrt(1 / a + 1 / b))


def _alike(hours: list[tuple[int, int]], mean: float) -> float:
    """The strength of a beta prior between the hours, by moments (Kleinman 1973), on the side of caution."""
    tried = [(b, n) for b, n in hours if n]
    if len(tried) < 2:
        return ALIKE[0]
    chi2 = sum((b - n * mean) ** 2 / (n * mean * (1 - mean)) for b, n in tried)
    freedom = len(tried) - 1
    spread = max(chi2 + 1.0 - freedom, 0.0) / freedom  # one more than was seen
    typical = sum(n for _, n in tried) / len(tried)
    return min(max(typical / spread if spread else ALIKE[1], ALIKE[0]), ALIKE[1])
