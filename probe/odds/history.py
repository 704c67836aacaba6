"""A line's baseline from its history, without the episodes that look like a stuck handset; a fleet's from its lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from probe.odds.baseline import count
from probe.odds.facts import Baseline, Policy, Seen
from probe.odds.run import follow

LONG = 3  # engaged calls in a row that are worth a look
EPISODE = 1.0  # odds from which a run is left out: more likely stuck than not
WORTH = (2.0, 60.0)  # calls that the fleet's knowledge is worth to a new line: least, most


def baseline(
    seen: Sequence[Seen], policy: Policy, *, zone: str = "Asia/Shanghai", fleet: Baseline | None = None
) -> Baseline:
    """Counts of a line's history, in order of time; the last sixty days or so: loads change with the seasons.

    Runs that were probably a stuck handset would make the line look loaded and hide the next one: they are left out,
    judged by a first baseline that still has them.
    """
    first = _below(count(seen, zone), fleet)
    kept: list[Seen] = []
    start = 0
    for i in range(1, len(seen) + 1):
        if i < len(seen) and seen[i].busy == seen[i - 1].busy:
            continue
        run = seen[start:i]
        if not (
            run[0].busy and len(run) >= LONG and follow(seen[:i], start, first, policy, policy.surge).odds >= EPISODE
        ):
            kept.extend(run)
        start = i
    return _below(count(kept, zone), fleet) if len(kept) < len(seen) else first


def fleet(lines: Iterable[Baseline]) -> Baseline:
    """What is known of a line nobody has called: the mean load, and how alike lines are (moments, Kleinman 1973)."""
    rates = []
    for line in lines:
        busy = sum(b for key, (b, _) in line.counts.items() if key != "quiet")
        calls = sum(n for key, (_, n) in line.counts.items() if key != "quiet")
        if calls:
            rates.append((busy, calls))
    if len(rates) < 2:
        return Baseline()
    mean = (sum(b for b, _ in rates) + 0.2) / (sum(n for _, n in rates) + 1)
    within = sum(mean * (1 - mean) / n for _, n in rates) / len(rates)
    between = sum((b / n - mean) ** 2 for b, n in rates) / (len(rates) - 1) - within
    worth = mean * (1 - mean) / between - 1 if between > 0 else WORTH[1]
    return Baseline(load=mean, load_calls=min(max(worth, WORTH[0]), WORTH[1]))


def _below(line: Baseline, above: Baseline | None) -> Baseline:
    return line if above is None else msgspec.structs.replace(line, load=above.load, load_calls=above.load_calls)
