"""Recognised words in a verdict's reasons: where they may stand, and how a reason reads without them.

Before the answer they are the network's and are quoted; after it a person may have said them, and no more than the
phrase of our own table stays. When words are forgotten, so are the quotes.
"""

from __future__ import annotations

import msgspec

from probe.model import Because, Verdict

WITHOUT = {"words": "phrase", "advert": "colour_ring"}  # a reason that quotes → the same without the quote


def unquoted(one: Because) -> Because:
    """A reason without words that were recognised; the text of a known recording is the library's and stays."""
    if one.key not in WITHOUT:
        return one
    return Because(key=WITHOUT[one.key], values={name: value for name, value in one.values.items() if name != "text"})


def without_quotes(verdict: Verdict) -> Verdict:
    """A verdict whose reasons quote nobody."""
    return msgspec.structs.replace(verdict, because=tuple(unquoted(one) for one in verdict.because))
