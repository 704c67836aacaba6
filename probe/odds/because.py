"""The sentences under a level: keys of probe/words/odds.toml. They state what was heard; nobody is accused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from probe.model import Because, Purpose
from probe.odds.facts import Level, Seen


def evidence(
    level: Level, run: Sequence[Seen], p_load: float, before: Seen | None, stuck: float, zone: str
) -> tuple[Because, ...]:
    """What was heard, what is usual, what follows; in this order."""
    n, minutes = len(run), round((run[-1].at - run[0].at).total_seconds() / 60)
    since, until = clock(run[0].at, zone), clock(run[-1].at, zone)
    quiet = sum(one.purpose is Purpose.QUIET_TIME for one in run)
    said = [
        Because(key="engaged_once", values={"since": since})
        if n == 1
        else Because(key="engaged_each_time", values={"n": n, "minutes": minutes, "since": since, "until": until}),
        Because(key="usual", values={"share": p_load}),
    ]
    if before is not None:
        said.append(Because(key="free_before", values={"at": moment(before.at, run[0].at, zone)}))
    if quiet:
        said.append(Because(key="engaged_when_quiet", values={"n": quiet}))
    if level in (Level.SUSPECTED, Level.NOTICE):
        said.append(Because(key="probability", values={"stuck": stuck}))
    if level is not Level.WATCHING:
        said.append(Because(key=f"do_{level}"))
    return tuple(said)


def clock(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def moment(at: datetime, seen_from: datetime, zone: str) -> str:
    """The time of day, with the date when it is another day's."""
    there, here = at.astimezone(ZoneInfo(zone)), seen_from.astimezone(ZoneInfo(zone))
    return f"{there:%H:%M}" if there.date() == here.date() else f"{there:%Y-%m-%d %H:%M}"
