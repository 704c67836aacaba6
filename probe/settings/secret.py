"""Fetching a password, or another secret, from where the settings say it is: an environment variable or a file."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

import msgspec
from pydantic_core import PydanticCustomError

from probe.errors import SettingsError
from probe.words import words

LONGEST = 1024
VARIABLE = r"^(?:[A-Z_][A-Z0-9_]*)?$"  # the name of an environment variable, or nothing


class Caution(msgspec.Struct, frozen=True, kw_only=True):
    """Something that works but is unwise, as a sentence."""

    key: str
    values: dict[str, str]

    def text(self, lang: str) -> str:
        return words(self.key, lang, **self.values)


def check_password(username: str, variable: str, file: Path | None) -> None:
    """There is one place for a password where there is a username, and none where there is none."""
    if variable and file:
        raise PydanticCustomError("settings.two_passwords", "two passwords")
    if username and not (variable or file):
        raise PydanticCustomError("settings.no_password", "no password")
    if not username and (variable or file):
        raise PydanticCustomError("settings.no_username", "no username")


def read_secret(place: str, variable: str, file: Path | None, env: Mapping[str, str]) -> str:
    """The secret; "" where none is wanted. SettingsError names `place` ("[mail] password"), never the content."""
    if variable:
        secret = env.get(variable, "")
        if not secret:
            raise SettingsError("settings.variable_not_set", place=place, variable=variable)
    elif file is not None:
        try:
            secret = file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "UTF-8"
            raise SettingsError("settings.password_file_unreadable", place=place, file=file, reason=reason) from None
        if not secret or "\n" in secret or len(secret) > LONGEST:
            raise SettingsError("settings.password_file_content", place=place, file=file)
    else:
        secret = ""
    return secret


def secret_file_caution(place: str, file: Path) -> Caution | None:
    """Whether others on this machine can read the file."""
    try:
        mode = file.stat().st_mode
    except OSError:
        return None  # read_secret says so when it is used
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return None
    return Caution(key="settings.password_file_open", values={"place": place, "file": str(file)})
