"""What figures are made of, read as columns: a month of two thousand lines in a second, and never the JSON of all
calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import ColumnElement, Integer, Select, case, extract, func, or_, select

from probe.analyse.appendix import Dice
from probe.analyse.columns import (
    CAUSE_CODE,
    CAUSE_LIST,
    DEPTH_UNKNOWN,
    NOT_VOIDED,
    PURPOSE_CODE,
    Columns,
    Ints,
    menu_depth,
    queue_s,
)
from probe.model import Because, Cause, Purpose, Trace
from probe.store import rows
from probe.store.part import Part
from probe.store.tables import calls, numbers, planned_days, seeds, voids

CHUNK = 20_000  # rows in memory as Python objects
DIRECT = "direct"  # the scenario that presses no keys

_trace = msgspec.json.Decoder(Trace)
_because = msgspec.json.Decoder(Because)
_purposes = {purpose.value: code for purpose, code in PURPOSE_CODE.items()} | {None: PURPOSE_CODE[Purpose.MANUAL]}


class Facts(Part):
    """Figures of calls, of all units or of one unit or number."""

    def read(self, since: datetime, until: datetime, *, unit: str | None = None, number: str | None = None) -> Columns:
        """The recorded calls begun in [since, until), as columns."""
        with self._reads() as connection:
            known = connection.execute(_numbers(unit, number)).all()
            facts = tuple(rows.number_of(row.facts) for row in known)
            menus = [row.id for row, fact in zip(known, facts, strict=True) if fact.scenario != DIRECT]
            reader = _Reader({row.id: index for index, row in enumerate(known)})
            query = _calls(menus).where(*_where(since, until, unit, number))
            with connection.execute(query.execution_options(yield_per=CHUNK)) as result:
                for chunk in result.partitions():
                    reader.add(chunk)
        arrays = {name: np.concatenate([chunk[name] for chunk in reader.chunks]) for name in reader.chunks[0]}
        return Columns(numbers=facts, strata=tuple(reader.strata), reasons=tuple(reader.reasons), **arrays)

    def rules(
        self, since: datetime, until: datetime, *, unit: str | None = None, number: str | None = None
    ) -> dict[str, int]:
        """Which rules made the verdicts of these calls → how many; "" where that was not kept."""
        name = func.coalesce(calls.c.rules, "")
        query = select(name, func.count()).where(*_where(since, until, unit, number)).group_by(name).order_by(name)
        with self._reads() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def dice(self, first: date, last: date) -> tuple[Dice, ...]:
        """The seeds of the days from `first` to `last` that were planned; one that is not revealed yet stays secret."""
        used = select(planned_days.c.period).where(planned_days.c.day.between(first.isoformat(), last.isoformat()))
        query = select(seeds).where(seeds.c.period.in_(used)).order_by(seeds.c.period)
        with self._reads() as connection:
            return tuple(
                Dice(
                    period=row.period,
                    commitment=row.commitment,
                    seed=None if row.revealed_at is None else row.seed,
                )
                for row in connection.execute(query)
            )


class _Reader:
    """Rows become arrays, a chunk at a time. Texts that recur become codes, in the order in which they are met."""

    def __init__(self, place: dict[int, int]) -> None:
        self.strata: dict[str, int] = {}
        self.reasons: dict[str, int] = {}
        self._place = place
        self._reason_of: dict[str | None, int] = {None: NOT_VOIDED}
        self.chunks = [self._arrays(((),) * 11)]

    def add(self, chunk: Sequence[Any]) -> None:
        self.chunks.append(self._arrays(tuple(zip(*chunk, strict=True))))

    def _arrays(self, read: tuple[tuple[Any, ...], ...]) -> dict[str, Any]:
        at, number, cause, purpose, attempt, stratum, pdd, ring, answered, void, trace = read
        n = len(at)

        def coded(values: Iterable[Any], code: Callable[[Any], int], kind: type) -> Ints:
            return np.fromiter(map(code, values), kind, n)

        arrays = {
            "at": coded(at, int, np.int64),
            "number": coded(number, self._place.__getitem__, np.int32),
            "cause": coded(cause, CAUSE_CODE.__getitem__, np.int8),
            "purpose": coded(purpose, _purposes.__getitem__, np.int8),
            "attempt": coded(attempt, int, np.int16),
            "stratum": coded(stratum, self._stratum, np.int16),
            "voided": coded(void, self._reason, np.int16),
            "pdd_s": np.array(pdd, dtype=np.float64),
            "ring_s": np.array(ring, dtype=np.float64),
            "answered_s": np.array(answered, dtype=np.float64),
            "queue_s": np.full(n, np.nan),
            "depth": np.full(n, DEPTH_UNKNOWN, dtype=np.int16),
        }
        for index, text in enumerate(trace):
            if text is not None:
                known = _trace.decode(text)
                waited, depth = queue_s(known, CAUSE_LIST[arrays["cause"][index]]), menu_depth(known)
                arrays["queue_s"][index] = np.nan if waited is None else waited
                arrays["depth"][index] = DEPTH_UNKNOWN if depth is None else depth
        return arrays

    def _stratum(self, name: str) -> int:
        return self.strata.setdefault(name, len(self.strata))

    def _reason(self, text: str | None) -> int:
        code = self._reason_of.get(text)
        if code is None and text is not None:
            code = self._reason_of[text] = self.reasons.setdefault(_because.decode(text).key, len(self.reasons))
        return NOT_VOIDED if code is None else code


def _calls(menus: list[int]) -> Select[Any]:
    """The columns of `_Reader`. A trace is read only where it tells what no column does: queues, and keys pressed."""
    traced = or_(calls.c.cause == Cause.QUEUE.value, calls.c.number_id.in_(menus))
    return select(
        extract("epoch", calls.c.started_at),
        calls.c.number_id,
        calls.c.cause,
        calls.c.purpose,
        func.coalesce(calls.c.attempt, 1, type_=Integer),
        func.coalesce(calls.c.stratum, ""),
        calls.c.pdd_s,
        calls.c.ring_s,
        calls.c.answered_s,
        voids.c.reason_json,
        case((traced, calls.c.trace_json), else_=None),
    ).outerjoin(voids, voids.c.call_id == calls.c.call_id)


def _numbers(unit: str | None, number: str | None) -> Select[Any]:
    """Versions of the directory's facts, oldest first."""
    query = select(numbers.c.id, numbers.c.facts).order_by(numbers.c.id)
    if unit is not None:
        query = query.where(numbers.c.unit == rows.plain(unit))
    return query if number is None else query.where(numbers.c.number == number)


def _where(since: datetime, until: datetime, unit: str | None, number: str | None) -> list[ColumnElement[bool]]:
    where = [calls.c.started_at >= since, calls.c.started_at < until, calls.c.recorded_at.is_not(None)]
    if unit is not None or number is not None:
        chosen = _numbers(unit, number).order_by(None).with_only_columns(numbers.c.id)
        where.append(calls.c.number_id.in_(chosen))
    return where
