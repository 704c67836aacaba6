"""The office's records beside the robot's calls, hour by hour: what agrees and what does not. Pure.

Neither side is taken for the truth. A busy call is unexplained only when no record, however late its clock, covers it;
attempts that failed through our own fault are left out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

from probe.analyse import is_excluded
from probe.cdr.clock import Clock, clock
from probe.cdr.record import Cdr, Result
from probe.model import Because, Call, Cause, Fact, Outcome

HOUR = timedelta(hours=1)
NO_PERSON = frozenset({Cause.IVR, Cause.QUEUE, Cause.FAX, Cause.SILENT, Cause.DROPPED})


class Hour(Fact, frozen=True, kw_only=True):
    """One local hour. The robot's own calls are in none of the office's figures."""

    begins: datetime
    taken: int  # calls to the line that the records call answered
    missed: int
    made: int  # by the office
    engaged_s: float  # in which the line was ringing or in use by the records, 0 … 3600
    calls: int  # the robot's, without excluded ones
    outcomes: dict[Outcome, int]
    excluded: int  # the robot's calls that count for nothing
    unexplained: tuple[str, ...]  # ids of busy calls at times for which the records have no call
    says: tuple[Because, ...] = ()
    contradicts: bool = False


class Comparison(Fact, frozen=True, kw_only=True):
    """`hours` are those with a record or a call. `notes` hold for all of it."""

    clock: Clock
    hours: tuple[Hour, ...]
    notes: tuple[Because, ...]

    @property
    def contradictions(self) -> tuple[Because, ...]:
        return tuple(one for hour in self.hours if hour.contradicts for one in hour.says)


def compare(cdrs: Iterable[Cdr], calls: Iterable[Call], *, zone: tzinfo) -> Comparison:
    """Put the records of one line beside the robot's calls to it. `zone` says where an hour begins."""
    records = sorted(cdrs, key=lambda cdr: cdr.started_at)
    attempts = sorted(calls, key=lambda call: call.record.trace.started_at)
    own = [cdr for cdr in records if cdr.ours]
    theirs = [cdr for cdr in records if not cdr.ours]
    known = clock([cdr.started_at for cdr in own], [call.record.trace.started_at for call in attempts])
    busy_times = _Times(theirs, known)
    by_hour: defaultdict[datetime, tuple[list[Cdr], list[Call]]] = defaultdict(lambda: ([], []))
    for cdr in theirs:
        by_hour[_hour(_corrected(cdr, known), zone)][0].append(cdr)
    for call in attempts:
        by_hour[_hour(call.record.trace.started_at, zone)][1].append(call)
    hours = [_compared(begin, *of_hour, own, busy_times, known) for begin, of_hour in sorted(by_hour.items())]
    return Comparison(clock=known, hours=tuple(hours), notes=_notes(known, own, hours))


class _Times:
    """When the line was in use by the records, in our time: stretches that neither touch nor overlap, in order."""

    def __init__(self, cdrs: Sequence[Cdr], known: Clock) -> None:
        self._margin = timedelta(seconds=known.margin_s)
        self._begins: list[datetime] = []
        self._ends: list[datetime] = []
        for cdr in cdrs:
            if cdr.result not in {Result.ANSWERED, Result.MISSED}:
                continue
            begin = _corrected(cdr, known)
            end = begin + timedelta(seconds=cdr.ring_s + cdr.talk_s)
            if self._ends and begin <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._begins.append(begin)
                self._ends.append(end)

    def covers(self, call: Call) -> bool:
        """Whether a record may explain that the line was engaged then, clocks allowing."""
        trace = call.record.trace
        end = trace.started_at + timedelta(seconds=trace.ended_at_s or 0.0)
        last = bisect_right(self._begins, end + self._margin)  # the last stretch that begins in time ends last, too
        return last > 0 and trace.started_at <= self._ends[last - 1] + self._margin

    def within(self, begin: datetime, end: datetime) -> float:
        """Seconds of use in [begin, end), each counted once."""
        used = timedelta()
        for index in range(bisect_right(self._ends, begin), bisect_left(self._begins, end)):
            used += min(end, self._ends[index]) - max(begin, self._begins[index])
        return used.total_seconds()


