"""Help for errors that teach: a value shown so that it can do no harm, and the spelling that was perhaps meant."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST_SHOWN = 60
ALIKE = 0.5  # of 1: "trnk" and "trunk" are at 0.8, "电活" and "电话" at 0.5


def shown(value: object) -> str:
    """A value found in somebody's file, on one line: escapes, controls and direction marks made visible, and cut."""
    text = str(value)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def nearest(word: str, choices: Iterable[str], *, alike: float = ALIKE) -> str | None:
    """The choice that was perhaps meant, or None when none has enough of the word's letters in their places."""
    from rapidfuzz import process  # late: it is only needed when something is wrong
    from rapidfuzz.distance import OSA
    from rapidfuzz.utils import default_process

    best = process.extractOne(
        word, sorted(choices), scorer=OSA.normalized_similarity, processor=default_process, score_cutoff=alike
    )
    return None if best is None else best[0]
