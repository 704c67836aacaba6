"""What was heard in a call, laid out in lanes over its time: tones, speech, music, quiet. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum

from probe.evidence import scrub
from probe.evidence.kept import Span
from probe.model import Fact, Kind, Segment, Sounds, Trace
from probe.words import words


class Lane(StrEnum):
    """A row of the picture."""

    TONE = "tone"
    SPEECH = "speech"
    MUSIC = "music"
    QUIET = "quiet"


LANE = dict.fromkeys(Kind, Lane.TONE) | {
    Kind.SPEECH: Lane.SPEECH,
    Kind.MUSIC: Lane.MUSIC,
    Kind.NOISE: Lane.QUIET,
    Kind.SILENCE: Lane.QUIET,
}
STEPS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
TICK_CELLS = 8  # between two times on the scale, at least


class Piece(Fact, frozen=True, kw_only=True):
    """A stretch of one kind; `label` is short, `detail` a sentence."""

    lane: Lane
    kind: Kind
    start_s: float
    end_s: float
    label: str
    detail: str


def pieces(sounds: Sounds, lang: str) -> tuple[Piece, ...]:
    """The stretches with their names, in order; those that make no sense (no end, not a number) are left out."""
    return tuple(
        Piece(
            lane=LANE[s.kind],
            kind=s.kind,
            start_s=s.start_s,
            end_s=s.end_s,
            label=_label(s, lang),
            detail=_detail(s, lang),
        )
        for s in sounds.segments
        if math.isfinite(s.start_s) and math.isfinite(s.end_s) and s.end_s > s.start_s >= 0
    )


def end_s(trace: Trace, sounds: Sounds) -> float:
    """Where the picture ends: the end of the call, or of what was heard."""
    ends = (trace.ended_at_s, sounds.until_s, *(s.at_s for s in trace.signals), *(s.end_s for s in sounds.segments))
    return max((end for end in ends if end is not None and math.isfinite(end)), default=1.0) or 1.0


def step_s(length_s: float, most: int) -> float:
    """Between two marks of a scale with no more than so many."""
    return next((step for step in STEPS_S if length_s / step <= most), math.ceil(length_s / max(1, most)))


def scale(length_s: float, cells: int) -> str:
    """The scale over the lanes: seconds, so many columns wide."""
    step = step_s(length_s, max(1, cells // TICK_CELLS))
    out = [" "] * (cells + 6)
    at = 0.0
    while at <= length_s:
        for offset, char in enumerate(f"{at:.0f}"):
            out[_cell(at, length_s, cells) + offset] = char
        at += step
    return "".join(out).rstrip()


def lane(found: Sequence[Piece], which: Lane, length_s: float, cells: int) -> tuple[Piece | None, ...]:
    """One lane as so many columns: in each the piece that fills most of it, None where there is none."""
    row: list[Piece | None] = [None] * cells
    width_s = length_s / cells
    for piece in (one for one in found if one.lane is which):
        first = min(cells - 1, _cell(piece.start_s, length_s, cells))
        last = min(cells, max(first + 1, round(piece.end_s / width_s)))
        row[first:last] = [piece] * (last - first)
    return tuple(row)


def list_text(sounds: Sounds, cut: Sequence[Span], lang: str) -> str:
    """Every stretch on a line of its own, for a file."""
    rows = [(piece.start_s, piece.end_s, piece.detail) for piece in pieces(sounds, lang)]
    rows += [(start_s, end_s, words("evidence.cut", lang)) for start_s, end_s in cut]
    lines = (f"{start_s:8.2f}  {end_s:8.2f}  {detail}" for start_s, end_s, detail in sorted(rows))
    return "\n".join([words("evidence.sounds_head", lang), *lines]) + "\n"


def _cell(at_s: float, length_s: float, cells: int) -> int:
    return max(0, min(cells, round(at_s / length_s * cells)))


def _label(segment: Segment, lang: str) -> str:
    name = words(f"evidence.kind_{segment.kind}", lang)
    if segment.kind is Kind.SPEECH and segment.known:
        return words("evidence.known_short", lang)
    if segment.repeat_of_s is not None:
        return words("evidence.repeat_short", lang)
    return f"{name} ×{segment.cycles}" if segment.cycles > 1 else name


def _detail(segment: Segment, lang: str) -> str:
    parts = [_label(segment, lang)]
    if segment.hz is not None and math.isfinite(segment.hz):
        parts.append(f"{segment.hz:.0f} Hz")
    if LANE[segment.kind] is not Lane.QUIET and math.isfinite(segment.level_dbfs):
        parts.append(f"{segment.level_dbfs:.0f} dBFS")
    if segment.repeat_of_s is not None:
        parts.append(words("evidence.repeat", lang, at_s=segment.repeat_of_s))
    if segment.text:
        parts.append(words("evidence.quoted", lang, text=scrub.inert(segment.text, 120)))
    return " · ".join(parts)
