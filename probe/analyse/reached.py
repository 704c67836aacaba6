"""Who tries on up to three half-days, does he reach somebody?

A citizen who gets nobody calls again on the next half-day, and once more. Each half-day on which a line has a counted
call is a start; its first counted call is the first try, the first counted calls of the next two half-days that have
one are the others. All three must lie within a week. A start without three such half-days is left out whatever its
calls came to (else the end of a period would look better than it was). Follow-ups are no tries: when they happen
depends on what was heard before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from probe.analyse.columns import Bools, Floats, Ints

TRIES = 3
WITHIN_HALVES = 14  # a week


@dataclass(frozen=True, kw_only=True, eq=False)
class Starts:
    """Each start that could be completed."""

    line: Ints
    day: Ints
    reached: Bools
    tries: Ints  # that it took, 1 to 3
    unfinished: Ints  # the line of each start that could not


def starts(at: Ints, line: Ints, half: Ints, human: Bools) -> Starts:
    """Of counted calls: when, on which line, in which half-day (2·day, +1 from noon on), and whether a person
    answered."""
    order = np.lexsort((at, half, line))
    line, half, human = line[order], half[order], human[order]
    first = np.ones(len(line), dtype=bool)
    first[1:] = (line[1:] != line[:-1]) | (half[1:] != half[:-1])
    line, half, human = line[first], half[first], human[first]
    last = TRIES - 1
    complete = np.zeros(len(line), dtype=bool)
    complete[:-last] = (line[:-last] == line[last:]) & (half[last:] - half[:-last] < WITHIN_HALVES)
    index = np.flatnonzero(complete)
    tries = np.full(len(index), TRIES)
    reached = np.zeros(len(index), dtype=bool)
    for nth in reversed(range(TRIES)):
        answered = human[index + nth]
        tries[answered] = nth + 1
        reached |= answered
    return Starts(line=line[index], day=half[index] // 2, reached=reached, tries=tries, unfinished=line[~complete])


def reuse(start: Starts, group: Ints, groups: int) -> Floats:
    """How many starts a call serves on average, in each group: the least design effect of the rate."""
    with np.errstate(invalid="ignore"):
        mean = np.bincount(group, start.tries, minlength=groups) / np.bincount(group, minlength=groups)
    return np.nan_to_num(mean, nan=1.0)
