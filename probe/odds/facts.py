"""What goes into the odds of a stuck handset, and what comes out. Times are aware UTC; a name carries its unit."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from probe.model import Because, Fact, Purpose


class Seen(Fact, frozen=True, kw_only=True):
    """One call to a number that showed whether it was engaged. Inconclusive calls say nothing and are left out."""

    at: datetime
    busy: bool
    purpose: Purpose = Purpose.BASE
    cause: str = ""  # of the verdict: "busy_tone", "busy_announcement", "human", "fax" …


class Level(StrEnum):
    """What may be said of the line now."""

    CLEAR = "clear"  # the last call was not engaged, or there was none
    WATCHING = "watching"  # engaged; nothing to say yet
    CANNOT_TELL = "cannot_tell"  # engaged, and calls alone will not decide: a quiet time might
    NOTICE = "notice"  # the fact alone: engaged each time
    SUSPECTED = "suspected"  # 疑似, never a fact


class Habits(Fact, frozen=True, kw_only=True):
    """How people telephone; telephony.md §7 and the assumptions of the practice offices."""

    talk_min: float = 3.0  # mean
    redial_share: float = 0.5  # of those who find the line engaged
    redial_min: float = 2.0  # mean time until they call again


class Policy(Fact, frozen=True, kw_only=True):
    """What the operator expects and wants: the prior, false alarms allowed, the price of a call, how people call."""

    off_hook_per_day: float = 0.01  # prior, per line and working day (telephony.md §7)
    notices_per_day: float = 0.025  # false ones allowed, per line and day
    suspicions_per_day: float = 0.002
    safety: float = 1.1  # the odds asked for are higher by this factor: nights spend prior too (docs/odds.md)
    notice_calls: int = 3  # engaged ones that a notice needs at least
    suspicion_calls: int = 4
    call_min: float = 9.0  # minutes of waiting that one follow-up is worth
    reserve: float = 0.09  # share of the follow-ups kept for better runs, per e-fold of odds that a notice lacks
    working_min: float = 480.0  # of a working day
    unseen_min: float = 120.0  # a longer time without a call counts as so much for the prior: nights
    load: float = 0.2  # of a line nobody has called yet: mean,
    load_calls: float = 3.0  # and how many calls that knowledge is worth
    quiet_load: float = 0.02  # the same at quiet times (telephony.md §7)
    quiet_calls: float = 50.0
    surge: float = 0.001  # prior probability of a day on which everybody calls
    surge_odds: float = 3.0  # by how much that raises the odds of finding a line engaged
    habits: Habits = Habits()


class Caps(Fact, frozen=True, kw_only=True):
    """What the manners still allow for this number, beside its planned calls, which come anyway."""

    most: int = 16  # follow-ups in any 24 h
    calls: int = 16  # of them, now
    back: tuple[datetime, ...] = ()  # when one more is allowed each time, as old ones leave the 24 h
    planned: tuple[datetime, ...] = ()  # base and quiet-time calls that will be made: each of them tells something too
    not_before: datetime | None = None  # 3 per 5 minutes
    until: datetime | None = None  # the quiet time ends: what can be found out, must be found out before


class Baseline(Fact, frozen=True, kw_only=True):
    """How often base calls found a line engaged: stratum (local hour "09", or "quiet") → (engaged, calls)."""

    counts: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)
    zone: str = "Asia/Shanghai"
    fax: int = 0  # calls that a fax machine answered
    load: float | None = None  # of the fleet, when known: mean and worth in calls, else those of the policy
    load_calls: float | None = None


class Alternative(Fact, frozen=True, kw_only=True):
    """One explanation of what was seen; `key` is a sentence of probe/words/odds.toml."""

    key: str
    probability: float


class Odds(Fact, frozen=True, kw_only=True):
    """How likely it is that the handset lies beside its phone, and what to do next. Never a fact."""

    level: Level
    stuck: float  # probability
    log_odds: float  # natural logarithm
    p_load: float  # how often this line is found engaged at this time of day
    probes: tuple[Seen, ...] = ()  # the engaged calls that count: all since the last that was not
    since: datetime | None = None  # the first of them
    alternatives: tuple[Alternative, ...] = ()  # most likely first; with `stuck` they add up to 1
    because: tuple[Because, ...] = ()
    next_gap_s: float | None = None  # from the last call to the next follow-up; None: not worth a call, or not allowed
    wants_quiet: bool = False  # a call at a quiet time would decide what a run does not, or cannot on a loaded line
