"""Does the handset lie beside its phone? The odds from its own calls, two careful levels, and when to call again.

    usual = baseline(history, policy)                       # once a day
    odds = assess(seen, usual, now, policy, caps=Caps(…))   # after every call
    odds.level, odds.stuck, odds.because, odds.alternatives
    drawn(odds.next_gap_s, die)                             # when to follow up, at random around the best moment

Pure. Sentences are in probe/words/odds.toml: `words(f"odds.{because.key}", lang, **because.values)`.
How it works and how well: docs/odds.md.
"""

from probe.model import Purpose
from probe.odds.alternatives import Sibling
from probe.odds.assess import assess, thresholds
from probe.odds.caps import caps
from probe.odds.detection import Detection, detection
from probe.odds.facts import Alternative, Baseline, Caps, Habits, Level, Odds, Policy, Seen
from probe.odds.gap import drawn
from probe.odds.history import baseline, fleet

__all__ = [
    "Alternative",
    "Baseline",
    "Caps",
    "Detection",
    "Habits",
    "Level",
    "Odds",
    "Policy",
    "Purpose",
    "Seen",
    "Sibling",
    "assess",
    "baseline",
    "caps",
    "detection",
    "drawn",
    "fleet",
    "thresholds",
]
