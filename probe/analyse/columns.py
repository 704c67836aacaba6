"""Calls as columns: what figures need of each call, in arrays. A million calls are 50 MB."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probe.model import Call, Cause, Number, Purpose, Trace, post_dial_delay_s, ring_s

Ints = NDArray[np.signedinteger[Any]]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CAUSE_LIST = tuple(Cause)
PURPOSE_LIST = tuple(Purpose)
CAUSE_CODE = {cause: code for code, cause in enumerate(CAUSE_LIST)}
PURPOSE_CODE = {purpose: code for code, purpose in enumerate(PURPOSE_LIST)}
NOT_VOIDED = -1
DEPTH_UNKNOWN = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """Recorded calls, one place in each array; the order does not matter. Codes point into the tuples."""

    at: Ints  # seconds since 1970, UTC
    number: Ints  # → numbers
    cause: Ints  # → CAUSE_LIST
    purpose: Ints  # → PURPOSE_LIST
    attempt: Ints
    stratum: Ints  # → strata
    voided: Ints  # → reasons; NOT_VOIDED
    pdd_s: Floats  # NaN: unknown
    ring_s: Floats  # NaN: nothing says that it alerted
    answered_s: Floats  # after the INVITE; NaN: not
    queue_s: Floats  # NaN: no queue, or unknown
    depth: Ints  # menu choices made; DEPTH_UNKNOWN
    numbers: tuple[Number, ...]  # versions of the directory's facts, in order of time; one number may have several
    strata: tuple[str, ...]
    reasons: tuple[str, ...]  # keys of why calls were voided

    def __len__(self) -> int:
        return len(self.at)

    @cached_property
    def units(self) -> tuple[str, ...]:
        """The names of the units, sorted."""
        return tuple(sorted({number.unit for number in self.numbers}))

    @cached_property
    def lines(self) -> tuple[Number, ...]:
        """One for each unit and number, sorted by them, with the facts of the newest version."""
        newest = {(number.unit, number.number): number for number in self.numbers}
        return tuple(newest[key] for key in sorted(newest))

    @cached_property
    def unit_of_line(self) -> Ints:
        """For each of `lines`: → units."""
        code = {name: index for index, name in enumerate(self.units)}
        return np.array([code[line.unit] for line in self.lines], dtype=np.int32)

    @cached_property
    def line(self) -> Ints:
        """For each call: → lines."""
        code = {(line.unit, line.number): index for index, line in enumerate(self.lines)}
        of_number = np.array([code[number.unit, number.number] for number in self.numbers], dtype=np.int32)
        return of_number[self.number] if len(self.numbers) else np.empty(0, np.int32)

    @cached_property
    def unit(self) -> Ints:
        """For each call: → units."""
        return self.unit_of_line[self.line] if len(self.numbers) else np.empty(0, np.int32)

    def only(self, which: Bools) -> Columns:
        """The calls for which `which` is true, with the same codes."""
        return Columns(
            at=self.at[which],
            number=self.number[which],
            cause=self.cause[which],
            purpose=self.purpose[which],
            attempt=self.attempt[which],
            stratum=self.stratum[which],
            voided=self.voided[which],
            pdd_s=self.pdd_s[which],
            ring_s=self.ring_s[which],
            answered_s=self.answered_s[which],
            queue_s=self.queue_s[which],
            depth=self.depth[which],
            numbers=self.numbers,
            strata=self.strata,
            reasons=self.reasons,
        )


def is_cause(columns: Columns, causes: Iterable[Cause]) -> Bools:
    """Which calls ended in one of these causes."""
    return np.isin(columns.cause, [CAUSE_CODE[cause] for cause in causes])


def queue_s(trace: Trace, cause: Cause) -> float | None:
    """How long a caller was kept in a queue, at least: from the answer to the end. The robot does not wait for its
    end."""
    if cause is not Cause.QUEUE or trace.answered_at_s is None or trace.ended_at_s is None:
        return None
    return max(0.0, trace.ended_at_s - trace.answered_at_s)


def menu_depth(trace: Trace) -> int | None:
    """How many choices the robot made in menus; None when it made none, because then nothing is known of them."""
    return sum((signal.sent or "").startswith("DTMF") for signal in trace.signals) or None


def columns_of(calls: Sequence[Call]) -> Columns:
    """Whole calls as columns."""
    versions = {call.number: None for call in sorted(calls, key=lambda call: call.record.trace.started_at)}
    number_code = {number: code for code, number in enumerate(versions)}
    strata = sorted({call.record.order.stratum for call in calls})
    reasons = sorted({call.voided.key for call in calls if call.voided is not None})
    records = [call.record for call in calls]
    depths = [menu_depth(record.trace) for record in records]
    return Columns(
        at=np.array([int(r.trace.started_at.timestamp() // 1) for r in records], dtype=np.int64),
        number=np.array([number_code[call.number] for call in calls], dtype=np.int32),
        cause=np.array([CAUSE_CODE[r.verdict.cause] for r in records], dtype=np.int8),
        purpose=np.array([PURPOSE_CODE[r.order.purpose] for r in records], dtype=np.int8),
        attempt=np.array([r.order.attempt for r in records], dtype=np.int16),
        stratum=np.array([strata.index(r.order.stratum) for r in records], dtype=np.int16),
        voided=np.array([NOT_VOIDED if c.voided is None else reasons.index(c.voided.key) for c in calls], np.int16),
        pdd_s=_floats(post_dial_delay_s(r.trace) for r in records),
        ring_s=_floats(ring_s(r.trace, r.sounds) for r in records),
        answered_s=_floats(r.trace.answered_at_s for r in records),
        queue_s=_floats(queue_s(r.trace, r.verdict.cause) for r in records),
        depth=np.array([DEPTH_UNKNOWN if depth is None else depth for depth in depths], dtype=np.int16),
        numbers=tuple(number_code),
        strata=tuple(strata),
        reasons=tuple(reasons),
    )


def _floats(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
