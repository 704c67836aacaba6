"""What the manners leave for following up: the attempts of 24 hours, less those of the programme's own calls."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from probe.odds.facts import Caps

WINDOW = timedelta(hours=24)


def caps(
    extra: Iterable[datetime],
    now: datetime,
    most: int,
    *,
    planned: Iterable[datetime] = (),
    not_before: datetime | None = None,
    until: datetime | None = None,
) -> Caps:
    """`extra` are the calls of the last days beside the programme's (follow-ups, quiet-time calls, calls by hand), of
    which any 24 hours may have `most`: all attempts that are allowed, less the day's base calls, which are never given
    up for a follow-up. `planned` are the base calls still to come."""
    recent = sorted(at for at in extra if now - WINDOW < at <= now)
    left = most - len(recent)
    return Caps(
        most=max(most, 0),
        calls=max(left, 0),
        back=tuple(at + WINDOW for at in recent[max(0, -left) :]),  # the first ones pay back what is overdrawn
        planned=tuple(sorted(at for at in planned if at > now)),
        not_before=not_before,
        until=until,
    )
