"""How long a report's figures take, and how much memory, over a year of a million calls: `python -m
tests.bench.reports`.

The year is made up once (2,000 numbers of 200 units, real rows with real JSON, about 3 GB) and kept in the temporary
folder. Each figure is measured in a process of its own, with the page cache as it is."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from probe.analyse.appendix import Made
from probe.analyse.columns import CAUSE_LIST
from probe.analyse.rule import ScoreRule
from probe.analyse.study import study
from probe.model import OUTCOME_OF, Cause, Kind, Purpose, Segment, Sounds
from probe.plan.strata import NAMES
from probe.store import Store, rows
from reports.forms import FORMS
from tests.bench.report_forms import monthly, page_of_unit
from tests.records import call, number

ZONE = "Asia/Shanghai"
FIRST_DAY = datetime(2025, 12, 31, 16, tzinfo=UTC)  # 1 January 2026 in Shanghai
MARCH = datetime(2026, 2, 28, 16, tzinfo=UTC), datetime(2026, 3, 31, 16, tzinfo=UTC)
FEBRUARY = datetime(2026, 1, 31, 16, tzinfo=UTC)
FAILURES = (
    (Cause.BUSY_TONE, 0.30),
    (Cause.BUSY_ANNOUNCEMENT, 0.10),
    (Cause.RANG_OUT, 0.28),
    (Cause.GREETING, 0.08),
    (Cause.IVR, 0.08),
    (Cause.QUEUE, 0.06),
    (Cause.VACANT_NUMBER, 0.04),
    (Cause.DROPPED, 0.02),
    (Cause.TRUNK, 0.02),
    (Cause.UNSURE, 0.02),
)
COLUMNS = (
    "call_id, position, number_id, owner, claimed_at, lease_until, recorded_at, recovered, started_at, "
    "outcome, cause, blame, confidence, order_json, verdict_json, trace_json, sounds_json, checks_json, rules, "
    "purpose, attempt, stratum, pdd_s, ring_s"
)


def templates() -> dict[Cause, tuple[object, ...]]:
    """The columns of a record that do not depend on its moment: outcome to checks, as the store writes them."""
    segments = tuple(
        Segment(kind=Kind.SPEECH, start_s=s, end_s=s + 0.8, level_dbfs=-22.5) for s in map(float, range(10))
    )
    sounds = Sounds(segments=segments, until_s=11.0)
    made = {}
    for cause in Cause:
        record = msgspec.structs.replace(call(cause).record, sounds=sounds)
        found = rows.recorded(record, FIRST_DAY, recovered=False)
        order = rows.json(record.order)
        made[cause] = (
            OUTCOME_OF[cause].value,
            cause.value,
            record.verdict.blame.value,
            record.verdict.confidence,
            order,
            found["verdict_json"],
            found["trace_json"],
            found["sounds_json"],
            found["checks_json"],
            found["rules"],
        )
    return made


def year(calls: int, numbers: int, dice: np.random.Generator) -> Iterator[list[tuple[object, ...]]]:
    """Rows of each working day."""
    days = [day for day in range(365) if (FIRST_DAY + timedelta(days=day, hours=12)).weekday() < 5]
    per_day, made = calls // len(days) + 1, templates()
    rate = np.repeat(dice.beta(18, 2, size=numbers // 10), 10)  # of units, ten lines each
    rate = np.clip(rate + dice.normal(0, 0.05, numbers), 0.02, 0.99)
    kinds, chances = zip(*FAILURES, strict=True)
    codes = np.array([CAUSE_LIST.index(kind) for kind in kinds])
    left = calls
    for day in days:
        n = min(per_day, left)
        left -= n
        line = dice.permutation(np.resize(np.arange(numbers), n))
        answered = dice.random(n) < (rate * np.where(dice.random(numbers) < 0.01, 0.1, 1.0))[line]
        cause = np.where(answered, CAUSE_LIST.index(Cause.HUMAN), codes[dice.choice(len(codes), n, p=chances)])
        stratum = dice.integers(0, 6, n)
        minute = np.array([30, 80, 130, 300, 360, 420])[stratum] + dice.random(n) * 50
        purpose = dice.choice([Purpose.BASE, Purpose.FOLLOW_UP, Purpose.QUIET_TIME], n, p=[0.8, 0.18, 0.02]).tolist()
        ring, pdd = dice.gamma(3, 2.5, n).round(2).tolist(), dice.gamma(4, 0.3, n).round(2).tolist()
        begin = FIRST_DAY + timedelta(days=day, hours=8, minutes=30)
        batch = []
        for i in range(n):
            at = f"{begin + timedelta(minutes=float(minute[i])):%Y-%m-%d %H:%M:%S.%f}"
            one = made[CAUSE_LIST[cause[i]]]
            attempt = 2 if purpose[i] == Purpose.FOLLOW_UP else 1
            key = f"{day:03}{i:06}-{purpose[i]}"
            batch.append(
                (
                    *(key, i, int(line[i]) + 1, "bench", at, at, at, False, at),
                    *one,
                    *(purpose[i], attempt, NAMES[stratum[i]], pdd[i], ring[i]),
                )
            )
        yield batch


def database(calls: int, numbers: int, folder: Path) -> Path:
    """The file, made when it is not there."""
    file = folder / f"tongbutong-bench-{calls}-{numbers}.sqlite3"
    if file.exists():
        return file
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    with Store.open(f"sqlite:///{part}") as store:
        store.import_numbers((number(i, unit=f"单位{i // 10:03}") for i in range(numbers)), FIRST_DAY)
    connection = sqlite3.connect(part, isolation_level=None)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    marks = ", ".join("?" * len(COLUMNS.split(",")))
    connection.execute("BEGIN")
    for batch in year(calls, numbers, np.random.default_rng(7)):
        connection.executemany(f"INSERT INTO calls ({COLUMNS}) VALUES ({marks})", batch)
        voided = [(row[0], row[4], '{"key":"health.no_canary"}') for row in batch[::200]]
        connection.executemany("INSERT INTO voids VALUES (?, ?, ?)", voided)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    part.rename(file)
    return file


def month(file: Path, unit: str | None = None) -> int:
    """The figures of March against February; how many calls they are made of."""
    with Store.open(f"sqlite:///{file}") as store:
        now = store.facts.read(*MARCH, unit=unit)
        before = store.facts.read(FEBRUARY, MARCH[0], unit=unit)
        made = Made(version="bench", rules=store.facts.rules(*MARCH, unit=unit), dice=())
    found = study(
        now,
        before,
        since=MARCH[0],
        until=MARCH[1],
        before_since=FEBRUARY,
        timezone=ZONE,
        rule=ScoreRule(),
        made=made,
        draw_seed=1,
    )
    assert found.total.calls == len(now)
    return len(now) + len(before)


def whole_year(file: Path) -> int:
    """The columns of the year."""
    with Store.open(f"sqlite:///{file}") as store:
        return len(store.facts.read(FIRST_DAY, FIRST_DAY + timedelta(days=366)))


def measured(what: str, file: Path) -> dict[str, float]:
    """Run one of them in this process, and say what it took."""
    began = time.perf_counter()
    if what == "page of a unit":
        return {"calls": 0, "peak_mb": 0, **page_of_unit(file)}
    run = {"month": month, "unit": lambda f: month(f, "单位007"), "year": whole_year}
    run |= {f"report{form}": partial(monthly, form=form) for form in FORMS}
    calls = run[what](file)
    use = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "calls": calls,
        "wall_s": time.perf_counter() - began,
        "cpu_s": use.ru_utime + use.ru_stime,
        "peak_mb": use.ru_maxrss / 1024,
    }


def main() -> None:
    """Print one line for each figure; it judges nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--numbers", type=int, default=2_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--only", help=argparse.SUPPRESS)
    given = parser.parse_args()
    file = database(given.calls, given.numbers, given.folder)
    if given.only:
        print(json.dumps(measured(given.only, file)))
        return
    print(f"{file}: {file.stat().st_size / 1e9:.1f} GB, {os.cpu_count()} cores")
    figures = (("month", "15 s, 600 MB with rendering"), ("unit", "1 s"), ("year", "no aim"))
    forms = tuple((f"report{form}", "15 s, 600 MB; bytes, not calls") for form in FORMS)
    for what, aim in (*figures, *forms, ("page of a unit", "1 s, warm; bytes, not calls")):
        command = [sys.executable, "-m", "tests.bench.reports", "--only", what, "--calls", str(given.calls)]
        command += ["--numbers", str(given.numbers), "--folder", str(given.folder)]
        took = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(
            f"{what}: {took['calls']:.0f} calls, {took['wall_s']:.2f} s, CPU {took['cpu_s']:.2f} s with start-up, "
            f"peak {took['peak_mb']:.0f} MB (aim {aim})",
            flush=True,
        )


if __name__ == "__main__":
    main()
