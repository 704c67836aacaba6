"""What a policy of manners costs: the share of stuck handsets found, as measured on simulated offices.

The table probe/data/detection.toml is written by `python -m tests.bench.odds --write`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from itertools import pairwise

import msgspec

from probe.model import Fact


class Detection(Fact, frozen=True, kw_only=True):
    """Of handsets off the hook for three working hours on a line of this load; minutes from the first engaged call."""

    load: float
    notice_found: float  # share, 0 … 1
    suspected_found: float
    notice_min: float | None = None  # median; None when none was found
    suspected_min: float | None = None


@cache
def table() -> dict[str, tuple[Detection, ...]]:
    """Policy → rows by rising load."""
    read = tomllib.loads((files("probe") / "data" / "detection.toml").read_text(encoding="utf-8"))
    return {name: tuple(Detection(**row) for row in rows) for name, rows in read["policy"].items()}


def detection(policy: str, load: float) -> Detection:
    """By straight lines between the measured loads. KeyError when the policy was not measured."""
    rows = table()[policy]
    if load <= rows[0].load:
        return rows[0]
    for low, high in pairwise(rows):
        if load <= high.load:
            share = (load - low.load) / (high.load - low.load)
            return msgspec.convert({n: _between(n, low, high, share) for n in Detection.__struct_fields__}, Detection)
    return rows[-1]


def _between(name: str, low: Detection, high: Detection, share: float) -> float | None:
    a, b = getattr(low, name), getattr(high, name)
    return None if a is None or b is None else (1 - share) * a + share * b
