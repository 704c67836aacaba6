"""Which column of a table is which, from `probe/data/headers.toml`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

import msgspec

REQUIRED = ("number", "unit")
_REMARK = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")


class _Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    unit: tuple[str, ...]
    department: tuple[str, ...]
    number: tuple[str, ...]
    service: tuple[str, ...]
    hours: tuple[str, ...]
    owner_email: tuple[str, ...]
    scenario: tuple[str, ...]
    note: tuple[str, ...]
    timezone: tuple[str, ...]
    off_hours: tuple[str, ...]
    interval_min: tuple[str, ...]
    lines: tuple[str, ...]
    extension: tuple[str, ...]
    stands_in: dict[str, tuple[str, ...]]


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Where each field stands in a row. `twice` names two headers that mean the same field."""

    place: dict[str, int]  # field → index
    titles: tuple[str, ...]  # the header as written
    twice: tuple[str, str] | None = None

    @property
    def complete(self) -> bool:
        return all(field in self.place for field in REQUIRED)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Headers that name nothing of ours."""
        known = set(self.place.values())
        return tuple(title for i, title in enumerate(self.titles) if title and i not in known)


def match(row: Sequence[str]) -> Columns:
    """Read a row as a header."""
    titles = tuple(" ".join(cell.split()) for cell in row)
    place: dict[str, int] = {}
    twice: tuple[str, str] | None = None
    for index, title in enumerate(titles):
        field = _fields().get(_plain(title))
        if field is None:
            continue
        if field in place:
            twice = twice or (titles[place[field]], title)
        else:
            place[field] = index
    if "unit" not in place and "department" in place and _plain(titles[place["department"]]) in _stand_ins():
        place["unit"] = place.pop("department")
    return Columns(place=place, titles=titles, twice=twice)


def title_of(columns: Columns, field: str) -> str:
    """The header of a field as the table writes it."""
    return columns.titles[columns.place[field]]


def all_names() -> Iterable[str]:
    """Every header that is understood."""
    return [name for names in _fields_of().values() for name in names]


def printed(field: str, lang: str) -> str:
    """What we call a column in a language."""
    names = _fields_of()[field]
    return names[0] if lang == "zh" else next(name for name in names if name.isascii())


def _plain(title: str) -> str:
    text = _REMARK.sub("", unicodedata.normalize("NFKC", title)).casefold()
    return "".join(char for char in text if char.isalnum())


@cache
def _names() -> _Names:
    return msgspec.toml.decode((files("probe") / "data/headers.toml").read_bytes(), type=_Names)


@cache
def _fields_of() -> dict[str, tuple[str, ...]]:
    return {field: getattr(_names(), field) for field in _Names.__struct_fields__ if field != "stands_in"}


@cache
def _fields() -> dict[str, str]:
    return {_plain(name): field for field, names in _fields_of().items() for name in names}


@cache
def _stand_ins() -> frozenset[str]:
    return frozenset(map(_plain, _names().stands_in["unit"]))
