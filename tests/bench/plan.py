"""What planning a day of 300,000 calls costs: `python -m tests.bench.plan`. It prints and judges nothing."""

from __future__ import annotations

import resource
import sys
import time
from datetime import date

from msgspec.structs import replace

from probe.calendar import openings_of, working_days
from probe.model import Number
from probe.plan import Day, Policy, plan_day

DAY = date(2026, 3, 2)
HOURS = ("周一至周五 8:30-12:00 13:30-17:30", "周一至周五 9:00-12:00 13:00-17:00", "周一至周五 9:00-17:00", "")
POLICY = Policy(caller_id_per_hour=2_000, calls_per_day=1_000_000)  # sixty caller IDs, as a trunk of this size has
SEED = bytes(range(32))


def directory(numbers: int) -> list[Number]:
    """Offices of three numbers each, as departments of units have them."""
    return [
        Number(
            number=f"+8657{1 + i % 9}8{i:07d}",
            written=f"8{i:07d}",
            unit=f"第{i // 30}局",
            department=f"第{i % 30 // 3}科",
            hours=HOURS[i // 30 % len(HOURS)],
        )
        for i in range(numbers)
    ]


def plan(numbers: list[Number], policy: Policy = POLICY) -> Day:
    """The day of a directory."""
    days = working_days("CN")
    return plan_day(
        numbers,
        lambda number: openings_of(number, DAY, default_hours=HOURS[0], timezone=policy.timezone, days=days),
        policy,
        SEED,
        DAY,
        callers=60,
    )


def main() -> None:
    for size in (1_000, 10_000, 100_000):
        numbers = directory(size)
        before, began = _memory_mb(), time.process_time()
        day = plan(numbers)
        took = time.process_time() - began
        print(
            f"{size:7,} numbers: {len(day.slots):,} slots, {len(day.dropped)} dropped, {len(day.unplanned)} unplanned, "
            f"{took:.2f} s of CPU, {_memory_mb():.0f} MB at most ({before:.0f} before; target 5 s and 500 MB)",
            flush=True,
        )
    capped = plan(numbers, replace(POLICY, calls_per_day=100_000))
    print(f"a total of 100,000: {len(capped.slots):,} slots, {len(capped.dropped):,} dropped")


def _memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main()
