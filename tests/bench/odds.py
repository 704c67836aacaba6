"""`make bench-odds`: how soon a stuck handset is found, at what false alarms, on simulated offices.

    python -m tests.bench.odds            every table of docs/odds.md, as it stands there (about half an hour of CPU)
    python -m tests.bench.odds --quick    the same with far fewer days (about two minutes)
    python -m tests.bench.odds --only origin quiet
    python -m tests.bench.odds --write    also writes probe/data/detection.toml

Deterministic. Thresholds come from a formula and are not tuned; the reference is tuned per row, on other seeds, and
knows the load.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from multiprocessing import Pool
from multiprocessing.pool import Pool as Workers
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec
import numpy as np

from probe.odds import Policy
from tests.bench import odds_origin, odds_quiet
from tests.bench.odds_aim import aim
from tests.bench.odds_bound import frontier, least_calls, least_minutes
from tests.bench.odds_false import false_alarms
from tests.bench.odds_measure import Result, Setting, day_of, measure, without_event
from tests.bench.odds_offices import Habits, rate_for
from tests.bench.odds_programme import UNCAPPED, Plan
from tests.bench.odds_rules import in_a_row, markov, ours, run_ratio, told

GAPS = {0.05: 4.0, 0.10: 6.0, 0.32: 7.0, 0.42: 7.0, 0.55: 6.0}  # loads, and the reference's gap, the best of 3 … 8 min
BUDGETS = (0.025, 0.002)
FREE = Plan(per_day=UNCAPPED, answered=UNCAPPED)  # the reference's calls are not capped
POLICIES = {"standard": Plan(base=3), "standard-6": Plan(), "strict": Plan(base=3, per_day=5)}
PRICES = {"hasty": 2.0, "ours": Policy().call_min, "sparing": 15.0, "frugal": 17.0}  # minutes that a follow-up is worth
PUBLISHED, TUNED = 7000, 900  # seeds
TABLE = Path(__file__).parents[2] / "probe" / "data" / "detection.toml"


class Size(NamedTuple):
    """How much is simulated."""

    lines: int
    days: int
    events: int


FULL, QUICK = Size(120, 20, 300), Size(24, 8, 40)


def tuned(setting: Setting, load: float, gap: float) -> tuple[float, float]:
    """The reference's thresholds: the runs of days without an event keep exactly the budgets."""
    tests = [markov(load, gap * 60)] * setting.lines
    rng, die = np.random.default_rng(setting.seed), Random(setting.seed)
    ratios = []
    for one in without_event(setting, rng, die, day_of(setting), tests):
        ends = [i for i, call in enumerate(one.seen) if call.busy and not (one.seen[i + 1 : i + 2] or [call])[0].busy]
        ratios += [run_ratio(one.seen[max(0, i - 80) : i + 1], load) for i in ends]
    ratios.sort(reverse=True)
    days = setting.lines * setting.days
    notice, suspicion = (ratios[int(days * budget)] + 1e-9 for budget in BUDGETS)
    return notice, suspicion


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def head(*names: str) -> None:
    row(*names)
    print("|" + "---|" * len(names))


