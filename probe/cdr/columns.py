"""Which column of a file of call records is which, from `probe/data/cdr.toml` and what the user says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import msgspec

from probe.cdr.record import Result
from probe.cdr.values import plain
from probe.errors import CdrError
from probe.hints import nearest, shown

FIELDS = ("start", "src", "dst", "status", "duration", "talk", "ring", "unique")
ASTERISK_STATUS = 14  # of Master.csv's fields, counted from 0
ASTERISK_START = 9


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    columns: dict[str, tuple[str, ...]]
    results: dict[Result, tuple[str, ...]]
    asterisk: dict[str, tuple[str, ...]]


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Where each field stands in a row, and what the file calls it. `header`: whether the row was one."""

    place: dict[str, int]
    titles: tuple[str, ...]
    header: bool = True

    @property
    def complete(self) -> bool:
        """The time, and how it ended or how long it lasted: less is no record of a call."""
        return "start" in self.place and ("status" in self.place or "talk" in self.place)

    def title(self, field: str) -> str:
        return self.titles[self.place[field]]


def match(row: Sequence[str], named: Mapping[str, str]) -> Columns:
    """Read a row as a header. `named`: what the user says of some fields, which goes before."""
    titles = tuple(" ".join(cell.split()) for cell in row)
    place: dict[str, int] = {}
    for field, title in named.items():
        found = [index for index, known in enumerate(titles) if plain(known) == plain(title)]
        if found:
            place[field] = found[0]
    taken = set(place.values())
    for index, title in enumerate(titles):
        known_as = _fields().get(plain(title))
        if known_as is not None and known_as not in place and known_as not in named and index not in taken:
            place[known_as] = index
    return Columns(place=place, titles=titles)


def headerless(row: Sequence[str]) -> Columns | None:
    """Asterisk's Master.csv, which begins with a record: known by its number of fields, a time and a result."""
    fields = data().asterisk["fields"]
    if not len(fields) - 2 <= len(row) <= len(fields):
        return None
    if not row[ASTERISK_START][:4].isdigit() or result_of(row[ASTERISK_STATUS]) is None:
        return None
    titles = tuple(fields[: len(row)])
    place = {field: index for index, name in enumerate(titles) if (field := _fields().get(plain(name)))}
    return Columns(place=place, titles=titles, header=False)


def checked_names(pairs: Sequence[str]) -> dict[str, str]:
    """`--map FIELD=TITLE` → field → title. CdrError for what is no pair or no field of ours."""
    named = {}
    for pair in pairs:
        field, equals, title = pair.partition("=")
        if not equals or not title.strip():
            raise CdrError("cdr.bad_map", value=shown(pair))
        if field.strip() not in FIELDS:
            near = nearest(field, FIELDS) or "start"
            raise CdrError("cdr.no_field", field=shown(field), fields=", ".join(FIELDS), near=near)
        named[field.strip()] = title.strip()
    return named


def result_of(text: str) -> Result | None:
    """What the result column says, or None when it says nothing that is known."""
    return _results().get(plain(text))


def first_name(field: str) -> str:
    """What we call a column: its first name in English and in Chinese."""
    names = data().columns[field]
    return f"{names[0]} / {next(name for name in names if not name.isascii())}"


@cache
def data() -> _Data:
    return msgspec.toml.decode((files("probe") / "data/cdr.toml").read_bytes(), type=_Data)


@cache
def _fields() -> dict[str, str]:
    return {plain(name): field for field in FIELDS for name in data().columns[field]}


@cache
def _results() -> dict[str, Result]:
    return {plain(name): result for result, names in data().results.items() for name in names}
