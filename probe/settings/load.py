"""Finding and reading `probe.toml`; everything wrong with it at once, each with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from os import environ
from pathlib import Path

from pydantic import ValidationError

from probe.errors import SettingsError
from probe.settings.lines import lines_of
from probe.settings.mistakes import WrongSettings
from probe.settings.schema import Settings

NAME = "probe.toml"
VARIABLE = "TONGBUTONG_SETTINGS"
LARGEST_BYTES = 1_000_000


def find(path: str | Path | None, env: Mapping[str, str] = environ) -> Path | None:
    """The settings file: the given one, else `$TONGBUTONG_SETTINGS`, else `./probe.toml` if it exists, else None."""
    named = path or env.get(VARIABLE)
    if named:
        return Path(named)
    return Path(NAME) if Path(NAME).exists() else None


def read(path: str | Path | None = None, env: Mapping[str, str] = environ) -> Settings:
    """The settings. SettingsError (WrongSettings) when there are none or they cannot be used."""
    file = find(path, env)
    if file is None:
        raise SettingsError("settings.none", name=NAME, folder=Path.cwd())
    text = _text(file)
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _broken(file, text, error) from None
    try:
        settings = Settings.model_validate(raw, context={"folder": file.absolute().parent})
    except ValidationError as error:
        raise WrongSettings(file, error.errors(), lines_of(text)) from None
    settings._file = file
    return settings


def default_settings() -> Settings:
    """What a command without a settings file uses: a data folder in the working folder, no trunk."""
    return Settings.model_validate({})


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise SettingsError("settings.not_text", file=file)
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise SettingsError("settings.missing", file=file) from None
    except OSError as error:
        raise SettingsError("settings.unreadable", file=file, reason=error.strerror) from error
    except UnicodeDecodeError:
        raise SettingsError("settings.not_text", file=file) from None


def _broken(file: Path, text: str, error: Exception) -> SettingsError:
    """Not TOML at all: line and column. The line itself is not shown, for it may hold a password."""
    reason, at, place = str(error).rpartition(" (at ")
    numbers = re.findall(r"\d+", place) if at else []
    line, column = map(int, numbers) if len(numbers) == 2 else (text.count("\n") + 1, 1)
    return SettingsError("settings.broken", file=file, line=line, column=column, reason=reason or "nested too deeply")
