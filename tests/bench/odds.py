"""`make bench-odds`: how soon a stuck handset is found, at what false alarms, on simulated offices.

    python -m tests.bench.odds            every table of docs/odds.md (about five minutes of CPU)
    python -m tests.bench.odds --quick    the same with far fewer days (about a minute)
    python -m tests.bench.odds --write    also writes probe/data/detection.toml

Deterministic. Thresholds come from a formula and are not tuned; the reference is tuned per row, on other seeds, and
knows the load.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec
import numpy as np

from probe.odds import Policy
from tests.bench import odds_origin, odds_quiet
from tests.bench.odds_bound import frontier, least_calls, least_minutes
from tests.bench.odds_measure import Result, Setting, day_of, measure, without_event
from tests.bench.odds_offices import Habits, rate_for
from tests.bench.odds_programme import Plan
from tests.bench.odds_rules import in_a_row, markov, ours, run_ratio

GAPS = {0.05: 4.0, 0.10: 6.0, 0.32: 7.0, 0.42: 7.0, 0.55: 6.0}  # loads, and the reference's gap, the best of 3 … 8 min
BUDGETS = (0.025, 0.002)
FREE = Plan(per_day=99)  # the reference's calls are not capped
POLICIES = {"standard": Plan(), "standard-4": Plan(base=4, kept=3), "strict": Plan(base=3, per_day=5)}
PUBLISHED, TUNED = 7000, 900  # seeds
TABLE = Path(__file__).parents[2] / "probe" / "data" / "detection.toml"


class Size(NamedTuple):
    """How much is simulated."""

    lines: int
    days: int
    events: int


FULL, QUICK = Size(180, 20, 400), Size(24, 8, 40)


def tuned(setting: Setting, load: float, gap: float) -> tuple[float, float]:
    """The reference's thresholds: the runs of days without an event keep exactly the budgets."""
    tests = [markov(load, gap * 60)] * setting.lines
    rng, die = np.random.default_rng(setting.seed), Random(setting.seed)
    ratios = []
    for told in without_event(setting, rng, die, day_of(setting), tests):
        ends = [i for i, one in enumerate(told.seen) if one.busy and not (told.seen[i + 1 : i + 2] or [one])[0].busy]
        ratios += [run_ratio(told.seen[max(0, i - 80) : i + 1], load) for i in ends]
    ratios.sort(reverse=True)
    days = setting.lines * setting.days
    notice, suspicion = (ratios[int(days * budget)] + 1e-9 for budget in BUDGETS)
    return notice, suspicion


def show(name: str, result: Result) -> None:
    print(
        f"  {name:12} notice {result.notice} | suspected {result.suspicion} | {result.attempts:.1f} calls a day",
        flush=True,
    )


def loads(size: Size, rates: dict[float, float]) -> None:
    print(
        f"\nEach load: {size.lines * size.days} line-days without, {size.events} with an event of 3 h; no cap on calls"
    )
    for load, rate in rates.items():
        print(f"{load:.0%} engaged")
        setting = Setting(rate, FREE, PUBLISHED, size.lines, size.days, size.events)
        notice, suspicion = tuned(setting._replace(seed=TUNED, lines=2 * size.lines), load, GAPS[load])
        show("reference", measure(setting, lambda _, p=load, n=notice, s=suspicion: markov(p, GAPS[p] * 60, n, s)))
        show("ours", measure(setting, lambda line: ours(Policy(), line)))
        few = setting._replace(days=1)
        for name, worth in (("hasty", 2.0), ("sparing", 20.0)):
            show(name, measure(few, lambda line, w=worth: ours(Policy(call_min=w), line)))
        show("5, 8 in a row", measure(setting, lambda _: in_a_row(600.0, 5, 8)))
        bounds = [f"{least_minutes(load, b):.0f} min or {least_calls(load, b)} follow-ups" for b in BUDGETS]
        print(f"  {'bound':12} notice {bounds[0]} | suspected {bounds[1]}")
        for level, budget in zip(("notice", "suspected"), BUDGETS, strict=True):
            print(
                f"  frontier, {level}: "
                + ", ".join(f"{n} in {t:.0f} min" for n, t in frontier(load, budget, 16).items())
            )


