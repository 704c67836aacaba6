"""What can be wrong with hours, with the calendar file, and with a day that no calendar knows."""

from __future__ import annotations

from probe.errors import DirectoryError, SettingsError


class HoursError(DirectoryError):
    """Service hours that are not understood, or that can be read in two ways. Values: `at` (the character, from 1),
    `piece`, and `near` (a form that is understood)."""


class NoCalendar(SettingsError):
    """Nobody knows whether this day is worked: it lies beyond the calendar's data."""


class CalendarError(SettingsError):
    """The calendar file cannot be used: every mistake in it, one a line."""

    def __init__(self, mistakes: tuple[SettingsError, ...]) -> None:
        super().__init__(mistakes[0].key, **mistakes[0].values)
        self.mistakes = mistakes

    def text(self, lang: str = "en") -> str:
        return "\n".join(mistake.text(lang) for mistake in self.mistakes)
