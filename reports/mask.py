"""A report for readers outside: numbers cut to 8725XXXX, no recording, nothing that a person said or signed. Pure."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec.structs import replace

from probe.model import Because, Fact, Number, Signal, Sounds, Trace
from reports.report import Report

HIDDEN = "…"
CUT = "XXXX"
PERSONAL = frozenset({"by", "owner", "owner_email", "note", "text"})  # fields that people fill in or sign
EXACT = frozenset({"commitment", "seed", "period", "version", "timezone"})  # fields that hold no telephone number
_LONG = re.compile(r"\d{7,}|\b1\d{2}[- ]\d{4}[- ]\d{4}\b|\b\d{3,4}[- ]\d{4}\b")  # a telephone number in a text


def masked(report: Report) -> Report:
    """The same report without what may not leave; every form of it is then safe."""
    hidden: Report = _Mask().struct(report)
    return replace(hidden, masked=True)


def cut(number: str) -> str:
    """Its last four digits hidden, however it is written; a short number keeps its first two."""
    digits = sum(char.isdigit() for char in number)
    hidden, seen, out = min(4, max(digits - 2, 0)), 0, []
    for char in reversed(number):
        hide = char.isdigit() and seen < hidden
        seen += char.isdigit()
        out.append("X" if hide else char)
    return "".join(reversed(out))


def cut_text(text: str) -> str:
    """Numbers inside a text, hidden in the same way."""
    return _LONG.sub(lambda found: cut(found[0]), text)


class _Mask:
    """Walks a report. The same object becomes the same object: a page knows its lines by identity."""

    def __init__(self) -> None:
        self._made: dict[int, Any] = {}

    def struct(self, value: Fact) -> Any:
        """A struct, its fields hidden as their names and types ask."""
        known = self._made.get(id(value))
        if known is None:
            known = self._made[id(value)] = self._struct(value)
        return known

    def _struct(self, value: Fact) -> Fact:
        match value:
            case Because():
                return replace(value, values={name: _said(one) for name, one in value.values.items()})
            case Number():
                return replace(
                    value, **self._fields(value) | {"number": _dialled(value.number), "written": cut(value.written)}
                )
            case Signal():
                return replace(value, headers={}, received=_status(value), sent=None)
            case Sounds():
                return Sounds(until_s=value.until_s)
            case Trace():
                fields = self._fields(value) | {
                    "number": _dialled(value.number),
                    "recording": None,
                    "robot_fault": None,
                }
                return replace(value, **fields)
            case _:
                return replace(value, **self._fields(value))

    def _fields(self, value: Fact) -> dict[str, Any]:
        return {name: self._any(getattr(value, name), name) for name in value.__struct_fields__}

    def _any(self, value: Any, name: str = "") -> Any:
        if type(value) is str:  # members of an enum are no text
            if name in EXACT:
                return value
            if name in PERSONAL:
                return HIDDEN if value else ""
            return _dialled(value) if name == "number" else cut_text(value)
        if isinstance(value, msgspec.Struct):
            return self.struct(value)  # type: ignore[arg-type]  # every struct of a report is a Fact
        if isinstance(value, tuple) and value:
            return tuple(self._any(one, name) for one in value)
        if isinstance(value, dict):
            return {key: self._any(one) for key, one in value.items()}
        return value


def _dialled(number: str) -> str:
    return f"sip:{CUT}" if number.startswith("sip") else cut(number)


def _said(value: str | int | float) -> str | int | float:
    return HIDDEN if isinstance(value, str) else value


def _status(signal: Signal) -> str | None:
    """The status line without its reason phrase, which anybody may have written."""
    return signal.received if signal.status is None else f"SIP/2.0 {signal.status}"
