"""Text from outside (unit names, headers, transcripts) made harmless to look at. Escaping is the template's job."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from probe.model import Because
from probe.words import because as told
from probe.words import words

NAME_LIMIT = 60  # characters of a name that are shown
VALUE_LIMIT = 200
SENTENCE_LIMIT = 400
BIDI_CONTROLS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def clean(text: str) -> str:
    """Without what is invisible and acts: direction marks are dropped, control characters become spaces or U+FFFD.

    Right-to-left letters stay; the template isolates names and sentences from what is around them.
    """
    return "".join(_harmless(char) for char in text.translate(BIDI_CONTROLS))


def short(text: str, limit: int = NAME_LIMIT) -> str:
    """The beginning of a text that may be of any length."""
    text = clean(text[: limit * 4]).strip()
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def sentence(because: Because, lang: str) -> str:
    """One piece of evidence in words. Calls of another version may bring a key or values that ours has no words for."""
    values = {
        name: short(value, VALUE_LIMIT) if isinstance(value, str) else value for name, value in because.values.items()
    }
    try:
        return short(told(because.key, lang, **values), SENTENCE_LIMIT)
    except (KeyError, ValueError, TypeError):
        return words("report.because_unknown", lang, name=short(because.key))


def relative_link(path: str | None) -> str | None:
    """A recording's path as a link beside the report; None when it would lead anywhere else."""
    if not path or path.startswith("/") or "\\" in path or ".." in path.split("/"):
        return None
    return quote(path, errors="replace")


def _harmless(char: str) -> str:
    if char in "\t\n\r\u2028\u2029":
        return " "
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in {"Cc", "Cs"} else char
