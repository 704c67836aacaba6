"""Which signals are named over the waveform, and where their names stand. Pure."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len

from probe.evidence import ladder, ladder_svg, scrub
from probe.evidence.facts import Facts
from probe.evidence.ladder import Rung, Way, rungs

CELL_PX = 7.2  # of a label's text
BESIDE_S = 1.0
DULL = ("100 ", "ACK", "PRACK", "UPDATE")  # signals that say nothing to a reader
COLOUR = ladder_svg.COLOUR | {Way.SPOKEN: "#007A5A"}  # as text on white, the ladder's green is too pale


def marks(facts: Facts, length_s: float, width_px: float, lang: str) -> list[dict[str, Any]]:
    """Signals that are worth a label. Each label stands below those that reach over its line, so that no line crosses
    one."""
    until: list[float] = []  # how far the labels of each row reach, in pixels
    found: list[dict[str, Any]] = []
    for rung in rungs(facts.call.record.trace, lang):
        if _is_dull(rung, facts):
            continue
        short = rung.label if rung.way in (Way.EVENT, Way.SPOKEN) else rung.label.split(" ", 1)[0]
        name = f"{short} {rung.meaning}"
        label = scrub.inert(f"{rung.at_s:.1f}  {name}", 44)
        width, at = cell_len(label) * CELL_PX + 10, rung.at_s / length_s * width_px
        left = at + width > width_px
        begin = max(0.0, at - width) if left else at
        row = 1 + max((i for i, reach in enumerate(until) if reach > begin), default=-1)
        if row == len(until):
            until.append(0.0)
        until[row] = begin + width
        found.append({"at": rung.at_s, "label": label, "row": row, "colour": COLOUR[rung.way], "left": left})
    rows = len(until)
    return [mark | {"foot": rows - 0.5} for mark in found]


def _is_dull(rung: Rung, facts: Facts) -> bool:
    """Whether a reader can do without it: confirmations, and what the signals say anyhow."""
    if rung.way is Way.EVENT:
        return not _ends_unsaid(rung, facts)
    answered_s = facts.call.record.trace.answered_at_s
    confirms = rung.label.startswith("200 ") and (answered_s is None or abs(rung.at_s - answered_s) > ladder.BESIDE_S)
    return confirms or rung.label.startswith(DULL)


def _ends_unsaid(rung: Rung, facts: Facts) -> bool:
    """Whether the end of the call stands in no signal."""
    trace = facts.call.record.trace
    is_end = trace.ended_at_s is not None and rung.at_s == trace.ended_at_s and rung.at_s != trace.media_started_at_s
    return is_end and not any(abs(signal.at_s - rung.at_s) < BESIDE_S for signal in trace.signals)
