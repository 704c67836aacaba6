"""What is kept of one call that a telephone system recorded."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from probe.model import Fact


class Result(StrEnum):
    """What the telephone system says became of the call."""

    ANSWERED = "answered"  # also by a machine, a menu or a queue: the records do not tell
    MISSED = "missed"
    BUSY = "busy"
    FAILED = "failed"


class Cdr(Fact, frozen=True, kw_only=True):
    """One record of one line. Callers' numbers are personal data: nothing is kept but their last two digits.

    A hash would not hide them: there are few enough telephone numbers to try all.
    """

    key: str  # the same whenever the same record is read again
    number: str  # the line's, as in the directory
    started_at: datetime
    result: Result
    outgoing: bool = False  # the office called: the line was engaged all the same
    ours: bool = False  # by its caller, the robot's own call
    caller_tail: str = ""
    ring_s: float = 0.0  # before the answer, or until the caller gave up
    talk_s: float = 0.0
    row: int = 0  # in its file

    @property
    def ended_at(self) -> datetime:
        return self.started_at + timedelta(seconds=self.ring_s + self.talk_s)
