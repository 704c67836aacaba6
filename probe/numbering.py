"""How a country's telephone numbers are built, from `probe/data/numbering.toml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Regular expressions over plain digits."""

    code: str  # country code, no "+"
    area: str  # area codes, no trunk prefix
    subscriber: str  # local numbers
    short: str  # service codes that are dialled as they are
    carrier: tuple[str, ...]  # carrier selection prefixes


def plan(country: str) -> Plan | None:
    """The plan of a country (ISO 3166), or None when we have no table of our own."""
    return _plans().get(country.upper())


@cache
def _plans() -> dict[str, Plan]:
    return msgspec.toml.decode((files(__package__) / "data/numbering.toml").read_bytes(), type=dict[str, Plan])