def _compared(
    begin: datetime, cdrs: Sequence[Cdr], calls: Sequence[Call], own: Sequence[Cdr], times: _Times, known: Clock
) -> Hour:
    counted = [call for call in calls if not is_excluded(call)]
    outcomes = Counter(call.record.verdict.outcome for call in counted)
    busy = [call for call in counted if call.record.verdict.outcome is Outcome.BUSY]
    unexplained = [call for call in busy if not times.covers(call)]
    taken = sum(cdr.result is Result.ANSWERED and not cdr.outgoing for cdr in cdrs)
    made = sum(cdr.outgoing for cdr in cdrs)
    place: dict[str, str | int | float] = {
        "begin": f"{begin:%H:%M}",
        "end": f"{begin + HOUR:%H:%M}",
        "taken": taken,
        "made": made,
        "n": len(counted),
    }
    against = list(_against(place, busy, unexplained, _found(counted, own, known), known))
    says = list(against)
    if busy and not unexplained:
        says.append(Because(key="cdr.says_busy_explained", values=place | {"busy": len(busy)}))
    return Hour(
        begins=begin,
        taken=taken,
        missed=sum(cdr.result is not Result.ANSWERED and not cdr.outgoing for cdr in cdrs),
        made=made,
        engaged_s=times.within(begin, begin + HOUR),
        calls=len(counted),
        outcomes=dict(outcomes),
        excluded=len(calls) - len(counted),
        unexplained=tuple(call.record.order.call_id for call in unexplained),
        says=tuple(says),
        contradicts=bool(against),
    )


def _against(
    place: dict[str, str | int | float],
    busy: Sequence[Call],
    unexplained: Sequence[Call],
    found: Sequence[tuple[Call, Cdr | None]],
    known: Clock,
) -> Iterable[Because]:
    if unexplained:
        more: dict[str, str | int | float] = {"busy": len(busy), "unexplained": len(unexplained)}
        every = len(unexplained) == len(busy)
        yield Because(key="cdr.says_busy_none" if every else "cdr.says_busy_unexplained", values=place | more)
    if known.offset_s is None:
        return  # which records are the robot's is not known
    rang = [call for call, cdr in found if call.record.verdict.outcome is Outcome.UNANSWERED and cdr is None]
    if rang:
        yield Because(key="cdr.says_rang_unrecorded", values=place | {"rang": len(rang)})
    machine = [
        call
        for call, cdr in found
        if cdr is not None
        and cdr.result is Result.ANSWERED
        and (call.record.verdict.outcome is Outcome.VOICEMAIL or call.record.verdict.cause in NO_PERSON)
    ]
    if machine:
        yield Because(key="cdr.says_machine_answered", values=place | {"machine": len(machine)})


def _found(calls: Sequence[Call], own: Sequence[Cdr], known: Clock) -> list[tuple[Call, Cdr | None]]:
    """Each of the robot's calls with its record."""
    left = list(own)
    pairs: list[tuple[Call, Cdr | None]] = []
    for call in calls:
        at = call.record.trace.started_at
        near = [cdr for cdr in left if abs((_corrected(cdr, known) - at).total_seconds()) <= known.margin_s]
        match = min(near, key=lambda cdr: abs(_corrected(cdr, known) - at), default=None)
        if match is not None:
            left.remove(match)
        pairs.append((call, match))
    return pairs


def _notes(known: Clock, own: Sequence[Cdr], hours: Sequence[Hour]) -> tuple[Because, ...]:
    notes = []
    if known.offset_s is None:
        notes.append(Because(key="cdr.note_clock_unknown", values={"margin": round(known.margin_s)}))
    else:
        key = "cdr.note_clock_right"
        if abs(known.offset_s) > known.margin_s:
            key = "cdr.note_clock_fast" if known.offset_s > 0 else "cdr.note_clock_slow"
        offset = str(timedelta(seconds=round(abs(known.offset_s))))
        notes.append(Because(key=key, values={"offset": offset, "n": known.matched}))
    excluded = sum(hour.excluded for hour in hours)
    if excluded:
        notes.append(Because(key="cdr.note_excluded", values={"n": excluded}))
    if not own:
        notes.append(Because(key="cdr.note_robot_unknown"))
    if any(hour.unexplained for hour in hours):
        notes.append(Because(key="cdr.note_may_be"))
    return tuple(notes)


def _corrected(cdr: Cdr, known: Clock) -> datetime:
    return cdr.started_at - timedelta(seconds=known.correction_s)


def _hour(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone).replace(minute=0, second=0, microsecond=0)
