"""When a line that was engaged call after call is found not engaged any more. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from probe.incidents.events import Freed
from probe.incidents.incident import Incident, IncidentKind
from probe.incidents.news import Seen
from probe.model import Outcome

LEAST_RUN = 2  # engaged calls in a row: a single one may be one talk, and its end is no news
NOT_ENGAGED = frozenset({Outcome.ANSWERED, Outcome.UNANSWERED})  # voicemail may take the calls of an engaged line


def freed(incident: Incident, seen: Seen, earlier: Sequence[Seen], least_confidence: float) -> tuple[Freed, ...]:
    """That a stuck line is free again: once for each run of engaged calls, at the first that finds it not engaged.

    `earlier`: the line's calls before this one, in order. It begins with the first engaged call of the run, however
    long ago that was.
    """
    if incident.kind is not IncidentKind.STUCK or seen.at < incident.opened_at or seen.call_id in incident.calls:
        return ()
    if _engaged(seen, least_confidence) is not False:
        return ()
    run: list[Seen] = []
    for call in reversed(earlier):
        engaged = _engaged(call, least_confidence) if call.at < seen.at else None
        if engaged is False:
            break
        if engaged:
            run.append(call)
    if len(run) < LEAST_RUN:
        return ()
    return (Freed(incident_id=incident.id, at=seen.at, call_id=seen.call_id, since=run[-1].at),)


def _engaged(seen: Seen, least_confidence: float) -> bool | None:
    """Whether the call found the line engaged; None when it does not tell."""
    if not seen.counts:
        return None
    if seen.outcome is Outcome.BUSY:
        return True
    return False if seen.outcome in NOT_ENGAGED and seen.confidence >= least_confidence else None
