"""One call at a glance: what was signalled, the waveform, and what was heard, over one clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from probe.cdr.picture import FONT
from probe.evidence import scrub, texts
from probe.evidence.facts import Facts
from probe.evidence.kept import cut_spans
from probe.evidence.marks import CELL_PX, marks
from probe.evidence.shape import envelope, wrapped
from probe.evidence.timeline import Lane, Piece, end_s, pieces, step_s
from probe.model import Kind
from probe.words import words

if TYPE_CHECKING:
    import altair

WIDTH = 1060
WAVE_PX, LANE_PX, LABEL_PX = 150, 36, 20
LINE_CELLS = 132  # of the reasons
MOST_LINES = 7
PNG_SCALE = 2.0
HEADROOM = 1.1
SHORTEST_S = 5.0  # of a picture
INK, GREY = "#222222", "#777777"
# Okabe and Ito's colours, which people who see few colours can tell apart.
COLOUR = {
    Kind.RINGBACK: "#0072B2",
    Kind.BUSY: "#D00000",
    Kind.CONGESTION: "#E69F00",
    Kind.VACANT: "#7B3294",
    Kind.SPEECH: "#009E73",
    Kind.MUSIC: "#CC79A7",
    Kind.NOISE: "#C4C4C4",
    Kind.SILENCE: "#E4E4E4",
}
OTHER_TONE = "#56616B"
DARK = {Kind.RINGBACK, Kind.BUSY, Kind.VACANT, Kind.SPEECH}  # white text can be read on these


def draw(facts: Facts, *, lang: str, zone: ZoneInfo) -> altair.VConcatChart:
    """The picture of a call. Needs the `charts` extra (ImportError without it)."""
    import altair as alt

    record = facts.call.record
    length_s = max(SHORTEST_S, end_s(record.trace, record.sounds)) * 1.01
    labels = marks(facts, length_s, WIDTH, lang)
    scale = alt.Scale(domain=[0, length_s], nice=False)
    step = step_s(length_s, 20)
    ticks = [i * step for i in range(int(length_s / step) + 1)]
    axis = alt.Axis(
        title=words("evidence.picture_seconds", lang),
        values=ticks,
        grid=True,
        gridColor="#EEEEEE",
        format="d",
    )
    rules = [{"at": mark["at"], "colour": mark["colour"]} for mark in labels]
    above = _signals(labels, scale)
    wave = _wave(facts, length_s, rules, scale, ticks, lang)
    lanes = _lanes(pieces(record.sounds, lang), length_s, rules, scale, axis, lang)
    chart: altair.VConcatChart = (
        alt.vconcat(above, wave, lanes, spacing=6, title=_title(facts, lang, zone))
        .configure(font=FONT, background="white", padding=22)
        .configure_view(stroke="#CCCCCC")
        .configure_axis(labelFontSize=13, titleFontSize=13, titleFontWeight="normal")
    )
    return chart


def to_svg(chart: altair.VConcatChart) -> str:
    """The picture as SVG, its text set in a Chinese font of who looks at it."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(chart.to_dict()))


