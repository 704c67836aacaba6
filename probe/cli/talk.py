"""How a command talks: in which language, to a person or to a machine, and with which settings."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from probe.errors import ProbeError, SettingsError
from probe.words import LANGUAGES, words

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rich.console import Console

    from probe.settings import Settings
    from probe.store import Store
    from scenarios import Scenario

OWN_SCENARIOS = "scenarios"  # the folder of the user's own, in the data folder


def language_of_environment() -> str | None:
    """The language the terminal asks for, when it is one of ours."""
    for name in ("TONGBUTONG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        code = os.environ.get(name, "")[:2].lower()
        if code in LANGUAGES:
            return code
    return None


class Talk:
    """What the commands share: options given before the command's name, settings read when first needed."""

    def __init__(self, *, settings_file: str | None = None, lang: str | None = None) -> None:
        self.settings_file = settings_file
        self._lang = lang

    @cached_property
    def settings(self) -> Settings:
        """The settings file. SettingsError when there is none."""
        from probe.settings import read

        found = read(self.settings_file)
        use_own_scenarios(found.data.folder)
        return found

    @cached_property
    def settings_or_default(self) -> Settings:
        """The settings file when there is one, else what a command without settings needs."""
        from probe.settings import default_settings, find

        if self.settings_file is None and find(None) is None:
            return default_settings()
        return self.settings

    @cached_property
    def lang(self) -> str:
        """`--lang`, else the settings' language, else the terminal's, else Chinese."""
        if self._lang:
            return self._lang
        try:
            from probe.settings import find

            if find(self.settings_file) is not None:
                return self.settings.robot.language
        except ProbeError:
            pass  # the command itself will say what is wrong with the settings
        return language_of_environment() or "zh"

    @property
    def report_lang(self) -> str:
        """Reports are for the people of the settings, whatever the terminal speaks."""
        return self._lang or self.settings_or_default.robot.language

    @property
    def zone(self) -> ZoneInfo:
        """The robot's time zone, in which days and times are told."""
        from zoneinfo import ZoneInfo

        return ZoneInfo(self.settings_or_default.robot.timezone)

    def open_store(self) -> Store:
        """The database of the settings; use it in a `with`. StoreError when it cannot be opened."""
        from probe.store import Store

        folder = self.settings_or_default.data.folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError("cli.data_folder", folder=folder, reason=error.strerror) from error
        return Store.open(self.settings_or_default.data.store)

    def words(self, key: str, **values: object) -> str:
        """One of our sentences in the reader's language."""
        return words(key, self.lang, **values)

    def say(self, key: str, **values: object) -> None:
        """Tell a person something, on stderr, so that stdout stays free for results."""
        click.echo(self.words(key, **values), err=True)

    @cached_property
    def console(self) -> Console:
        """For tables and progress; stdout."""
        from rich.console import Console

        return Console(highlight=False, emoji=False, markup=False)


def use_own_scenarios(data_folder: Path) -> None:
    """The user's own scenarios are there beside the shipped ones; they are read when one is needed."""
    import scenarios

    def own() -> tuple[Scenario, ...]:
        from probe.script.shelf import read_folder

        return read_folder(data_folder / OWN_SCENARIOS)

    scenarios.use(own)


def error_line(error: ProbeError, talk: Talk | None) -> str:
    """One line for a person: what is wrong, where, and what to do."""
    lang = talk.lang if talk else (language_of_environment() or "zh")
    return f"{words('cli.error', lang)}{error.text(lang)}"


def emit(line: bytes) -> None:
    """One JSON line on stdout, at once."""
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def shipped(*parts: str) -> Path:
    """The path of a file that comes with the program."""
    return Path(__file__).parent.parent.joinpath("data", *parts)
