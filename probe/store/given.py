"""What a day's plan was drawn from, besides its seed: kept with it, so that whoever has the seed draws exactly it.

What stands in the database for good is only pointed at: the directory by the rows in force, what had been dialled by
lines of the audit log. What may be judged otherwise later (whether a call was answered) is kept as it was known then.
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from hashlib import sha256

from probe.model import Fact, Number
from probe.plan import Policy, Slot
from probe.store import rows
from probe.store.audit import Attempted

FLAGS = {True: "+", False: "-", None: "?"}
KNOWN = {flag: answered for answered, flag in FLAGS.items()}


class Given(Fact, frozen=True, kw_only=True):
    """Everything that `plan_day` was told."""

    version: str  # of the program
    at: datetime
    policy: Policy
    default_hours: str
    working: dict[date, bool]  # the days around it, as the calendar said; those that nobody knew are not in it
    callers: int
    already: tuple[Slot, ...]
    dialled: str  # lines of the audit log and whether they had been answered, see `packed`
    newest: int  # row of the directory
    directory: str  # its SHA-256, see `digest`


def digest(numbers: Iterable[Number]) -> str:
    """The SHA-256 of a directory, whatever its order: 64 hex digits."""
    found = sha256()
    for text in sorted(rows.json(number) for number in numbers):
        found.update(text.encode())
    return found.hexdigest()


def packed(attempts: Iterable[Attempted]) -> str:
    """Attempts (in order) as text: the distance of each line from the one before and a sign, zlib, base64."""
    last, parts = 0, []
    for attempted in attempts:
        parts.append(f"{attempted.id - last}{FLAGS[attempted.answered]}")
        last = attempted.id
    return b64encode(zlib.compress("".join(parts).encode(), 9)).decode()


def unpacked(text: str) -> Iterator[tuple[int, bool | None]]:
    """The lines, and whether they were answered."""
    line, digits = 0, ""
    for char in zlib.decompress(b64decode(text)).decode():
        if char in KNOWN:
            line += int(digits)
            yield line, KNOWN[char]
            digits = ""
        else:
            digits += char
