"""Is it our own trunk? Asked before any office is blamed. Pure: the calls of the last half hour in, a judgement out.

A trunk is doubtful when its last calls blame it, when another trunk says otherwise of the same numbers, when so many
unrelated units in a row came to nothing that chance would hardly have it, when it no longer answers OPTIONS, or when
nothing has got through it yet today. Then a number of our own, the canary, decides: it answers, so the trunk carries
calls; or it does not, and every failure of the run is void. Without a canary a doubt counts as a fault: whom we cannot
tell from ourselves we do not blame. One call that gets through ends every doubt.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil, log

from probe.model import Because, Blame, Call, Cause, Fact, Origin, Outcome, Purpose, Verdict, ring_s

WINDOW = timedelta(minutes=30)  # failing together means: within this
MEMORY = timedelta(hours=12)  # what a trunk is blamed for one after the other may come so slowly
CONSECUTIVE = 3  # units whose calls blame our trunk, since the last call that got through
TOGETHER = 4  # units that fail one after the other, at least
FEW_TOGETHER = 3  # where chance would have it so seldom even then, because there are few calls in a day
AGAIN = timedelta(minutes=30)  # what another way says of the same number within this is held against what was said
FALSE_PER_DAY = 0.1  # doubts that chance alone may raise
LEAST_USUAL = 0.2  # share of failures that is taken for usual, at least: few calls say little
MOST_USUAL = 0.6  # at more, no run within the window could be told from chance
RANG_S = 10.0  # of ringing: the call has got through to somebody
OURS = {Blame.TRUNK, Blame.NETWORK}
OUR_FAULTS = {Cause.TRUNK, Cause.OWN_LINE, Cause.DIAL_PLAN}
RANDOM = {Purpose.BASE, Purpose.MANUAL}
FEW_CALLS = 12.0  # over a trunk in a day
PASSING = {Cause.POWERED_OFF, Cause.NO_COVERAGE}  # of a number that may be reached minutes later


class State(StrEnum):
    WELL = "well"
    DOUBTFUL = "doubtful"  # dial the canary, and hold everything else
    DOWN = "down"


class Health(Fact, frozen=True, kw_only=True):
    """What is thought of a trunk at a moment. `void` are the calls that shall count for nothing."""

    state: State
    because: tuple[Because, ...] = ()
    void: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()  # calls of our own number that failed
    since: datetime | None = None  # the first failure that belongs to it
    silent: bool = False  # it answers no OPTIONS
    alone: bool = False  # nothing speaks against it but that our own number did not answer: that may be at fault itself


class Usual(Fact, frozen=True, kw_only=True):
    """An ordinary day: the share of calls that come to nothing, and how many calls there are."""

    share: float = LEAST_USUAL
    calls: float = 100.0

    @property
    def run(self) -> int:
        """How many failures in a row are no chance: they would come FALSE_PER_DAY times a day, at every call of it."""
        enough = ceil(log(FALSE_PER_DAY / max(self.calls, 1.0)) / log(self.share))
        return max(FEW_TOGETHER if self.calls <= FEW_CALLS else TOGETHER, enough)


def health(
    calls: Iterable[Call],
    now: datetime,
    *,
    usual: Usual,
    has_canary: bool,
    lost: datetime | None = None,
    otherwise: Collection[str] = (),
    proved: bool = True,
) -> Health:
    """The state of one trunk, from its calls (in any order): those of the last WINDOW, and all since the last that got
    through, as far back as MEMORY.

    `lost`: since when it answers no OPTIONS, None while it does or nobody knows. `otherwise`: call ids of which another
    way said otherwise. `proved`: whether anything has got through today; it matters only where there is a canary.
    """
    run = since_success(calls, now)
    offices = [call for call in run if call.record.order.purpose is not Purpose.CANARY]
    canaries = [call for call in run if call.record.order.purpose is Purpose.CANARY]
    because, spoilt = _doubt(offices, now, usual, otherwise)
    silent = because is None and lost is not None and not any(_shows_it_well(call, lost) for call in calls)
    if silent:
        because, spoilt = Because(key="health.no_options"), offices
    if because is None:
        return _by_the_canary_alone(offices, canaries, has_canary and not proved, now)
    since = min([call.record.trace.started_at for call in spoilt] + ([lost] if silent and lost else []), default=now)
    asked = [call for call in canaries if call.record.trace.started_at >= since]
    if has_canary and not asked:
        return Health(state=State.DOUBTFUL, because=(because,), since=since, silent=silent)
    told = Because(key="health.canary_failed" if asked else "health.no_canary")
    return Health(
        state=State.DOWN, because=(because, told), void=_ids(spoilt), asked=_ids(asked), since=since, silent=silent
    )


def since_success(calls: Iterable[Call], now: datetime) -> tuple[Call, ...]:
    """The calls that failed since the last that got through (our own number's included), in order."""
    run: list[Call] = []
    for call in sorted(calls, key=lambda call: call.record.trace.started_at, reverse=True):
        if not now - MEMORY <= call.record.trace.started_at <= now:
            continue
        is_canary = call.record.order.purpose is Purpose.CANARY
        if carried(call.record.verdict) if is_canary else got_through(call):
            break
        if is_canary or failed(call):
            run.append(call)
    return tuple(reversed(run))


def contradicted(calls: Iterable[Call]) -> dict[str, Call]:
    """Of calls over all trunks: those that failed while another way got through to the same number soon after, with the
    call that did. One call that was busy is no contradiction yet (somebody may have hung up); several are."""
    found: dict[str, Call] = {}
    every = sorted(calls, key=lambda call: call.record.trace.started_at)
    for place, call in enumerate(every):
        if failed(call):
            later = (other for other in every[place + 1 :] if _other_way(call, other) and got_through(other))
            if (other := next(later, None)) is not None:
                found[call.record.order.call_id] = other
    return found


def elsewhere(way: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two ways (trunk, caller ID) differ. An empty caller ID is one that nobody knows."""
    return way[0] != other[0] or bool(way[1] and other[1] and way[1] != other[1])


def refutes(other: Call, call: Call) -> bool:
    """Whether a call shows that what was said of the number cannot have been so: a dead number does not ring minutes
    later. Then the first call counts for nothing: which of the two is wrong is our own matter."""
    said, heard = call.record.verdict, other.record.verdict
    dead = said.outcome is Outcome.UNREACHABLE and said.cause not in PASSING
    alive = heard.outcome in (Outcome.ANSWERED, Outcome.VOICEMAIL, Outcome.BUSY, Outcome.UNANSWERED)
    return dead and alive and other.voided is None and _other_way(call, other)


def unprotected(units: int, calls: float, *, has_canary: bool, ways: int) -> Because | None:
    """That so few units cannot be told from a fault of our own by failing together; None when they can, or when a
    canary can. `calls` over a trunk in a day; with several `ways` what one says is asked over another."""
    least = Usual(calls=calls).run
    if has_canary or units >= least:
        return None
    key = "health.unprotected" if ways < 2 else "health.half_protected"
    return Because(key=key, values={"units": units, "least": least})


def carried(verdict: Verdict) -> bool:
    """Whether a call shows that the trunk carries calls: somebody or something picked up."""
    return verdict.outcome in (Outcome.ANSWERED, Outcome.VOICEMAIL)


def ours(verdict: Verdict) -> bool:
    """Whether our own trunk, or the network before the office, is to blame by the call's own account."""
    return verdict.outcome is Outcome.INCONCLUSIVE and (verdict.blame in OURS or verdict.cause in OUR_FAULTS)


def deaf(call: Call) -> bool:
    """Whether somebody picked up and not a packet of sound reached us: the way back is broken, most likely ours."""
    trace = call.record.trace
    unsure = call.record.verdict.outcome is Outcome.INCONCLUSIVE
    return unsure and trace.answered_at_s is not None and trace.soundless


def unheard(call: Call) -> bool:
    """Whether nothing at all was heard of the far end: 100 Trying and then silence, or a refusal that may mean
    anything. Of one call that says little; when one unit after the other is like that, the trunk leads nowhere."""
    trace = call.record.trace
    told = any(s.origin is Origin.WIRE and 100 < (s.status or 0) < 300 for s in trace.signals)
    return trace.answered_at_s is None and not told and not call.record.sounds.segments and bool(trace.signals)


def got_through(call: Call) -> bool:
    """Whether a call shows that its trunk was sound: somebody picked up, or it rang for long. A call of which nobody
    is sure neither got through nor failed."""
    return call.record.verdict.outcome is not Outcome.INCONCLUSIVE and not failed(call)


def failed(call: Call) -> bool:
    """Whether a call came to nothing in a way in which our own trunk could have had a hand."""
    verdict = call.record.verdict
    if verdict.outcome is Outcome.INCONCLUSIVE:
        return ours(verdict) or deaf(call) or unheard(call)
    if verdict.cause is Cause.RANG_OUT and (ring_s(call.record.trace, call.record.sounds) or 0.0) >= RANG_S:
        return False
    return not carried(verdict)


def usual_of(failures: int, n: int, days: float) -> Usual:
    """What is usual, from the random calls of some days."""
    return Usual(share=min(MOST_USUAL, max(LEAST_USUAL, failures / n if n else 0.0)), calls=n / days)


def _doubt(
    run: Sequence[Call], now: datetime, usual: Usual, otherwise: Collection[str]
) -> tuple[Because | None, Sequence[Call]]:
    """Why a run of failures gives rise to doubt, and those that are spoilt then; None when it does not.

    Units are counted, for who fails thrice fails once; and of those that fail together random calls only, for the
    others are made because a line failed before.
    """
    blaming = {call.number.unit for call in run if call.record.verdict.cause in OUR_FAULTS or deaf(call)}
    if len(blaming) >= CONSECUTIVE:
        return Because(key="health.trunk_blamed", values={"n": len(blaming)}), run
    denied = [call for call in run if call.record.order.call_id in otherwise]
    units = {call.number.unit for call in denied}
    if len(units) >= CONSECUTIVE or any(_lasting(call) for call in denied):
        return Because(key="health.contradicted", values={"n": len(units)}), run
    lately = [call for call in run if now - WINDOW <= call.record.trace.started_at]
    units = {call.number.unit for call in lately if call.record.order.purpose in RANDOM}
    if len(units) < usual.run:
        return None, ()
    minutes = ceil((lately[-1].record.trace.started_at - lately[0].record.trace.started_at) / timedelta(minutes=1))
    told = Because(key="health.failing_together", values={"n": len(units), "minutes": max(1, minutes)})
    return told, lately


def _by_the_canary_alone(run: Sequence[Call], canaries: Sequence[Call], unproved: bool, now: datetime) -> Health:
    """Nothing speaks against the trunk; has our own number been asked today, and what did it say?"""
    canaries = [call for call in canaries if now - WINDOW <= call.record.trace.started_at]
    if not unproved:
        return Health(state=State.WELL)
    if not canaries:
        return Health(state=State.DOUBTFUL, because=(Because(key="health.not_asked"),), since=now)
    since = min(call.record.trace.started_at for call in (*run, *canaries))
    because = (Because(key="health.canary_alone"),)
    return Health(state=State.DOWN, because=because, void=_ids(run), asked=_ids(canaries), since=since, alone=True)


def _lasting(call: Call) -> bool:
    """What it said cannot have been so a few minutes later: one such contradiction suffices."""
    verdict = call.record.verdict
    return ours(verdict) or deaf(call) or (verdict.outcome is Outcome.UNREACHABLE and verdict.cause not in PASSING)


def _other_way(call: Call, other: Call) -> bool:
    """Whether another call went to the same number soon after, over another trunk or from another caller ID."""
    first, second = call.record.trace, other.record.trace
    soon = timedelta() < second.started_at - first.started_at <= AGAIN
    ways = (first.trunk, first.caller_id), (second.trunk, second.caller_id)
    return soon and elsewhere(*ways) and call.number.number == other.number.number


def _shows_it_well(call: Call, since: datetime) -> bool:
    return call.record.trace.started_at >= since and got_through(call)


def _ids(calls: Iterable[Call]) -> tuple[str, ...]:
    return tuple(call.record.order.call_id for call in calls)
