"""What can happen to an incident. Events are only ever added; an incident follows from them."""

from __future__ import annotations

from datetime import date, datetime

from probe.incidents.incident import IncidentKind, Level
from probe.model import Because, Cause, Fact, Outcome


class Happened(Fact, frozen=True, kw_only=True):
    """Base: when, and to which incident."""

    incident_id: str
    at: datetime


class Opened(Happened, frozen=True, kw_only=True, tag="opened"):
    """It begins. `incident_id` is "" until the store numbers it, by the day of `half_day`."""

    number: str
    unit: str
    kind: IncidentKind
    half_day: str
    because: tuple[Because, ...]
    calls: tuple[str, ...] = ()
    level: Level | None = None
    owner: str = ""
    deadline: date | None = None
    repeat_of: str | None = None
    testimony: int | None = None


class Evidence(Happened, frozen=True, kw_only=True, tag="evidence"):
    """A call that bears on it. `fails`: it shows the same trouble again; else it is only shown beside the rest."""

    call_id: str
    half_day: str
    outcome: Outcome
    cause: Cause
    fails: bool


class Rechecked(Happened, frozen=True, kw_only=True, tag="rechecked"):
    """A call that a person answered (of a hotline: in time)."""

    call_id: str
    half_day: str


class Denied(Happened, frozen=True, kw_only=True, tag="denied"):
    """A call failed, and another trunk or caller ID said otherwise, `at` that call: the line is not blamed."""

    call_id: str
    because: Because


class Raised(Happened, frozen=True, kw_only=True, tag="raised"):
    """The odds of a stuck line were worked out again: a higher level, or more calls behind the same one."""

    level: Level
    half_day: str
    because: tuple[Because, ...]
    calls: tuple[str, ...] = ()


class Told(Happened, frozen=True, kw_only=True, tag="told"):
    """Somebody told of a failed call while it was open."""

    testimony: int


class Acknowledged(Happened, frozen=True, kw_only=True, tag="acknowledged"):
    by: str


class Noted(Happened, frozen=True, kw_only=True, tag="noted"):
    by: str
    text: str


class Assigned(Happened, frozen=True, kw_only=True, tag="assigned"):
    """None leaves what there was."""

    by: str
    owner: str | None = None
    deadline: date | None = None


class Rectified(Happened, frozen=True, kw_only=True, tag="rectified"):
    """The unit says that it is mended, and how."""

    by: str
    text: str = ""


class Snoozed(Happened, frozen=True, kw_only=True, tag="snoozed"):
    """Letters about it wait: the unit is at it. It is worked on and proved all the same."""

    by: str
    until: datetime


class Freed(Happened, frozen=True, kw_only=True, tag="freed"):
    """A line that was engaged call after call was found not engaged, `at` this call. `since`: when the first call of
    that run found it engaged. It settles nothing: what is mended is proved by people who answer.
    """

    call_id: str
    since: datetime


class Closed(Happened, frozen=True, kw_only=True, tag="closed"):
    """Proved mended, on these half-days."""

    half_days: tuple[str, ...]


class Reopened(Happened, frozen=True, kw_only=True, tag="reopened"):
    """It came back after it was closed; the incident whose `repeat_of` this is has the rest."""

    calls: tuple[str, ...] = ()


class Withdrawn(Happened, frozen=True, kw_only=True, tag="withdrawn"):
    """The robot was wrong, and why."""

    by: str = ""  # "": the robot itself, see `because`
    reason: str = ""
    because: tuple[Because, ...] = ()


class Voided(Happened, frozen=True, kw_only=True, tag="voided"):
    """These calls were found to count for nothing: whatever rests on any of them is as if it had never happened."""

    calls: tuple[str, ...]
    because: tuple[Because, ...]
    lowered: bool = False  # 疑似 rested on them, and only the notice is left
    unproved: bool = False  # that it was closed rested on them, and it is open again


Event = (
    Opened
    | Evidence
    | Denied
    | Rechecked
    | Raised
    | Told
    | Acknowledged
    | Noted
    | Assigned
    | Rectified
    | Snoozed
    | Freed
    | Closed
    | Reopened
    | Withdrawn
    | Voided
)


def call_ids(event: Event) -> tuple[str, ...]:
    """The calls that an event rests on."""
    match event:
        case Opened(calls=calls) | Raised(calls=calls) | Reopened(calls=calls):
            return calls
        case Evidence(call_id=call_id) | Rechecked(call_id=call_id) | Freed(call_id=call_id):
            return (call_id,)
        case _:
            return ()
