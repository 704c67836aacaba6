"""Which calls count. Every call is in exactly one heap, and every heap is told (telephony.md §7)."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from probe.analyse.calls import RATED
from probe.analyse.columns import NOT_VOIDED, PURPOSE_CODE, Bools, Columns, Ints, is_cause
from probe.model import UNTOLD, Call, Purpose


class Heap(IntEnum):
    """What a call is to a rate."""

    COUNTED = 0  # a first attempt with a clear outcome: all rates are over these
    FOLLOW_UP = 1  # confirms a first attempt, and never replaces it
    ASIDE = 2  # at a quiet time, of the trunk's health, after an incident: no sample of the office's day
    INCONCLUSIVE = 3  # our trunk, the network, the robot, or honestly unsure: held against nobody
    VOIDED = 4  # made while our own trunk or the network was at fault, whatever it seemed to be


def rated(columns: Columns) -> frozenset[Purpose]:
    """Which purposes are in the rates: the random programme alone, where there is one.

    A call by hand is dialled when somebody feels like it, often because a line is in trouble, so it is no fair
    sample; it is counted only where nothing else is (a round of calls without a programme)."""
    has_programme = bool(np.any(columns.purpose == PURPOSE_CODE[Purpose.BASE]))
    return frozenset({Purpose.BASE}) if has_programme else RATED


def heaps(columns: Columns, over: frozenset[Purpose]) -> Ints:
    """The heap of each call; `over` are the purposes whose first attempts are in the rates."""
    heap = np.full(len(columns), Heap.COUNTED, dtype=np.int8)
    heap[(columns.attempt > 1) | (columns.purpose == PURPOSE_CODE[Purpose.FOLLOW_UP])] = Heap.FOLLOW_UP
    heap[is_cause(columns, UNTOLD)] = Heap.INCONCLUSIVE
    heap[columns.voided != NOT_VOIDED] = Heap.VOIDED
    office = [PURPOSE_CODE[purpose] for purpose in {*over, Purpose.FOLLOW_UP}]
    heap[~np.isin(columns.purpose, office)] = Heap.ASIDE
    return heap


def heap_of(call: Call, over: frozenset[Purpose]) -> Heap:
    """The heap of one whole call, as `heaps` has it."""
    order = call.record.order
    if order.purpose not in over and order.purpose is not Purpose.FOLLOW_UP:
        return Heap.ASIDE
    if call.voided is not None:
        return Heap.VOIDED
    if call.record.verdict.cause in UNTOLD:
        return Heap.INCONCLUSIVE
    return Heap.FOLLOW_UP if order.attempt > 1 or order.purpose is Purpose.FOLLOW_UP else Heap.COUNTED


def asked(columns: Columns, heap: Ints, over: frozenset[Purpose]) -> Bools:
    """First attempts of the rates that were not voided, clear outcome or not: how often was there no verdict?"""
    first = (columns.attempt == 1) & np.isin(columns.purpose, [PURPOSE_CODE[purpose] for purpose in over])
    asked_of: Bools = first & ((heap == Heap.COUNTED) | (heap == Heap.INCONCLUSIVE))
    return asked_of
