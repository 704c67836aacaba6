"""A mailing: which report goes to whom, and when. What `[mailing.NAME]` comes to."""

from __future__ import annotations

from datetime import time
from typing import Literal

from msgspec import field

from probe.model import Fact

ReportKind = Literal["daily", "weekly", "monthly"]
Form = Literal["pdf", "xlsx", "csv", "json", "html"]
MOST_DAYS: dict[ReportKind, int] = {"daily": 7, "weekly": 7, "monthly": 28}


class Mailing(Fact, frozen=True, kw_only=True):
    """`to` get the whole report. A unit's own goes to `units[unit]` and, with `owners`, to its numbers' owners."""

    name: str
    report: ReportKind
    to: tuple[str, ...] = ()
    owners: bool = False
    units: dict[str, tuple[str, ...]] = field(default_factory=dict)
    at: time = time(9)  # by the robot's clock
    day: int = 0  # which day after the period; 0: the first that is worked
    lang: str = "zh"
    masked: bool = False
    attach: tuple[Form, ...] = ()
    title: str | None = None
