"""The figures of units, lines, or all calls together: every rate with its n and its interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

import numpy as np

from probe.analyse.clock import Clock
from probe.analyse.columns import CAUSE_LIST, DEPTH_UNKNOWN, PURPOSE_LIST, Bools, Columns, Floats, Ints, is_cause
from probe.analyse.estimate import Estimate, Estimates, estimates, weights_of
from probe.analyse.heaps import Heap, asked
from probe.analyse.rate import ENOUGH_CALLS, ENOUGH_DAYS
from probe.analyse.reached import reuse, starts
from probe.analyse.spot import Spot, SpotCheck, spot_codes
from probe.analyse.times import Times, times
from probe.model import CAUSES, Cause, Fact, Outcome, Purpose

Name = TypeVar("Name")
PROMPT_S = 15.0  # GB/T 33358-2016: answered within 15 s of alerting


class Result(StrEnum):
    """What counted calls came to; each is in exactly one."""

    PERSON = "person"
    MENU = "menu"  # a menu, and no person
    QUEUE = "queue"
    NO_TALK = "no_talk"  # answered by a fax machine, in silence, or hung up at once
    VOICEMAIL = "voicemail"
    UNANSWERED = "unanswered"
    BUSY = "busy"
    DEAD = "dead"  # the number itself is dead


CAUSES_OF: dict[Result, tuple[Cause, ...]] = {
    Result.PERSON: (Cause.HUMAN,),
    Result.MENU: (Cause.IVR,),
    Result.QUEUE: (Cause.QUEUE,),
    Result.NO_TALK: (Cause.FAX, Cause.SILENT, Cause.DROPPED),
    Result.VOICEMAIL: CAUSES[Outcome.VOICEMAIL],
    Result.UNANSWERED: CAUSES[Outcome.UNANSWERED],
    Result.BUSY: CAUSES[Outcome.BUSY],
    Result.DEAD: CAUSES[Outcome.UNREACHABLE],
}


class Summary(Fact, frozen=True, kw_only=True):
    """What some calls come to. `calls` = `connect.n` + `follow_ups` + the sums of `aside`, `inconclusive` and `voided`;
    but when weighted, `connect.n` counts only calls in strata with a weight, and `counted` all."""

    calls: int
    counted: int
    follow_ups: int
    aside: dict[Purpose, int]
    inconclusive: dict[Cause, int]
    voided: dict[str, int]  # key of the reason
    days: int  # local days with a counted call
    lines: int  # numbers with a counted call
    connect: Estimate  # 接通率: a person answered
    prompt: Estimate  # a person answered within 15 s of alerting
    prompt_unknown: int  # a person answered, but when it began to ring was never signalled: not in `prompt`
    reached: Estimate  # within three tries on different half-days
    unfinished: int  # half-days from which three tries could not be followed
    results: dict[Result, Estimate]
    causes: dict[Cause, int]
    unclear: Estimate  # inconclusive, of the first attempts that were not voided
    pdd: Times  # post-dial delay of counted calls
    ring: Times  # from alerting to a person's answer
    queue: Times  # in a queue, at least
    depth: Times  # menu choices made
    spot: SpotCheck

    @property
    def enough(self) -> bool:
        """Whether there are enough calls for a judgement; if not: 样本不足."""
        return self.counted >= ENOUGH_CALLS and self.days >= ENOUGH_DAYS


def summaries(
    columns: Columns,
    clock: Clock,
    heap: Ints,
    over: frozenset[Purpose],
    group_of_line: Ints,
    groups: int,
    *,
    weights: Mapping[str, float] | None = None,
) -> tuple[Summary, ...]:
    """The figures of each group of lines. `group_of_line[columns.line]` is a call's group, 0 … groups-1.

    `weights` are what each stratum stands for, by name; with them, every rate but `reached` is weighted.
    """
    group = group_of_line[columns.line]
    shares = None if weights is None else weights_of(columns.strata, weights)

    def rate(hit: Bools, of: Bools) -> Estimates:
        stratum = columns.stratum[of]
        return estimates(hit[of], group[of], groups, clock.day[of], stratum=stratum, weights=shares)

    counted = heap == Heap.COUNTED
    human = is_cause(columns, (Cause.HUMAN,))
    soon, unknown = _prompt(columns, human)
    first = asked(columns, heap, over)
    results = {result: rate(is_cause(columns, causes), counted) for result, causes in CAUSES_OF.items()}
    prompt, unclear = rate(soon, counted & ~unknown), rate(heap == Heap.INCONCLUSIVE, first)
    tried = starts(columns.at[counted], columns.line[counted], clock.half[counted], human[counted])
    begun = group_of_line[tried.line]
    reached = estimates(tried.reached, begun, groups, tried.day, floor=reuse(tried, begun, groups))

    def of(which: Bools) -> list[int]:
        return _counts(group[which], groups)

    def waits(value: Floats, which: Bools) -> tuple[Times, ...]:
        return times(value[which], group[which], groups)

    calls, kept, follow_ups = of(heap >= 0), of(counted), of(heap == Heap.FOLLOW_UP)
    unheard, unfinished = of(counted & unknown), _counts(group_of_line[tried.unfinished], groups)
    days = _distinct(group[counted], clock.day[counted], groups)
    lines = _distinct(group[counted], columns.line[counted], groups)
    aside = _table(group, columns.purpose, heap == Heap.ASIDE, groups, PURPOSE_LIST)
    inconclusive = _table(group, columns.cause, heap == Heap.INCONCLUSIVE, groups, CAUSE_LIST)
    voided = _table(group, columns.voided, heap == Heap.VOIDED, groups, columns.reasons)
    causes = _table(group, columns.cause, counted, groups, CAUSE_LIST)
    pdd, ring = waits(columns.pdd_s, counted), waits(columns.ring_s, counted & human)
    queue = waits(columns.queue_s, counted)
    depth = waits(columns.depth.astype(np.float64), counted & (columns.depth != DEPTH_UNKNOWN))
    spots = list(_spots(columns, heap, group_of_line, groups))
    return tuple(
        Summary(
            calls=calls[g],
            counted=kept[g],
            follow_ups=follow_ups[g],
            aside=aside[g],
            inconclusive=inconclusive[g],
            voided=voided[g],
            days=days[g],
            lines=lines[g],
            connect=results[Result.PERSON][g],
            prompt=prompt[g],
            prompt_unknown=unheard[g],
            reached=reached[g],
            unfinished=unfinished[g],
            results={result: found[g] for result, found in results.items()},
            causes=causes[g],
            unclear=unclear[g],
            pdd=pdd[g],
            ring=ring[g],
            queue=queue[g],
            depth=depth[g],
            spot=spots[g],
        )
        for g in range(groups)
    )


def _prompt(columns: Columns, human: Bools) -> tuple[Bools, Bools]:
    """Answered by a person within 15 s of alerting; and whether that is unknown, because alerting was never signalled.

    Alerting cannot begin before the call: who answers within 15 s of the INVITE has answered within 15 s of alerting.
    """
    silent = np.isnan(columns.ring_s)
    with np.errstate(invalid="ignore"):
        soon = human & np.where(silent, columns.answered_s <= PROMPT_S, columns.ring_s <= PROMPT_S)
    return soon, human & silent & ~soon


def _counts(group: Ints, groups: int) -> list[int]:
    return [int(n) for n in np.bincount(group, minlength=groups)]


def _distinct(group: Ints, value: Ints, groups: int) -> list[int]:
    """How many different values each group has."""
    if not len(group):
        return [0] * groups
    low = int(value.min())
    span = int(value.max()) - low + 1
    pairs = np.unique(group.astype(np.int64) * span + (value - low))
    return _counts(pairs // span, groups)


def _table(group: Ints, code: Ints, which: Bools, groups: int, names: tuple[Name, ...]) -> list[dict[Name, int]]:
    """Each group's counts by name, most frequent first."""
    k = max(len(names), 1)
    cells = np.bincount(group[which].astype(np.int64) * k + code[which], minlength=groups * k).reshape(groups, k)
    order = np.argsort(-cells, axis=1, kind="stable")
    counts = np.take_along_axis(cells, order, axis=1)
    return [
        {names[code]: n for code, n in zip(codes, row, strict=True) if n}
        for codes, row in zip(order.tolist(), counts.tolist(), strict=True)
    ]


def _spots(columns: Columns, heap: Ints, group_of_line: Ints, groups: int) -> Iterator[SpotCheck]:
    clear = (heap == Heap.COUNTED) | (heap == Heap.FOLLOW_UP)
    found = spot_codes(columns.line[clear], len(columns.lines), columns.cause[clear])
    tables: list[dict[Spot, int]] = [dict.fromkeys(Spot, 0) for _ in range(groups)]
    for spot, group in zip(found, group_of_line.tolist(), strict=True):
        if spot is not None:
            tables[group][spot] += 1
    return (SpotCheck(numbers=table) for table in tables)
