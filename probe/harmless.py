"""Text from outside (unit names, headers, transcripts) made harmless to look at, and as a cell of a spreadsheet."""

from __future__ import annotations

import unicodedata

NAME_LIMIT = 60  # characters of a name that are shown
CELL_LIMIT = 200  # of a cell: a spreadsheet holds 32,767, a reader no more than this
BIDI_CONTROLS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # what a spreadsheet may carry out (OWASP: CSV injection)


def clean(text: str) -> str:
    """Without what is invisible and acts: direction marks are dropped, control characters become spaces or U+FFFD.

    Right-to-left letters stay; the template isolates names and sentences from what is around them.
    """
    return "".join(_harmless(char) for char in text.translate(BIDI_CONTROLS))


def short(text: str, limit: int = NAME_LIMIT) -> str:
    """The beginning of a text that may be of any length."""
    text = clean(text[: limit * 4]).strip()
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def as_cell(text: str) -> str:
    """A text as a cell: no longer than a reader reads."""
    return short(text, CELL_LIMIT)


def no_formula(text: str) -> str:
    """The cell of a CSV file, where nothing else says that it is text."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _harmless(char: str) -> str:
    if char in "\t\n\r\u2028\u2029":
        return " "
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in {"Cc", "Cs"} else char