def one_test(size: Size, load: float, name: str) -> Result:
    """One test on lines of one load."""
    setting = Setting(rate_for(load), FREE, PUBLISHED, size.lines, size.days, size.events)
    if name == "reference":
        notice, suspicion = tuned(setting._replace(seed=TUNED, lines=2 * size.lines), load, GAPS[load])
        return measure(setting, lambda _: markov(load, GAPS[load] * 60, notice, suspicion))
    if name == "in a row":
        return measure(setting, lambda _: in_a_row(600.0, 5, 8))
    price, _, is_told = name.partition(", ")
    policy = Policy(call_min=PRICES[price])
    if is_told:
        return measure(setting._replace(days=1), lambda _: told(load, policy))
    days = setting if price == "ours" else setting._replace(days=size.days // 4)
    return measure(days, lambda line: ours(policy, line))


def loads(size: Size, workers: Workers) -> None:
    print(f"\n## How well\n\n{size.lines * size.days} line-days without, {size.events} with an event of 3 h; no cap\n")
    names = ["reference", *(f"{price}{told}" for price in PRICES for told in ("", ", told")), "in a row"]
    asked = [(size, load, name) for load in sorted(GAPS, reverse=True) for name in names]  # the slow ones first
    results = dict(zip(asked, workers.starmap(one_test, asked, 1), strict=True))
    every = {load: {name: results[size, load, name] for name in names} for load in GAPS}
    titles = ("false", "found", "min", "follow-ups")
    head("load", "test", *(f"notice: {t}" if t == "false" else t for t in titles), "suspected: false", *titles[1:])
    for load, made in every.items():
        for name, result in made.items():
            told_days = not name.endswith("told")
            cells = [c for level in (result.notice, result.suspicion) for c in level.cells(told_days)]
            row(f"{load:.0%}", f"**{name}**" if name == "ours" else name, *cells)
        least = [("", "", f"{least_minutes(load, b):.0f}", f"or {least_calls(load, b)}") for b in BUDGETS]
        row(f"{load:.0%}", "bound", *least[0], *least[1])
    print("\nThe frontier at equal gaps, false alarms on the budget\n")
    head("load", "notice", "suspected")
    for load in every:
        row(f"{load:.0%}", *(_spans(frontier(load, budget, 16)) for budget in BUDGETS))
    print("\nThe aim\n")
    head("load", "level", "set against", *PRICES, "told", "reached by", "the best")
    for cells in aim(every, tuple(PRICES)):
        row(*cells)


def _spans(frontier: dict[int, float]) -> str:
    """Where another call gains a minute."""
    told: dict[str, int] = {}
    for calls, minutes in frontier.items():
        told.setdefault(f"{minutes:.0f}", calls)
    return ", ".join(f"{calls} in {minutes} min" for minutes, calls in told.items())


def manner(size: Size, name: str, load: float) -> Result:
    setting = Setting(rate_for(load), POLICIES[name], PUBLISHED + 1, size.lines // 2, size.days // 2, size.events)
    return measure(setting, lambda line: ours(Policy(), line))


def manners(size: Size, workers: Workers) -> dict[str, list[dict[str, float]]]:
    print(f"\n## Manners\n\n{size.lines * size.days // 4} line-days and {size.events} events each\n")
    head(
        *("policy", "load", "notice found", "min", "suspected found", "min", "false notices, suspicions", "calls a day")
    )
    table: dict[str, list[dict[str, float]]] = {}
    asked = [(size, name, load) for name in POLICIES for load in GAPS]
    for (_, name, load), result in zip(asked, workers.starmap(manner, asked, 1), strict=True):
        plan, (notice, suspicion, attempts) = POLICIES[name], result
        row(
            f"`{name}`: {plan.per_day} attempts, {plan.base} base calls",
            f"{load:.0%}",
            *(*notice.cells()[1:3], *suspicion.cells()[1:3]),
            f"{notice.false:.1f}, {suspicion.false:.1f}",
            f"{attempts:.1f}",
        )
        measured = {"load": load}
        for level, found in (("notice", notice), ("suspected", suspicion)):
            measured[f"{level}_found"] = round(found.share, 3)
            if found.share:
                measured[f"{level}_min"] = round(found.minutes, 1)
        table.setdefault(name, []).append(measured)
    return table


def write(table: dict[str, list[dict[str, float]]]) -> None:
    lines = [
        "# Share of handsets off the hook for 3 h that are found, and the median minutes from the first engaged call.",
        "# Written by `python -m tests.bench.odds --write`; do not edit.",
    ]
    for name, rows in table.items():
        for measured in rows:
            lines += ["", f"[[policy.{name}]]", *(f"{key} = {value}" for key, value in measured.items())]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def one_quiet(size: Size, load: float, base: int, always: bool) -> odds_quiet.Quiet:
    plan = odds_quiet.plan(base=base, always=always)
    setting = Setting(rate_for(load), plan, PUBLISHED + 2, size.lines // 2, size.days // 2, size.events)
    return odds_quiet.measure(setting)


def quiet(size: Size, workers: Workers) -> None:
    print("\n## Quiet times\n")
    head(
        "load, base calls, quiet-time calls",
        "suspected by the end of the next quiet time",
        "noticed",
        "false notices, suspicions",
        "calls a day",
    )
    asked = [(size, load, *how) for load in (0.55, 0.75) for how in ((3, False), (3, True), (6, True))]
    for (_, load, base, always), got in zip(asked, workers.starmap(one_quiet, asked, 1), strict=True):
        row(
            f"{load:.0%}, {base}, {'every day' if always else 'when engaged'}",
            f"**{got.share:.0%}**",
            f"{got.noticed:.0%}",
            f"{got.false_notices:.1f}, {got.false_suspicions:.1f}",
            f"{got.attempts:.1f}",
        )


def mornings(n: int, base: int, per_day: int, before: int) -> tuple[float, float, float, float]:
    days = [odds_origin.act(PUBLISHED + i, base=base, per_day=per_day, before=before) for i in range(n)]
    return odds_origin.shares(days)


def origin(size: Size, workers: Workers) -> None:
    print(f"\n## 25 July 2025\n\n{size.events // 2} seeds\n")
    head("manners", "notice before 10:00", "suspected before 11:00", "medians")
    asked = {
        f"{per_day} attempts, {base} base calls{'' if before else ', nothing spent on the day before'}": (
            *(size.events // 2, base, per_day, before),
        )
        for per_day, base, before in (
            *((16, 3, 4), (16, 4, 4), (16, 6, 4), (16, 3, 0), (16, 6, 0)),
            *((UNCAPPED, 3, 4), (UNCAPPED, 6, 4), (5, 3, 4)),
        )
    }
    got = workers.starmap(mornings, asked.values(), 1)
    for name, (by_ten, by_eleven, notice, suspected) in zip(asked, got, strict=True):
        named = name.replace(f"{UNCAPPED} attempts", "no cap")
        row(named, f"{by_ten:.0%}", f"{by_eleven:.0%}", f"{_clock(notice)} and {_clock(suspected)}")


def _clock(minute: float) -> str:
    return "never" if minute == float("inf") else f"{8 + int(minute) // 60:02d}:{int(minute) % 60:02d}"


USUAL = Policy().safety
OTHERWISE = {
    "as assumed": (Habits(), 0.0, 40, USUAL),
    "talks 4.5 min": (Habits(talk_mean=4.5), 0.0, 40, USUAL),
    "talks cv 2": (Habits(talk_cv=2.0), 0.0, 40, USUAL),
    "… safety 5": (Habits(talk_cv=2.0), 0.0, 40, 5.0),
    "80 % redial": (Habits(redial_share=0.8), 0.0, 40, USUAL),
    "double days": (Habits(), 0.05, 40, USUAL),
    "a week known": (Habits(), 0.0, 5, USUAL),
}


def other(size: Size, name: str) -> Result:
    habits, surge, history, safety = OTHERWISE[name]
    setting = Setting(
        *(rate_for(0.42, habits), FREE, PUBLISHED + 3, size.lines // 2, size.days // 2, size.events // 4),
        *(habits, surge, history),
    )
    return measure(setting, lambda line: ours(Policy(safety=safety), line))


def otherwise(size: Size, workers: Workers) -> None:
    """The offices are not as the policy assumes."""
    print(f"\n## When offices are otherwise\n\n42 % engaged, no cap: {size.lines * size.days // 4} line-days each\n")
    head("offices", "notice: false", "found", "min", "suspected: false", "found", "min")
    for name, result in zip(OTHERWISE, workers.map(partial(other, size), OTHERWISE, 1), strict=True):
        row(name, *result.notice.cells()[:3], *result.suspicion.cells()[:3])


def one_false(size: Size, load: float, name: str) -> list[tuple[float, float]]:
    setting = Setting(rate_for(load), FREE, PUBLISHED + 4, 2 * size.lines, size.days)
    if name == "ours":
        return false_alarms(setting, load, lambda line: ours(Policy(), line))
    notice, suspicion = tuned(setting._replace(seed=TUNED), load, GAPS[load])
    return false_alarms(setting, load, lambda _: markov(load, GAPS[load] * 60, notice, suspicion))


def false(size: Size, workers: Workers) -> None:
    print(f"\n## False alarms, finely\n\nper 1,000 line-days, no cap; {2 * size.lines} lines\n")
    names = ("ours", "reference")
    head("load", *(f"{name}: {level}" for name in names for level in ("notices", "suspicions")))
    asked = [(size, load, name) for load in GAPS for name in names]
    results = dict(zip(asked, workers.starmap(one_false, asked, 1), strict=True))
    for load in GAPS:
        levels = [(digits, *results[size, load, name][digits - 1]) for name in names for digits in (1, 2)]
        row(f"{load:.0%}", *(f"{mean:.{digits}f} ± {error:.{digits}f}" for digits, mean, error in levels))


Section = Callable[[Size, Workers], dict[str, list[dict[str, float]]] | None]
SECTIONS: dict[str, Section] = {
    "loads": loads,
    "false": false,
    "manners": manners,
    "quiet": quiet,
    "origin": origin,
    "otherwise": otherwise,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="How soon a stuck handset is found, and at what false alarms.")
    parser.add_argument("--quick", action="store_true", help="far fewer days")
    parser.add_argument("--only", choices=SECTIONS, nargs="+", default=list(SECTIONS), help="some of the tables")
    parser.add_argument("--write", action="store_true", help="write probe/data/detection.toml")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    arguments = parser.parse_args()
    size = QUICK if arguments.quick else FULL
    began = time.perf_counter()
    print(f"policy: {msgspec.structs.asdict(Policy())}")
    with Pool(arguments.jobs) as workers:
        for name in arguments.only:
            table = SECTIONS[name](size, workers)
            if table is not None and arguments.write:
                write(table)
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