def manners(size: Size, rates: dict[float, float]) -> dict[str, list[dict[str, float]]]:
    print(f"\nUnder the manners' caps: {size.lines * size.days // 4} line-days and {size.events} events each")
    table: dict[str, list[dict[str, float]]] = {}
    for name, plan in POLICIES.items():
        print(f"{name}: {plan.per_day} attempts per 24 h, {plan.base} base calls a day, {plan.kept} kept")
        for load, rate in rates.items():
            setting = Setting(rate, plan, PUBLISHED + 1, size.lines // 2, size.days // 2, size.events)
            result = measure(setting, lambda line: ours(Policy(), line))
            show(f"{load:.0%}", result)
            row = {"load": load}
            for level, found in (("notice", result.notice), ("suspected", result.suspicion)):
                row[f"{level}_found"] = round(found.share, 3)
                if found.share:
                    row[f"{level}_min"] = round(found.minutes, 1)
            table.setdefault(name, []).append(row)
    return table


def write(table: dict[str, list[dict[str, float]]]) -> None:
    lines = [
        "# Share of handsets off the hook for 3 h that are found, and the median minutes from the first engaged call.",
        "# Written by `python -m tests.bench.odds --write`; do not edit.",
    ]
    for name, rows in table.items():
        for row in rows:
            lines += ["", f"[[policy.{name}]]", *(f"{key} = {value}" for key, value in row.items())]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def quiet(size: Size) -> None:
    print("\nWith quiet times, at most 16 attempts per 24 h; events last until the next quiet time is over")
    for load in (0.55, 0.75):
        for name, always in (("when engaged", False), ("every day", True)):
            setting = Setting(
                rate_for(load),
                odds_quiet.plan(always=always),
                PUBLISHED + 2,
                size.lines // 2,
                size.days // 2,
                size.events,
            )
            got = odds_quiet.measure(setting)
            print(
                f"  {load:.0%}, quiet calls {name}: {got.share:.0%} suspected, {got.noticed:.0%} noticed; per 1,000 "
                f"line-days {got.false_notices:.1f} false notices, {got.false_suspicions:.1f} false suspicions; "
                f"{got.attempts:.1f} calls a day",
                flush=True,
            )


def origin(size: Size) -> None:
    print("\n25 July 2025, off the hook from 08:50")
    for name, base, per_day, kept in (
        ("16 attempts, 6 base calls", 6, 16, 0),
        ("16 attempts, 4 base calls, 3 kept", 4, 16, 3),
        ("no cap, 6 base calls", 6, 99, 0),
        ("5 attempts, 3 base calls", 3, 5, 0),
    ):
        days = [odds_origin.act(PUBLISHED + i, base=base, per_day=per_day, kept=kept) for i in range(size.events // 2)]
        by_ten, by_eleven, notice, suspected = odds_origin.shares(days)
        print(
            f"  {name}: notice before 10:00 {by_ten:.0%}, suspected before 11:00 {by_eleven:.0%}; "
            f"medians {_clock(notice)} and {_clock(suspected)}",
            flush=True,
        )


def _clock(minute: float) -> str:
    return "never" if minute == float("inf") else f"{8 + int(minute) // 60:02d}:{int(minute) % 60:02d}"


def otherwise(size: Size) -> None:
    """The offices are not as the policy assumes."""
    print(f"\nWhen offices are otherwise, 42 % engaged, no cap: {size.lines * size.days // 4} line-days each")
    for name, habits, surge, history, safety in (
        ("as assumed", Habits(), 0.0, 40, 1.0),
        ("talks 4.5 min", Habits(talk_mean=4.5), 0.0, 40, 1.0),
        ("talks cv 2", Habits(talk_cv=2.0), 0.0, 40, 1.0),
        ("… safety 5", Habits(talk_cv=2.0), 0.0, 40, 5.0),
        ("80 % redial", Habits(redial_share=0.8), 0.0, 40, 1.0),
        ("double days", Habits(), 0.05, 40, 1.0),
        ("a week known", Habits(), 0.0, 5, 1.0),
    ):
        rate = rate_for(0.42, habits)
        setting = Setting(
            rate, FREE, PUBLISHED + 3, size.lines // 2, size.days // 2, size.events // 4, habits, surge, history
        )
        show(name, measure(setting, lambda line, s=safety: ours(Policy(safety=s), line)))


def main() -> None:
    parser = argparse.ArgumentParser(description="How soon a stuck handset is found, and at what false alarms.")
    parser.add_argument("--quick", action="store_true", help="far fewer days")
    parser.add_argument("--write", action="store_true", help="write probe/data/detection.toml")
    arguments = parser.parse_args()
    size = QUICK if arguments.quick else FULL
    began = time.process_time()
    print(f"policy: {msgspec.structs.asdict(Policy())}")
    rates = {load: rate_for(load) for load in GAPS}
    print("callers per minute: " + ", ".join(f"{load:.0%} {rate:.4f}" for load, rate in rates.items()))
    loads(size, rates)
    table = manners(size, rates)
    quiet(size)
    origin(size)
    otherwise(size)
    if arguments.write:
        write(table)
    print(f"\n{time.process_time() - began:.0f} s of CPU")


if __name__ == "__main__":
    main()