def to_png(chart: altair.VConcatChart) -> bytes:
    """The picture as PNG; this machine must have a Chinese font (such as Noto Sans CJK)."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(chart.to_dict(), scale=PNG_SCALE))


def _title(facts: Facts, lang: str, zone: ZoneInfo) -> altair.TitleParams:
    import altair as alt

    call = facts.call
    verdict, trace = call.record.verdict, call.record.trace
    title = words(
        "evidence.picture_title",
        lang,
        outcome=words(f"names.outcome_{verdict.outcome}", lang),
        cause=words(f"names.cause_{verdict.cause}", lang),
        unit=scrub.inert(call.number.office, 40),
        number=scrub.inert(call.number.written, 40),
    )
    when = words(
        "evidence.picture_when",
        lang,
        at=texts.clock(trace.started_at, zone),
        zone=zone.key,
        confidence=verdict.confidence,
        blame=words(f"names.blame_{verdict.blame}", lang),
    )
    lines = [when]
    if call.voided:
        lines.append(texts.voided(call.voided, lang))
    for sentence in texts.sentences(verdict, lang):
        lines += wrapped(f"· {sentence}", LINE_CELLS)
    return alt.TitleParams(
        title,
        subtitle=lines[:MOST_LINES] + (["…"] if len(lines) > MOST_LINES else []),
        anchor="start",
        frame="group",
        fontSize=20,
        subtitleFontSize=14,
        subtitleColor=INK,
        subtitlePadding=8,
        subtitleLineHeight=20,
        offset=14,
    )


def _signals(labels: Sequence[dict[str, Any]], scale: altair.Scale) -> altair.LayerChart:
    import altair as alt

    rows = max((mark["row"] for mark in labels), default=0) + 1
    x = alt.X("at:Q", scale=scale, axis=None)
    y = alt.Y("row:Q", scale=alt.Scale(domain=[-0.5, rows - 0.5], reverse=True), axis=None)
    names = [
        alt.Chart(_data([mark for mark in labels if mark["left"] is left]))
        .mark_text(align="right" if left else "left", dx=-5 if left else 5, fontSize=13, fontWeight="bold")
        .encode(x=x, y=y, text="label:N", color=_colour())
        for left in (False, True)
    ]
    lines = (
        alt.Chart(_data(labels))
        .mark_rule(strokeWidth=1.2, strokeDash=[4, 3], opacity=0.7)
        .encode(x=x, y=y, y2="foot:Q", color=_colour())
    )
    return _layered(lines, *names, width=WIDTH, height=rows * LABEL_PX)


def _wave(
    facts: Facts,
    length_s: float,
    rules: list[dict[str, Any]],
    scale: altair.Scale,
    ticks: list[float],
    lang: str,
) -> altair.LayerChart:
    import altair as alt

    record = facts.call.record
    x = alt.X(
        "at:Q", scale=scale, axis=alt.Axis(values=ticks, labels=False, ticks=False, title=None, gridColor="#EEEEEE")
    )
    layers = []
    if facts.pcm is None:
        note = [{"at": length_s / 2, "label": facts.sound_text(lang)}]
        layers.append(alt.Chart(_data(note)).mark_text(fontSize=15, color=GREY).encode(x=x, text="label:N"))
    else:
        bins = envelope(facts.pcm, record.trace.media_started_at_s or 0.0)
        peak = max(0.02, max(max(b["high"], -b["low"]) for b in bins))
        y = alt.Y(
            "low:Q",
            scale=alt.Scale(domain=[-HEADROOM * peak, HEADROOM * peak]),
            title=words("evidence.picture_level", lang),
        )
        axis = alt.Axis(labels=False, ticks=False, grid=False)
        cuts = [{"at": a, "end": b} for a, b in cut_spans(record)]
        longest = max(cuts, key=lambda cut: cut["end"] - cut["at"], default=None)
        layers.append(alt.Chart(_data(cuts)).mark_rect(color="#E2DFD6").encode(x=x, x2="end:Q"))
        layers.append(
            alt.Chart(_data(bins))
            .mark_area(color="#34495E", interpolate="step-after")
            .encode(x=x, y=y.axis(axis), y2="high:Q")
        )
        if longest is not None:
            label = words("evidence.picture_cut", lang)
            if (longest["end"] - longest["at"]) / length_s * WIDTH > cell_len(label) * CELL_PX:
                middle = [{"at": (longest["at"] + longest["end"]) / 2, "label": label}]
                layers.append(
                    alt.Chart(_data(middle))
                    .mark_text(fontSize=13, fontWeight="bold", color="#6B5B2E", y=12)
                    .encode(x=x, text="label:N")
                )
    return _layered(_rules(rules, x), *layers, width=WIDTH, height=WAVE_PX)


def _lanes(
    found: Sequence[Piece],
    length_s: float,
    rules: list[dict[str, Any]],
    scale: altair.Scale,
    axis: altair.Axis,
    lang: str,
) -> altair.LayerChart:
    import altair as alt

    names = {lane: words(f"evidence.lane_{lane}", lang) for lane in Lane}
    bars = [
        {
            "at": piece.start_s,
            "end": piece.end_s,
            "lane": names[piece.lane],
            "colour": COLOUR.get(piece.kind, OTHER_TONE),
        }
        for piece in found
    ]
    y = alt.Y(
        "lane:N",
        sort=list(names.values()),
        scale=alt.Scale(domain=list(names.values())),
        title=None,
        axis=alt.Axis(labelFontSize=14, ticks=False, domain=False, labelPadding=8),
    )
    x = alt.X("at:Q", scale=scale, axis=axis)
    labels = [label for lane in Lane for label in _labels([p for p in found if p.lane is lane], length_s, names[lane])]
    return _layered(
        alt.Chart(_data([{"at": 0.0, "end": 0.0, "lane": name} for name in names.values()]))
        .mark_bar()
        .encode(x=x, y=y),
        _rules(rules, x),
        alt.Chart(_data(bars)).mark_bar(height=24, cornerRadius=2).encode(x=x, x2="end:Q", y=y, color=_colour()),
        alt.Chart(_data(labels))
        .mark_text(align="left", dx=5, fontSize=13)
        .encode(x=x, y=y, text="label:N", color=_colour()),
        width=WIDTH,
        height=LANE_PX * len(names),
    )


def _labels(lane: Sequence[Piece], length_s: float, name: str) -> list[dict[str, Any]]:
    """The names of stretches: inside of the bar, else behind it when there is room before the next."""
    found = []
    stops = [*(piece.start_s for piece in lane[1:]), length_s][: len(lane)]
    for piece, stop_s in zip(lane, stops, strict=True):
        needs_s = (cell_len(piece.label) * CELL_PX + 8) / WIDTH * length_s
        inside = piece.end_s - piece.start_s >= needs_s
        if inside or stop_s - piece.end_s >= needs_s:
            at = piece.start_s if inside else piece.end_s
            colour = "white" if inside and (piece.kind in DARK or piece.kind not in COLOUR) else INK
            found.append({"at": at, "label": piece.label, "lane": name, "colour": colour})
    return found


def _layered(*layers: altair.Chart, width: int, height: int) -> altair.LayerChart:
    import altair as alt

    return alt.LayerChart(layer=list(layers), width=width, height=height)


def _rules(rules: list[dict[str, Any]], x: altair.X) -> altair.Chart:
    import altair as alt

    lines: altair.Chart = (
        alt.Chart(_data(rules)).mark_rule(strokeWidth=1.2, strokeDash=[4, 3], opacity=0.7).encode(x=x, color=_colour())
    )
    return lines


def _colour() -> altair.Color:
    import altair as alt

    return alt.Color("colour:N", scale=None, legend=None)


def _data(rows: Sequence[dict[str, Any]]) -> altair.InlineData:
    import altair as alt

    return alt.InlineData(values=list(rows))
