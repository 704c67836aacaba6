"""`make bench`: cost of a line, lines held, busy calls per second, start-up time. It prints and judges nothing."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import psutil

from tests.bench.busy import busy_calls_per_second
from tests.bench.lines import hold


def start_up_s(runs: int = 7) -> float:
    """Median wall time of `probe --help`, after one warm-up."""
    times = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "probe", "--help"], check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])


def main() -> None:
    print(f"machine: {psutil.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB")
    print(f"probe --help: {start_up_s():.2f} s (target 0.4)")
    print(f"busy calls through 8 lines: {busy_calls_per_second(lines=8, calls=400):.1f} per second")
    for lines in (1, 8, 30, 60, 80):
        held = hold(lines)
        print(
            f"{held.lines:3d} lines held: {held.cpu_percent:.2f} % of a core per line (target 2.5), "
            f"{held.pss_mb:.1f} MB per line (target 40), {held.lost} of {held.received} packets lost, "
            f"{held.late} lines late, {held.faults} faults; the exchange used {held.exchange_cpu_percent:.0f} %",
            flush=True,
        )


if __name__ == "__main__":
    main()
