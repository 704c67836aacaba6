"""The ladder as a drawing (SVG): the same rungs, for who reads no monospaced text."""

from __future__ import annotations

from html import escape

from probe.evidence.ladder import Rung, Way, rungs
from probe.model import Trace
from probe.words import words

WIDTH, LEFT, RIGHT = 980, 110, 560
TOP, STEP, NOTE_STEP = 70, 34, 18
FONT = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif"
COLOUR = {Way.OUT: "#0072B2", Way.IN: "#222222", Way.MADE_UP: "#B00000", Way.SPOKEN: "#009E73", Way.EVENT: "#777777"}


def draw(trace: Trace, lang: str) -> str:
    """The drawing; self-contained, without scripts or links."""
    found = rungs(trace, lang)
    parts: list[str] = []
    y = TOP
    for rung in found:
        parts += _rung(rung, y)
        y += STEP + NOTE_STEP * len(rung.notes)
    rails = "".join(f'<path d="M{x} {TOP - 24}V{y - STEP / 2}" stroke="#BBBBBB"/>' for x in (LEFT, RIGHT))
    heads = _text(LEFT, 34, words("evidence.robot", lang), anchor="middle", weight="bold") + _text(
        RIGHT, 34, words("evidence.trunk", lang), anchor="middle", weight="bold"
    )
    arrow = "".join(
        f'<marker id="{way}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{COLOUR[way]}"/></marker>'
        for way in (Way.OUT, Way.IN, Way.SPOKEN)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" '
        f'font-family="{FONT}" font-size="14"><rect width="100%" height="100%" fill="white"/>'
        f"<defs>{arrow}</defs>{rails}{heads}{''.join(parts)}</svg>\n"
    )


def _rung(rung: Rung, y: int) -> list[str]:
    colour = COLOUR[rung.way]
    label = rung.label if len(rung.label) <= 52 else rung.label[:51] + "…"
    parts = [_text(LEFT - 14, y + 5, f"{rung.at_s:.2f}", anchor="end", colour="#777777")]
    match rung.way:
        case Way.OUT | Way.IN | Way.SPOKEN:
            begin, end = (RIGHT, LEFT) if rung.way is Way.IN else (LEFT, RIGHT)
            dashes = ' stroke-dasharray="4 4"' if rung.way is Way.SPOKEN else ""
            parts.append(
                f'<path d="M{begin} {y}H{end}" stroke="{colour}" stroke-width="1.5" '
                f'marker-end="url(#{rung.way})"{dashes}/>'
            )
            parts.append(_text((LEFT + RIGHT) // 2, y - 6, label, anchor="middle", colour=colour))
        case Way.MADE_UP | Way.EVENT:
            parts.append(f'<circle cx="{LEFT}" cy="{y}" r="4.5" fill="{colour}"/>')
            parts.append(_text(LEFT + 14, y + 5, label, colour=colour))
    if rung.meaning:
        parts.append(_text(RIGHT + 16, y + 5, rung.meaning, weight="bold"))
    for index, note in enumerate(rung.notes, 1):
        shown = note if len(note) <= 110 else note[:109] + "…"
        parts.append(_text(LEFT + 14, y + 2 + NOTE_STEP * index, shown, colour="#555555", size=12))
    return parts


def _text(
    x: int, y: int, text: str, *, anchor: str = "start", colour: str = "#222222", weight: str = "normal", size: int = 14
) -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}" font-weight="{weight}" '
        f'font-size="{size}">{escape(text)}</text>'
    )
