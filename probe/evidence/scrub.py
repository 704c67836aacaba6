"""Texts that came from outside, made fit to be shown: nothing invisible, no credentials, no telephone numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from probe.masking import masked_text

LONGEST = 300  # characters of one text
HEADERS = ("Reason", "Retry-After", "Warning", "Contact")  # what a trace keeps; whatever else stands there stays out
_SECRETS = re.compile(r"(?i)\b(password|passwd|pwd|token|nonce|response|opaque|cnonce)\s*=\s*(\"[^\"]*\"|[^\s,;>&]+)")
_LOGIN = re.compile(r"(?i)\b(sips?:[^\s:@<>]{1,200}):[^\s@<>]*@")


def inert(text: str, longest: int = LONGEST) -> str:
    """On one line, without controls, escapes, direction marks and characters that stack; cut at `longest`."""
    joined = " ".join(text[: 4 * longest].split())
    plain = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in joined)
    calm = _few_marks(plain)
    return calm if len(calm) <= longest else calm[: longest - 1] + "…"


def said(text: str, longest: int = LONGEST) -> str:
    """What was signalled, said or concluded: inert, without passwords, telephone numbers masked."""
    unlocked = _SECRETS.sub(lambda found: f"{found[1]}=***", inert(text, longest))
    return masked_text(_LOGIN.sub(lambda found: f"{found[1]}:***@", unlocked))


def headers(found: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Those that a trace may keep, each made fit to be shown."""
    return {name: tuple(said(value) for value in found[name]) for name in HEADERS if name in found}


def file_name(text: str) -> str:
    """A name for a file or folder of the pack: letters, digits, "-", "_" and ".", never hidden, never a path."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", unicodedata.normalize("NFKC", text))[:100]
    return plain.lstrip("._-") or "call"


def _few_marks(text: str) -> str:
    """No more than two marks on one character: more climb over the lines above."""
    out: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= 2:
            out.append(char)
    return "".join(out)
