"""Analyse: calls → figures. Pure.

`calls` makes the figures of a few whole calls. Everything else here reads `Columns`, in which a million calls are 50
MB: `study` puts a period together of `summary` (figures), `compare` (units against each other), `change` (against the
period before), `score` (the performance sheet), `pattern` (hours, trend) and `appendix` (how it was made).
"""

from probe.analyse.calls import (
    RATED,
    WORST_FIRST,
    Analysis,
    Figures,
    Line,
    Unit,
    analyse,
    excluded_as,
    figures,
    in_time,
    is_counted,
    is_excluded,
    worst_first,
)
from probe.analyse.rate import CONFIDENCE, ENOUGH_CALLS, ENOUGH_DAYS, Rate, Z, wilson

__all__ = [
    "CONFIDENCE",
    "ENOUGH_CALLS",
    "ENOUGH_DAYS",
    "RATED",
    "WORST_FIRST",
    "Analysis",
    "Figures",
    "Line",
    "Rate",
    "Unit",
    "Z",
    "analyse",
    "excluded_as",
    "figures",
    "in_time",
    "is_counted",
    "is_excluded",
    "wilson",
    "worst_first",
]
