"""What pydantic says of a settings file, in our words: file, line, what was found, what is allowed, what was meant."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import get_args
from zoneinfo import available_timezones

import msgspec
from pydantic_core import ErrorDetails

from probe.dial.trunk import CallerIdIn, NumberFormat, Srtp, Transport
from probe.errors import SettingsError
from probe.hints import nearest, shown
from probe.post.mailing import Form, ReportKind
from probe.settings.schema import NAMED, TABLES
from probe.words import words

_PASSWORD = {"password": "settings.password_in_file"}
_SECRETS = {  # table → a key that is not there, for it would hold a secret → what to do instead
    "trunk": _PASSWORD,
    "mail": _PASSWORD,
    "chat": dict.fromkeys(("url", "sign", "secret", "webhook"), "settings.secret_in_file"),
}
_HIDDEN = {"password_env", "password_file", "url_env", "url_file", "sign_env", "sign_file"}  # it may be there itself
_CREDENTIALS = re.compile(r"//[^/]*@|:[^:/@]*@")  # in a URL


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong in the file. `place` is as one would write it there: `[robot] country = "CHN"`."""

    line: int
    place: str
    key: str
    values: dict[str, str] = {}
    near: str | None = None

    def text(self, lang: str, file: Path) -> str:
        """The mistake in one line."""
        reason = words(self.key, lang, **self.values)
        if self.near:
            reason += words("settings.near", lang, near=self.near)
        return words("settings.at_line", lang, file=file, line=self.line, place=self.place, reason=reason)


class WrongSettings(SettingsError):
    """The file is TOML, but says what cannot be meant: every mistake, one a line, in the order of the lines."""

    def __init__(self, file: Path, details: Iterable[ErrorDetails], lines: Mapping[tuple[str, ...], int]) -> None:
        super().__init__("settings.at_line")
        self.file = file
        self.mistakes = tuple(sorted((_mistake(detail, lines) for detail in details), key=lambda m: m.line))

    def text(self, lang: str = "en") -> str:
        return "\n".join(mistake.text(lang, self.file) for mistake in self.mistakes)


def _mistake(detail: ErrorDetails, lines: Mapping[tuple[str, ...], int]) -> Mistake:
    kind, found = detail["type"], detail["input"]
    context = {name: str(value) for name, value in detail.get("ctx", {}).items()}
    path = tuple(str(part) for part in detail["loc"] if part != "[key]")
    if kind == "settings.local_without_area":
        path = ("trunk", context["name"], "number_format")
    if kind == "settings.mailing_without_mail":
        path = ("mailing", context["name"])
    path = path[: 3 if path[:1] and path[0] in NAMED else 2]  # of a list or an inner table, the key that holds it
    line = next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 1)
    if kind == "extra_forbidden":
        return _unknown(path, line)
    if kind == "missing":
        return Mistake(line=line, place=_place(path[:-1]), key=f"settings.missing_{path[-1]}")
    if "[key]" in detail["loc"]:
        return Mistake(line=line, place=_place(path), key=f"settings.{path[0]}_name")
    if len(path) == 2 and path[0] in NAMED and not isinstance(found, dict):
        return Mistake(line=line, place=_place(path[:1]), key=f"settings.{path[0]}_without_name")
    place = _place(path, found)
    if kind.startswith("settings."):
        return Mistake(line=line, place=place, key=kind)
    if len(path) == 1:
        return Mistake(line=line, place=place, key="settings.want_table", values={"name": path[0]})
    near = nearest(found, _choices(path[-1])) if isinstance(found, str) else None
    return Mistake(line=line, place=place, key=f"settings.allowed_{path[-1]}", near=near)


def _unknown(path: tuple[str, ...], line: int) -> Mistake:
    """A table or key that does not exist. Its value is not shown: it might be a password by another name."""
    if len(path) == 1:
        near, values = nearest(path[0], TABLES), {"name": shown(path[0])}
        return Mistake(line=line, place=_place(path), key="settings.unknown_table", values=values, near=near)
    *table, name = path
    if path[0] in _SECRETS and name in _SECRETS[path[0]]:
        return Mistake(line=line, place=_place(path), key=_SECRETS[path[0]][name])
    allowed = tuple(TABLES[path[0]].model_fields)
    values = {"name": shown(name), "table": _place(tuple(table)), "allowed": ", ".join(allowed)}
    return Mistake(
        line=line, place=_place(path), key="settings.unknown_key", values=values, near=nearest(name, allowed)
    )


def _choices(key: str) -> Iterable[str]:
    """The values of a key of which one may be misspelt (of two-letter countries every one is near to many)."""
    match key:
        case "timezone":
            return available_timezones()
        case "number_format":
            return NumberFormat
        case "transport":
            return Transport
        case "report":
            return get_args(ReportKind)
        case "attach":
            return get_args(Form)
        case "srtp":
            return Srtp
        case "caller_id_in":
            return CallerIdIn
        case _:
            return ()


def _place(path: tuple[str, ...], value: object = None) -> str:
    """`[trunk.office] lines = 0`; tables, and values that may be secret, by name only."""
    if path[0] not in TABLES:
        return shown(path[0])
    depth = 2 if path[0] in NAMED else 1
    table = f"[{shown('.'.join(path[:depth]))}]"
    if len(path) <= depth:
        return table
    name = shown(path[depth])
    if isinstance(value, str | int | float) and name not in _HIDDEN:
        text = json.dumps(value, ensure_ascii=False, default=str)
        return f"{table} {name} = {shown(_CREDENTIALS.sub('***@', text))}"
    return f"{table} {name}"
