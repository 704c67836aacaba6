"""A made-up district of two months, and its study as text that a person can check: the golden file is made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from probe.analyse.appendix import Dice, Made
from probe.analyse.columns import CAUSE_CODE, DEPTH_UNKNOWN, NOT_VOIDED, PURPOSE_CODE, Columns
from probe.analyse.estimate import Estimate
from probe.analyse.rule import ScoreRule
from probe.analyse.study import LineStudy, Study, UnitStudy, study
from probe.analyse.summary import Summary
from probe.model import Cause, Purpose
from tests.analyse.made import DAY_S, MONDAY, STRATA, ZONE
from tests.records import number

WEEKS = 4
FEBRUARY, MARCH, APRIL = (datetime.fromtimestamp(MONDAY + weeks * 7 * DAY_S, UTC) for weeks in (-WEEKS, 0, WEEKS))
OFFICES = {  # unit → (rate before, now, how it fails) of its lines
    "余杭区人社局": ((0.95, 0.96, Cause.BUSY_TONE), (0.93, 0.94, Cause.RANG_OUT)),
    "余杭区不动产登记服务中心": ((0.92, 0.30, Cause.BUSY_TONE), (0.90, 0.92, Cause.BUSY_TONE)),
    "良渚街道办事处": ((0.40, 0.42, Cause.RANG_OUT),),
    "仓前街道办事处": ((0.35, 0.97, Cause.GREETING),),
    "五常街道办事处": ((0.0, 0.0, Cause.VACANT_NUMBER),),
    "闲林街道办事处": ((0.85, 0.80, Cause.IVR),),
}


def period(seed: int, start: datetime, which: int) -> Columns:
    """Three calls to each line on each weekday; own faults, follow-ups, voided calls and other purposes among them."""
    dice = np.random.default_rng(seed)
    lines = [(unit, line) for unit, of in OFFICES.items() for line in of]
    days = [day for day in range(7 * WEEKS) if day % 7 < 5]
    n = len(lines) * len(days) * len(STRATA)
    line = np.repeat(np.arange(len(lines)), len(days) * len(STRATA))
    day = np.tile(np.repeat(days, len(STRATA)), len(lines))
    stratum = np.tile(np.arange(len(STRATA)), len(lines) * len(days))
    rate, fails = np.array([of[which] for _, of in lines]), np.array([CAUSE_CODE[of[2]] for _, of in lines])
    human = dice.random(n) < rate[line]
    cause = np.where(human, CAUSE_CODE[Cause.HUMAN], fails[line])
    cause[dice.random(n) < 0.02] = CAUSE_CODE[Cause.TRUNK]
    follow_up = dice.random(n) < 0.1
    others = [PURPOSE_CODE[p] for p in (Purpose.QUIET_TIME, Purpose.CANARY, Purpose.RECHECK)]
    purpose = np.where(dice.random(n) < 0.03, dice.choice(others, n), PURPOSE_CODE[Purpose.BASE])
    hours = np.array([0.25, 2.0, 5.0, 7.0])[stratum]
    return Columns(
        at=int(start.timestamp()) + day * DAY_S + (hours * 3600).astype(np.int64) + dice.integers(0, 2400, n),
        number=line,
        cause=cause,
        purpose=np.where(follow_up, PURPOSE_CODE[Purpose.FOLLOW_UP], purpose),
        attempt=np.where(follow_up, 2, 1),
        stratum=stratum,
        voided=np.where(dice.random(n) < 0.02, 0, NOT_VOIDED),
        pdd_s=dice.gamma(4, 0.3, n).round(1),
        ring_s=np.where(human, dice.gamma(3, 3, n), 45.0).round(1),
        answered_s=np.full(n, np.nan),
        queue_s=np.full(n, np.nan),
        depth=np.full(n, DEPTH_UNKNOWN),
        numbers=tuple(number(i, unit=unit) for i, (unit, _) in enumerate(lines)),
        strata=STRATA,
        reasons=("health.no_canary",),
    )


def month(now: Columns | None = None, before: Columns | None = None, **options: object) -> Study:
    """March against February."""
    return study(
        period(2, MARCH, 1) if now is None else now,
        period(1, FEBRUARY, 0) if before is None else before,
        since=MARCH,
        until=APRIL,
        before_since=FEBRUARY,
        timezone=ZONE,
        rule=ScoreRule(),
        made=Made(version="0.0.0+test", rules={"0.0.0+test": 1}, dice=(Dice(period="2026-03", commitment="c0"),)),
        draw_seed=20260302,
        **options,  # type: ignore[arg-type]  # options are checked by the tests that give them
    )


def told(of: Study) -> str:
    """Every figure of a study as text."""
    return "\n".join(_lines(of)) + "\n"


def _lines(of: Study) -> Iterator[str]:
    yield f"all: {_change(of)}"
    yield from _summary(of.total)
    for unit in of.units:
        yield f"\n{unit.name}: {_change(unit)}"
        yield f"  standing {_plain(unit.standing)}"
        yield from _summary(unit.summary)
        for line in unit.lines:
            yield f"  {line.number.number}: connect {_rate(line.summary.connect)}; {_change(line)}; moved {line.moved}"
            yield f"    standing {_plain(line.standing)}; causes {_counts(line.summary.causes)}"
    yield "\nsheet"
    for row in of.sheet:
        yield f"  {row.unit}: points {_plain(row.points)} grade {row.grade} ({row.grade_low} to {row.grade_high})"
        yield f"    rank {_plain(row.rank)} flagged {row.flagged}"
    yield "\nhours (Monday is 0)"
    yield from (f"  {cell.weekday} {cell.hour:2}: {_rate(cell.connect)}" for cell in of.matrix)
    yield "\nweeks"
    yield from (f"  {step.first}: {_rate(step.connect)}" for step in of.weeks)
    yield f"\ndays: {len(of.days)}, canaries: {of.canaries}"
    yield f"units: {_plain(of.appendix.units)}"
    yield f"lines: {_plain(of.appendix.lines)}"
    yield f"lines before: {_plain(of.appendix.lines_before)}"


def _summary(of: Summary) -> Iterator[str]:
    yield f"  calls {of.calls}: counted {of.counted}, follow-ups {of.follow_ups}, aside {_counts(of.aside)},"
    yield f"    inconclusive {_counts(of.inconclusive)}, voided {_counts(of.voided)}; {of.days} days, {of.lines} lines"
    yield f"  connect {_rate(of.connect)}"
    yield f"  prompt {_rate(of.prompt)}, unknown {of.prompt_unknown}"
    yield f"  reached {_rate(of.reached)}, unfinished {of.unfinished}"
    yield f"  unclear {_rate(of.unclear)}"
    yield from (f"  {result} {_rate(rate)}" for result, rate in of.results.items() if rate.hits)
    yield f"  pdd {_plain(of.pdd)}"
    yield f"  ring {_plain(of.ring)}"
    spots = {spot: n for spot, n in of.spot.numbers.items() if n}
    yield f"  spot {_counts(spots)}, valid {of.spot.valid.hits}/{of.spot.valid.n}"


def _rate(of: Estimate) -> str:
    if of.share is None:
        return "-"
    return f"{of.hits}/{of.n} = {of.share:.4f} [{of.low:.4f}, {of.high:.4f}] worth {of.effective_n:.1f}"


def _change(of: Study | UnitStudy | LineStudy) -> str:
    return f"change {_plain(of.change)}"


def _counts(of: Mapping[Any, int]) -> str:
    return " ".join(f"{name} {n}" for name, n in of.items()) or "none"


def _plain(of: object) -> str:
    """A struct's fields in a line."""
    if of is None:
        return "-"
    fields = ((name, getattr(of, name)) for name in of.__struct_fields__)  # type: ignore[attr-defined]  # a struct
    return " ".join(f"{name} {_value(value)}" for name, value in fields)


def _value(of: object) -> str:
    if isinstance(of, float):
        return f"{of:.4f}"
    return f"({_plain(of)})" if hasattr(of, "__struct_fields__") else str(of)
