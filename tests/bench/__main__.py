"""`make bench`: what a line costs, how many are held, words, menus, busy calls, start-up. It judges nothing."""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from probe.transcribe.keeper import COMES_UP_S, Keeper
from probe.transcribe.model_folder import find_model
from tests.bench import menu
from tests.bench.busy import busy_calls_per_second
from tests.bench.lines import TALK, hold


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
    with words_service() as words:
        for lines in (1, 8, 30):
            held = hold(lines, measured_s=20.0, acts=TALK, words=words)
            print(
                f"{held.lines:3d} lines with words while somebody speaks: {held.pss_mb:.1f} MB per line (target 40), "
                f"words in {held.understood} calls, {held.faults} faults",
                flush=True,
            )
    print(menu.told(menu.measure(60)))


@contextlib.contextmanager
def words_service() -> Iterator[Path]:
    """The socket of a recognising service that is up."""
    model = find_model(None)
    assert model is not None, "pip install 'tongbutong[asr,asr-model]'"
    with Keeper(model) as keeper:
        give_up = time.monotonic() + COMES_UP_S
        while not keeper.socket.exists():
            assert time.monotonic() < give_up, "the recogniser does not come up"
            time.sleep(0.1)
        yield keeper.socket


if __name__ == "__main__":
    main()
