"""What an incident is."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from probe.model import Fact


class IncidentKind(StrEnum):
    """What is wrong with the line. Of one kind, a number has at most one incident at a time."""

    STUCK = "stuck"  # 疑似听筒未挂好: engaged far longer than talking explains; never told as a fact
    NO_ANSWER = "no_answer"  # nobody answers, on several half-days
    VOICEMAIL = "voicemail"  # a machine takes the calls in office hours
    DEAD_NUMBER = "dead_number"  # the published number does not lead anywhere
    SLOW = "slow"  # a hotline that does not answer within 15 s of alerting (GB/T 33358-2016)
    TOLD = "told"  # a citizen or 体验官 got nowhere; the robot has yet to see it


class State(StrEnum):
    """How far it has come. Nobody sets CLOSED: it follows from successful calls."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"  # the unit knows
    RECTIFIED = "rectified"  # the unit says that it is mended
    CLOSED = "closed"  # proved mended
    WITHDRAWN = "withdrawn"  # the robot was wrong; stays visible, counts for nothing


OVER = frozenset({State.CLOSED, State.WITHDRAWN})


class Level(StrEnum):
    """How sure a stuck line is: a notice states a fact ("engaged at each of 5 calls"), 疑似 is an inference from it."""

    NOTICE = "notice"
    SUSPECTED = "suspected"


class Incident(Fact, frozen=True, kw_only=True):
    """One trouble of one line, as its events have made it. Half-days are as in `half_day.py`."""

    id: str  # of the day it was opened: "2026-07-25-003"
    number: str
    unit: str
    kind: IncidentKind
    opened_at: datetime
    state: State = State.OPEN
    level: Level | None = None  # of a stuck line only
    owner: str = ""
    deadline: date | None = None  # the last day in time
    repeat_of: str | None = None  # the incident that had been closed, when this is its return
    opened_by: tuple[str, ...] = ()  # call ids
    calls: tuple[str, ...] = ()  # every call that bears on it, those that opened it included
    voided: tuple[str, ...] = ()  # calls that bore on it once, and were found to count for nothing
    testimonies: tuple[int, ...] = ()
    good: tuple[
        str, ...
    ] = ()  # half-days on which a person answered, since it was last bad and not before it was known
    tried: bool = False  # a robot has called since it was opened
    closed_at: datetime | None = None
    snoozed_until: datetime | None = None  # nobody is reminded of it before

    @property
    def mark(self) -> str:
        """`*` for a repeat, as official spot checks mark it."""
        return "*" if self.repeat_of else ""

    @property
    def over(self) -> bool:
        return self.state in OVER

    def overdue(self, today: date) -> bool:
        """Whether the deadline has passed and the matter is not settled. `today` is the local day."""
        return not self.over and self.deadline is not None and today > self.deadline
