"""Is it our own trunk? Asked before any office is blamed. Pure: the calls of the last minutes in, a judgement out.

A trunk is doubtful when its last calls blame it, or when several unrelated offices fail together more than chance
allows. Then a number of our own, the canary, decides: it answers, so the trunk carries calls; or it does not, and every
failure that began with the doubt is void. Without a canary a doubt counts as a fault: whom we cannot tell from
ourselves we do not blame.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import comb

from probe.model import Because, Blame, Call, Cause, Fact, Outcome, Purpose, Verdict, ring_s

WINDOW = timedelta(minutes=10)  # failing together means: within this
CONSECUTIVE = 3  # calls that blame our trunk, one after the other, to as many units
TOGETHER = 4  # units that fail together, at least
CHANCE = 0.002  # that so many fail together although nothing is wrong
LEAST_USUAL = 0.2  # share of failures that is taken for usual, at least: few calls say little
RANG_S = 10.0  # of ringing: the call has got through to somebody
OURS = {Blame.TRUNK, Blame.NETWORK}


class State(StrEnum):
    WELL = "well"
    DOUBTFUL = "doubtful"  # dial the canary, and hold everything else
    DOWN = "down"


class Health(Fact, frozen=True, kw_only=True):
    """What is thought of a trunk at a moment. `void` are the calls that shall count for nothing."""

    state: State
    because: tuple[Because, ...] = ()
    void: tuple[str, ...] = ()
    since: datetime | None = None  # the first failure that belongs to it


def health(calls: Iterable[Call], now: datetime, *, usual: float, has_canary: bool) -> Health:
    """The state of one trunk, from its calls (in any order; older ones than WINDOW do not matter).

    `usual` is the share of calls over this trunk that fail on an ordinary day.
    """
    recent = sorted(
        (call for call in calls if now - WINDOW <= call.record.trace.started_at <= now),
        key=lambda call: call.record.trace.started_at,
    )
    offices = [call for call in recent if call.record.order.purpose is not Purpose.CANARY]
    canaries = [call for call in recent if call.record.order.purpose is Purpose.CANARY]
    failing = _failing(offices, usual)
    if failing is None:
        return Health(state=State.WELL)
    calls_failing, because = failing
    since = calls_failing[0].record.trace.started_at
    asked = [call for call in canaries if call.record.trace.started_at >= since]
    if asked and carried(asked[-1].record.verdict):
        return Health(state=State.WELL)
    if has_canary and not asked:
        return Health(state=State.DOUBTFUL, because=(because,), since=since)
    told = Because(key="health.canary_failed" if asked else "health.no_canary")
    void = tuple(call.record.order.call_id for call in calls_failing)
    return Health(state=State.DOWN, because=(because, told), void=void, since=since)


def carried(verdict: Verdict) -> bool:
    """Whether a call shows that the trunk carries calls: somebody or something picked up."""
    return verdict.outcome in (Outcome.ANSWERED, Outcome.VOICEMAIL)


def failed(call: Call) -> bool:
    """Whether a call came to nothing in a way in which our own trunk could have had a hand."""
    verdict = call.record.verdict
    if verdict.outcome is Outcome.INCONCLUSIVE:
        return verdict.blame in OURS
    if verdict.cause is Cause.RANG_OUT and (ring_s(call.record.trace) or 0.0) >= RANG_S:
        return False
    return not carried(verdict)


def usual_share(failures: int, n: int) -> float:
    """The share of calls that fail on ordinary days, for `health`: never below LEAST_USUAL."""
    return max(LEAST_USUAL, failures / n if n else 0.0)


def chance(failures: int, n: int, share: float) -> float:
    """P(at least so many of n fail) when each fails with probability `share`, independently: the binomial tail."""
    return sum(comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(failures, n + 1))


def _failing(calls: Sequence[Call], usual: float) -> tuple[list[Call], Because] | None:
    """The calls that give rise to doubt, and why; None when there is no doubt."""
    last = calls[-CONSECUTIVE:]
    if len(last) == CONSECUTIVE and all(call.record.verdict.blame is Blame.TRUNK for call in last):
        ours = [call for call in calls if call.record.verdict.blame is Blame.TRUNK]
        return ours, Because(key="health.trunk_blamed", values={"n": CONSECUTIVE})
    while calls and not failed(calls[0]):
        calls = calls[1:]  # what went well before the first failure says nothing of the time since
    by_unit = {call.number.unit: call for call in calls}  # each unit's last: a unit that fails thrice fails once
    bad = [call for call in by_unit.values() if failed(call)]
    if len(bad) < TOGETHER or chance(len(bad), len(by_unit), usual) > CHANCE:
        return None
    told = Because(key="health.failing_together", values={"n": len(bad), "of": len(by_unit), "minutes": 10})
    return [call for call in calls if failed(call)], told
