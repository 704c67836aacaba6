"""Text from outside (unit names, headers, transcripts) made harmless to look at. Escaping is the template's job."""

from __future__ import annotations

from urllib.parse import quote

from probe.harmless import clean, short
from probe.model import Because
from probe.words import because as told
from probe.words import words

__all__ = ["clean", "relative_link", "sentence", "short"]

VALUE_LIMIT = 200
SENTENCE_LIMIT = 400


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
