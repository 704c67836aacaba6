"""How often, when and whom: every cap and every time, once (telephony.md §6); none can be set above its ceiling."""

from __future__ import annotations

from datetime import time
from fnmatch import fnmatchcase
from typing import Literal
from zoneinfo import ZoneInfo

from probe.calendar.office import zone_of as calendar_zone_of
from probe.errors import SettingsError
from probe.model import Because, Fact, Number
from probe.never_dial import refusal as never_dial

Preset = Literal["default", "strict"]
MOST_ANSWERED_PER_DAY = 3  # calls to one number: each of them takes somebody's time
MOST_ATTEMPTS_PER_24H = 16  # of one number, over all caller IDs
MOST_ATTEMPTS_PER_5MIN = 3
STRICT_ATTEMPTS_PER_24H = 5  # what one large Chinese platform enforces
EARLIEST = time(8)  # on the wall clock of the number
LATEST = time(21)
MOST_BASE_CALLS = 12  # a number and day: two in each stratum
BASE_SHARE = 0.75  # of the day's total that base calls may take; the rest is kept for following up
MINUTE_S = 60.0


class Policy(Fact, frozen=True, kw_only=True):
    """What the settings `[plan]` and `[manners]` come to. SettingsError when one is beyond its ceiling."""

    base_calls: int = 3  # a number and day
    base_gap_s: float = 30 * MINUTE_S  # between two base calls of one number
    late_s: float = 10 * MINUTE_S  # a call that could not be made by then is missed
    unanswered_gaps_s: tuple[float, ...] = (5 * MINUTE_S, 15 * MINUTE_S)  # after those, once on a later half-day
    busy_gap_s: float = 3 * MINUTE_S  # the first follow-up of a busy call comes 1 to 2 times this after it
    busy_growth: float = 1.5
    busy_gap_most_s: float = 20 * MINUTE_S
    busy_follow_ups: int = 8  # without advice of the stuck-line odds

    preset: Preset = "default"
    answered_per_day: int = MOST_ANSWERED_PER_DAY
    attempts_per_24h: int = MOST_ATTEMPTS_PER_24H
    attempts_per_5min: int = MOST_ATTEMPTS_PER_5MIN
    gap_s: float = 2 * MINUTE_S  # between any two calls of one number
    call_from: time = EARLIEST
    call_until: time = LATEST
    caller_id_per_hour: int = 120  # calls from one caller ID
    calls_per_day: int = 10_000  # in all, a day of the robot's time zone
    allow: tuple[str, ...] = ()  # numbers or patterns (`+86571*`); empty: the whole directory
    canaries: tuple[str, ...] = ()  # our own numbers, which disturb nobody when they answer

    country: str = "CN"
    area_code: str = ""
    timezone: str = "Asia/Shanghai"  # of numbers that name none, and of the day that `calls_per_day` counts

    def __post_init__(self) -> None:
        most = {
            "base_calls": MOST_BASE_CALLS,
            "answered_per_day": MOST_ANSWERED_PER_DAY,
            "attempts_per_24h": MOST_ATTEMPTS_PER_24H,
            "attempts_per_5min": MOST_ATTEMPTS_PER_5MIN,
            "call_until": LATEST,
        }
        for name, ceiling in most.items():
            if getattr(self, name) > ceiling:
                raise SettingsError("plan.above_ceiling", name=name, value=str(getattr(self, name)), most=str(ceiling))
        if not EARLIEST <= self.call_from < self.call_until:
            hours = f"{self.call_from:%H:%M}-{self.call_until:%H:%M}"
            raise SettingsError("plan.above_ceiling", name="call_from", value=hours, most=f"{EARLIEST}-{LATEST}")

    @property
    def per_24h(self) -> int:
        """Attempts to one number in any 24 h: the lower of the preset's and the setting."""
        return min(self.attempts_per_24h, STRICT_ATTEMPTS_PER_24H) if self.preset == "strict" else self.attempts_per_24h

    @property
    def calls_a_day(self) -> int:
        """Base calls to a number in a day, as far as the other limits allow so many."""
        return min(self.base_calls, self.per_24h)

    @property
    def least_base_gap_s(self) -> float:
        """Between two base calls of a number: never so little that another rule would be touched."""
        return max(self.base_gap_s, self.gap_s, 5 * MINUTE_S)


def zone_of(number: Number, policy: Policy) -> ZoneInfo:
    """On whose clock a number lives: its own, else the robot's."""
    return calendar_zone_of(number, policy.timezone)


def never(number: str, policy: Policy) -> Because | None:
    """Why a number may not be called at any time: the never-dial list, then the allow-list."""
    reason = never_dial(number, country=policy.country, area_code=policy.area_code)
    if reason is not None:
        return Because(key=reason, values={"number": number})
    if policy.allow and number not in policy.canaries and not any(fnmatchcase(number, p) for p in policy.allow):
        return Because(key="plan.not_on_allow_list", values={"number": number, "patterns": len(policy.allow)})
    return None


def detection_lost(policy: Policy, found: float | None = None, found_strict: float | None = None) -> Because | None:
    """What a limit below the default costs: None when it is the default.

    `found` and `found_strict` are the shares (0..1) of off-hook handsets that are suspected within the day with the
    default limit and with this one, as measured by the benchmark of the odds; without them only the fact is stated.
    """
    if policy.per_24h >= MOST_ATTEMPTS_PER_24H:
        return None
    values: dict[str, str | int | float] = {"limit": policy.per_24h, "usual": MOST_ATTEMPTS_PER_24H}
    if found is None or found_strict is None:
        return Because(key="plan.detection_lost", values=values)
    return Because(key="plan.detection_lost_by", values=values | {"found": found, "found_strict": found_strict})
