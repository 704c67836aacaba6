"""A report for readers outside: numbers cut to 8725XXXX, no recording, nothing that a person said or signed. Pure."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from probe import masking
from probe.model import Because, Check, Fact, Number, Order, Signal, Sounds, Trace
from reports.report import Report

HIDDEN = "…"
PERSONAL = frozenset({"by", "owner", "owner_email", "note", "text", "reason", "extension"})  # filled in or signed
EXACT = frozenset({"commitment", "seed", "period", "version", "timezone"})  # fields that hold no telephone number


def masked(report: Report) -> Report:
    """The same report without what may not leave; every form of it is then safe."""
    hidden: Report = _Mask().struct(report)
    return replace(hidden, masked=True)


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
                return replace(value, **self._fields(value) | {"written": masking.masked(value.number)})
            case Order():
                return replace(value, **self._fields(value) | {"say": None})
            case Check():
                return replace(value, seen=HIDDEN)
            case Signal():
                return replace(value, headers={}, received=_status(value), sent=None)
            case Sounds():
                return Sounds(until_s=value.until_s)
            case Trace():
                return replace(value, **self._fields(value) | {"recording": None, "robot_fault": None})
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
            return masking.masked(value) if name == "number" else masking.masked_text(value)
        if isinstance(value, msgspec.Struct):
            return self.struct(value)  # type: ignore[arg-type]  # every struct of a report is a Fact
        if isinstance(value, tuple) and value:
            return tuple(self._any(one, name) for one in value)
        if isinstance(value, dict):
            return {key: self._any(one) for key, one in value.items()}
        return value


def _said(value: str | int | float) -> str | int | float:
    return HIDDEN if isinstance(value, str) else value


def _status(signal: Signal) -> str | None:
    """The status line without its reason phrase, which anybody may have written."""
    return signal.received if signal.status is None else f"SIP/2.0 {signal.status}"
