"""Text from elsewhere (names of units, words of a caller, replies of a server) made harmless before it travels."""

from __future__ import annotations

import re

LONGEST_LINE = 200  # characters; a subject that is longer is nobody's headline

# Controls but tab and line feed; marks that change the direction of what follows (Unicode TR 36, 2.4), byte order mark,
# tags that carry hidden text, and halves of surrogate pairs, which cannot be encoded.
_HARMFUL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")


def harmless(text: str) -> str:
    """The text with line feeds as its only line ends, and without what is invisible and harmful."""
    return _HARMFUL.sub("", _LINE_ENDS.sub("\n", text))


def one_line(text: str, longest: int = LONGEST_LINE) -> str:
    """Fit for a header: on one line, cut to `longest` characters, and without what a reader would decode (RFC 2047)."""
    line = " ".join(harmless(text.lstrip()[: longest * 20]).split()).replace("=?", "＝?")
    return line if len(line) <= longest else line[: longest - 1] + "…"
