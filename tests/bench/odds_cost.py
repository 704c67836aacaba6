"""What it costs to weigh one line: `python -m tests.bench.odds_cost`. The aim is 2 ms of CPU for 200 calls."""

from __future__ import annotations

import time
from datetime import timedelta
from statistics import median

from probe.odds import Seen
from tests.odds.test_assess import NINE, odds_of, usual

CALLS, TIMES = 200, 51


def main() -> None:
    """Weigh a line with a run of twenty engaged calls, many times."""
    engaged = {195, *range(180, CALLS)}
    seen = [Seen(at=NINE + timedelta(minutes=9 * i), busy=i in engaged) for i in range(CALLS)]
    odds_of(seen, usual(0.5))  # the chains are built once
    took = []
    for _ in range(TIMES):
        began = time.process_time()
        odds_of(seen, usual(0.5))
        took.append((time.process_time() - began) * 1000)
    print(f"{CALLS} calls of a line: least {min(took):.2f} ms of CPU, median {median(took):.2f} ms")


if __name__ == "__main__":
    main()
