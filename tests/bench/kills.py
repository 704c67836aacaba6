"""SIGKILL at random moments, to a line or to the whole program, while rounds are dialled.

Afterwards every call that was claimed must be accounted for, and the practice exchange must have seen no number twice
in one round. `make bench-kills` does 200 (`python -m tests.bench.kills --kills 20 --seed 7` fewer); the moments and the
victims follow from the seed, the exact interleaving from the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
import yaml

from probe.exchange import running
from probe.model import Cause
from probe.settings.schema import STORE_FILE
from probe.store import Store
from tests.practice import settings

BUSY = [{"wait": 0.3}, {"reply": "486 Busy Here", "reason": "Q.850;cause=17"}]
CLERK = [{"ring": 0.5}, "answer", {"play": "human-1-zf_xiaoyi"}, {"wait": 4}, "hang_up"]


@dataclass
class Tally:
    """What the kills did and what was found afterwards."""

    kills: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    ordered: int = 0
    recorded: int = 0
    recovered: int = 0
    dialled: int = 0
    unaccounted: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.unaccounted and not self.twice


def district(numbers: int) -> dict[str, object]:
    """Many small offices: most are busy at once, every fifth has a clerk who takes some seconds."""
    return {
        "offices": [
            {
                "unit": f"练习单位{i}",
                "department": "值班室",
                "service": "咨询",
                "number": f"8725{i:04d}",
                "behaviour": "kill practice",
                "story": {"zh": "练习", "en": "practice"},
                "acts": CLERK if i % 5 == 0 else BUSY,
                "expect": {"outcome": "answered", "cause": "human"}
                if i % 5 == 0
                else {"outcome": "busy", "cause": "busy_signal"},
            }
            for i in range(numbers)
        ]
    }


def run(kills: int, seed: int, numbers: int, folder: Path) -> Tally:
    """Kill so many times, then finish the last round and hold the books against the exchange's log."""
    dice = random.Random(seed)
    tally = Tally()
    book, log = folder / "district.yaml", folder / "exchange.jsonl"
    book.write_text(yaml.safe_dump(district(numbers), allow_unicode=True, sort_keys=False), encoding="utf-8")
    with running(book, log=log) as address:
        (folder / "probe.toml").write_text(settings(address, lines=8, calls_per_second=20), encoding="utf-8")
        rows = [f"练习单位{i},0571-8725{i:04d}" for i in range(numbers)]
        (folder / "numbers.csv").write_text("\n".join(["单位,号码", *rows]), encoding="utf-8")
        subprocess.run([*PROBE, "numbers", "import", "numbers.csv"], cwd=folder, check=True, capture_output=True)
        resume = False
        while sum(tally.kills.values()) < kills:
            resume = one_life(dice, tally, folder, log, resume=resume, kill=True)
        if resume:
            one_life(dice, tally, folder, log, resume=True, kill=False)
        close_round(tally, folder, log)
    return tally


PROBE = [sys.executable, "-m", "probe"]


def one_life(dice: random.Random, tally: Tally, folder: Path, log: Path, *, resume: bool, kill: bool) -> bool:
    """Run the program until it is killed or done; kill a line now and then. True when the round is unfinished."""
    if not resume:
        close_round(tally, folder, log)
        tally.rounds += 1
    words = [*PROBE, "round", "--json", "--resume" if resume else "--new"]
    with (folder / "stderr.txt").open("ab") as errors, (folder / "out.jsonl").open("ab") as out:
        program = subprocess.Popen(words, cwd=folder, stdout=out, stderr=errors)
        while program.poll() is None and not unfinished(folder):
            time.sleep(0.02)  # there is no round yet
        while kill and program.poll() is None:
            try:
                program.wait(dice.uniform(0.2, 1.5))
            except subprocess.TimeoutExpired:
                victims = lines_of(program.pid)
                if dice.random() < 0.5 or not victims:
                    program.kill()
                    tally.kills["program"] += 1
                else:
                    os.kill(dice.choice(victims), signal.SIGKILL)
                    tally.kills["line"] += 1
        code = program.wait()
    while lines_left(folder):
        time.sleep(0.05)
    if code not in (0, 10, -signal.SIGKILL):
        raise SystemExit(f"probe round ended with {code}: {(folder / 'stderr.txt').read_text()[-2000:]}")
    return code == -signal.SIGKILL and bool(unfinished(folder))


def unfinished(folder: Path) -> tuple[str, ...]:
    """The rounds that are open: none before one has begun, nor after it is over."""
    with Store.open(f"sqlite:///{folder / 'data' / STORE_FILE}") as store:
        return store.open_rounds()


def lines_of(pid: int) -> list[int]:
    """The line processes of a program."""
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def lines_left(folder: Path) -> int:
    """Lines of a killed program that have not left yet: they must, by themselves, within seconds."""
    return sum(
        "probe.dial.line" in (process.info["cmdline"] or []) and process.info["cwd"] == str(folder)
        for process in psutil.process_iter(["cmdline", "cwd"])
    )


def close_round(tally: Tally, folder: Path, log: Path) -> None:
    """Hold what the store knows of the round that has just ended against what the exchange saw of it."""
    if tally.rounds == 0:
        return
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    seen = Counter(f"+86571{entry['number']}" for entry in entries if entry["event"] == "invite")
    log.write_text("", encoding="utf-8")
    with Store.open(f"sqlite:///{folder / 'data' / STORE_FILE}") as store:
        ordered = {number.number for number in store.numbers()}
        everything = list(store.records(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)))
    latest = max(call.record.order.call_id.rpartition("-")[0] for call in everything)
    calls = [call.record for call in everything if call.record.order.call_id.startswith(latest)]
    recorded = Counter(record.order.number for record in calls)
    tally.ordered += len(ordered)
    tally.recorded += len(calls)
    tally.recovered += sum(record.verdict.cause is Cause.ROBOT for record in calls)
    tally.dialled += seen.total()
    tally.unaccounted += sorted((ordered - set(recorded)) | (set(seen) - set(recorded))) + list(unfinished(folder))
    tally.twice += sorted({n for n, times in seen.items() if times > 1})
    tally.twice += sorted(n for n, times in recorded.items() if times > 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20250725)
    parser.add_argument("--numbers", type=int, default=400)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tongbutong-kills-") as folder:
        tally = run(chosen.kills, chosen.seed, chosen.numbers, Path(folder))
    print(json.dumps({k: v if not isinstance(v, Counter) else dict(v) for k, v in vars(tally).items()}, indent=2))
    sys.exit(0 if tally.clean else 1)


if __name__ == "__main__":
    main()
