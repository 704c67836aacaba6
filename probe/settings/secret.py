"""Fetching a trunk's password from where the settings say it is: an environment variable or a file."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

import msgspec

from probe.errors import SettingsError
from probe.words import words

LONGEST = 1024


class Caution(msgspec.Struct, frozen=True, kw_only=True):
    """Something that works but is unwise, as a sentence."""

    key: str
    values: dict[str, str]

    def text(self, lang: str) -> str:
        return words(self.key, lang, **self.values)


def read_password(trunk: str, variable: str, file: Path | None, env: Mapping[str, str]) -> str:
    """The password; "" for a trunk that asks for none. SettingsError names the place, never the content."""
    if variable:
        password = env.get(variable, "")
        if not password:
            raise SettingsError("settings.variable_not_set", trunk=trunk, variable=variable)
    elif file is not None:
        try:
            password = file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "UTF-8"
            raise SettingsError("settings.password_file_unreadable", trunk=trunk, file=file, reason=reason) from None
        if not password or "\n" in password or len(password) > LONGEST:
            raise SettingsError("settings.password_file_content", trunk=trunk, file=file)
    else:
        password = ""
    return password


def password_file_caution(trunk: str, file: Path) -> Caution | None:
    """Whether others on this machine can read the file."""
    try:
        mode = file.stat().st_mode
    except OSError:
        return None  # read_password says so when the trunk is used
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return None
    return Caution(key="settings.password_file_open", values={"trunk": trunk, "file": str(file)})
