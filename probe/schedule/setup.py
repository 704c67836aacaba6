"""What a programme goes by: everything of the settings that it needs, read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from probe import alerts, incidents, odds
from probe.calendar import HoursError, NoCalendar, Opening, WorkingDays, openings_of, working_days
from probe.dial import Trunk
from probe.model import Number
from probe.plan import Policy, Way, in_order, zone_of
from probe.settings import Settings
from probe.words import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The settings of a programme. `ways` are in order of preference; `default_hours` are of numbers that name none."""

    policy: Policy
    days: WorkingDays
    default_hours: str
    ways: tuple[Way, ...]
    canary: Number | None = None
    odds: odds.Policy = field(default_factory=odds.Policy)
    alerts: alerts.Policy = field(default_factory=alerts.Policy)
    incidents: incidents.Policy = field(default_factory=incidents.Policy)
    lang: str = "zh"

    @property
    def zone(self) -> ZoneInfo:
        """The robot's own zone: whose midnight begins a day of the programme."""
        return ZoneInfo(self.policy.timezone)

    def openings_on(self, number: Number, day: date) -> Sequence[Opening]:
        """When a number is open on a day. HoursError when its hours are not understood, NoCalendar beyond the data."""
        return openings_of(number, day, default_hours=self.default_hours, timezone=self.policy.timezone, days=self.days)

    def openings_around(self, number: Number, at: datetime) -> tuple[Opening, ...]:
        """The openings of the days around a moment: one of yesterday may last beyond midnight."""
        today = at.astimezone(zone_of(number, self.policy)).date()
        around = (today + timedelta(days=n) for n in (-1, 0, 1))
        return tuple(opening for day in around for opening in self.openings_if_known(number, day))

    def openings_if_known(self, number: Number, day: date) -> Sequence[Opening]:
        """`openings_on`, or none when nobody knows: a day beyond the calendar's data is not guessed at."""
        try:
            return self.openings_on(number, day)
        except (HoursError, NoCalendar):
            return ()


def setup_of(settings: Settings, trunks: Sequence[Trunk]) -> Setup:
    """What the settings come to. SettingsError or CalendarError when they cannot be used."""
    robot = settings.robot
    return Setup(
        policy=settings.policy(),
        days=working_days(robot.country, settings.plan.holidays),
        default_hours=settings.plan.hours,
        ways=in_order(way for trunk in trunks for way in _ways(trunk)) or (Way(trunk=""),),
        canary=_canary(settings),
        incidents=settings.incidents.policy(),
        alerts=settings.alerts.policy(robot.language),
        lang=robot.language,
    )


def _ways(trunk: Trunk) -> tuple[Way, ...]:
    """One for each number that the trunk may show."""
    named = trunk.pool if trunk.caller_id or trunk.caller_ids else (trunk.username,)
    return tuple(Way(trunk=trunk.name, caller_id=caller_id, preference=trunk.preference) for caller_id in named)


def _canary(settings: Settings) -> Number | None:
    """Our own number, which disturbs nobody."""
    for number in settings.policy().canaries:
        return Number(number=number, written=number, unit=words("schedule.canary_unit", settings.robot.language))
    return None
