"""A failed call that somebody else made: a citizen, or a 体验官 (who tries services on the citizens' behalf)."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Literal

from probe import masking
from probe.errors import IncidentError
from probe.model import Fact

LONGEST_BY = 60
LONGEST_NOTE = 500
OLDEST = timedelta(days=90)
AHEAD = timedelta(minutes=5)  # clocks differ
HIDDEN = "[…]"
_REST_OF_IDENTITY = re.compile(rf"(?<={re.escape(HIDDEN)})[xX]")

Heard = Literal["busy", "unanswered", "voicemail", "unreachable", "dropped"]


class Testimony(Fact, frozen=True, kw_only=True):
    """What was told. It stands beside the robot's evidence and counts in no rate."""

    number: str
    happened_at: datetime
    told_at: datetime
    heard: Heard
    by: str  # "体验官", "市民": who in general, not a name
    note: str = ""


def take(
    *, number: str, happened_at: datetime, told_at: datetime, heard: Heard, by: str, note: str = ""
) -> tuple[Testimony, bool]:
    """Make one, and say whether something was left out of it.

    Telephone and identity numbers in `by` and `note` are left out: whose call it was is nobody's business here.
    IncidentError for a time that cannot be (in the future, or more than 90 days ago) and for texts that are too long.
    """
    if not told_at - OLDEST <= happened_at <= told_at + AHEAD:
        raise IncidentError("incidents.bad_time", value=f"{happened_at:%Y-%m-%d %H:%M}", days=OLDEST.days)
    who, hid_who = without_numbers(one_line(by))
    what, hid_what = without_numbers(one_line(note))
    checked(who, "--by", LONGEST_BY)
    checked(what, "--note", LONGEST_NOTE, empty=True)
    told = Testimony(number=number, happened_at=happened_at, told_at=told_at, heard=heard, by=who, note=what)
    return told, hid_who or hid_what


def one_line(text: str) -> str:
    """On one line, and without characters that cannot be seen: controls, escapes, direction marks."""
    joined = " ".join(text.split())
    return "".join(char for char in joined if char.isprintable())


def without_numbers(text: str) -> tuple[str, bool]:
    """The text without numbers of seven digits and more, in any width or grouping; dates stay. And whether any was."""
    plain = "".join(
        unicodedata.normalize("NFKC", char) if char.isnumeric() or char in "＋－" else char for char in text
    )
    hidden = _REST_OF_IDENTITY.sub("", masking.without_numbers(plain, HIDDEN))
    return (hidden, True) if hidden != plain else (text, False)


def checked(text: str, what: str, longest: int, *, empty: bool = False) -> str:
    """The text when it may stand; IncidentError when it is empty or too long."""
    if not text and not empty:
        raise IncidentError("incidents.empty", what=what)
    if len(text) > longest:
        raise IncidentError("incidents.too_long", what=what, length=len(text), longest=longest)
    return text
