"""`make bench-fuzz`: thousands of spoilt responses, requests and packets against real lines (tests/fuzz).

    python -m tests.bench.fuzz [--calls N] [--seed N] [--lines N] [--only N]

Exit code 1 when a call was lost, a line hung, or a verdict is not what the call deserves. A line that an assertion
inside PJSIP ended ("died") costs its call, which says so, and no other.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
from pathlib import Path

from tests.fuzz.run import fuzz


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    ask.add_argument("--calls", type=int, default=1000)
    ask.add_argument("--seed", type=int, default=4475)
    ask.add_argument("--lines", type=int, default=16)
    ask.add_argument("--only", type=int, help="this call alone, to look into it")
    ask.add_argument("--show", default="", help="name the calls with this verdict, as answered/silent/office")
    wanted = ask.parse_args()
    logging.basicConfig(format="%(message)s")
    with tempfile.TemporaryDirectory(prefix="tongbutong-fuzz-") as folder:
        tally = asyncio.run(fuzz(wanted.calls, wanted.seed, wanted.lines, Path(folder), only=wanted.only))
    print(
        f"{tally.records} of {tally.calls} calls recorded in {tally.seconds:.0f} s, the slowest {tally.slowest_s:.1f} s"
    )
    print("spoilt: " + ", ".join(f"{n} {what}" for what, n in sorted(tally.spoilt.items())))
    for said, calls in sorted(tally.verdicts.items(), key=lambda item: -len(item[1])):
        print(f"  {len(calls):5d} {said}" + (f": {', '.join(calls)}" if said == wanted.show else ""))
    for what in ("died", "hung", "wrong", "faults"):
        found = getattr(tally, what)
        print(f"{what}: {len(found)}")
        for line in found:
            print(f"  {line}")
    sys.exit(1 if tally.hung or tally.wrong or tally.faults or tally.records != tally.calls else 0)


if __name__ == "__main__":
    main()
