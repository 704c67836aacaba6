"""Is it our own trunk? Asked before any office is blamed. Pure: the calls of the last half hour in, a judgement out.

A trunk is doubtful when its last calls blame it, or when so many unrelated units in a row came to nothing that chance
would hardly have it. Then a number of our own, the canary, decides: it answers, so the trunk carries calls; or it does
not, and every failure of the run is void. Without a canary a doubt counts as a fault: whom we cannot tell from
ourselves we do not blame. One call that gets through ends every doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil, log

from probe.model import Because, Blame, Call, Cause, Fact, Outcome, Purpose, Verdict, ring_s

WINDOW = timedelta(minutes=30)  # failing together means: within this
CONSECUTIVE = 3  # units whose calls blame our trunk, since the last call that got through
TOGETHER = 4  # units that fail one after the other, at least
FALSE_PER_DAY = 0.1  # doubts that chance alone may raise
LEAST_USUAL = 0.2  # share of failures that is taken for usual, at least: few calls say little
MOST_USUAL = 0.6  # at more, no run within the window could be told from chance
RANG_S = 10.0  # of ringing: the call has got through to somebody
OURS = {Blame.TRUNK, Blame.NETWORK}
OUR_FAULTS = {Cause.TRUNK, Cause.OWN_LINE, Cause.DIAL_PLAN}
RANDOM = {Purpose.BASE, Purpose.MANUAL}


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


class Usual(Fact, frozen=True, kw_only=True):
    """An ordinary day: the share of calls that come to nothing, and how many calls there are."""

    share: float = LEAST_USUAL
    calls: float = 100.0

    @property
    def run(self) -> int:
        """How many failures in a row are no chance: they would come FALSE_PER_DAY times a day, at every call of it."""
        return max(TOGETHER, ceil(log(FALSE_PER_DAY / max(self.calls, 1.0)) / log(self.share)))


def health(calls: Iterable[Call], now: datetime, *, usual: Usual, has_canary: bool) -> Health:
    """The state of one trunk, from its calls (in any order; older ones than WINDOW do not matter)."""
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
        return verdict.blame in OURS or verdict.cause in OUR_FAULTS
    if verdict.cause is Cause.RANG_OUT and (ring_s(call.record.trace) or 0.0) >= RANG_S:
        return False
    return not carried(verdict)


def usual_of(failures: int, n: int, days: float) -> Usual:
    """What is usual, from the random calls of some days."""
    return Usual(share=min(MOST_USUAL, max(LEAST_USUAL, failures / n if n else 0.0)), calls=n / days)


def _failing(calls: Sequence[Call], usual: Usual) -> tuple[list[Call], Because] | None:
    """The calls that give rise to doubt, and why; None when there is no doubt. They are all since the last that did not
    fail; only random ones are counted, for the others are made because a line failed before."""
    run: list[Call] = []
    for call in reversed(calls):
        if not failed(call):
            break
        run.insert(0, call)
    blaming = {call.number.unit for call in run if call.record.verdict.cause in OUR_FAULTS}
    if len(blaming) >= CONSECUTIVE:
        return run, Because(key="health.trunk_blamed", values={"n": len(blaming)})
    units = {call.number.unit for call in run if call.record.order.purpose in RANDOM}  # who fails thrice fails once
    if len(units) < usual.run:
        return None
    minutes = ceil((run[-1].record.trace.started_at - run[0].record.trace.started_at) / timedelta(minutes=1))
    told = Because(key="health.failing_together", values={"n": len(units), "minutes": max(1, minutes)})
    return run, told
