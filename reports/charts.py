"""Pictures of a report as Vega-Lite specifications, made with Altair; `pictures.py` draws them. Pure.

Every picture says in its labels what it shows, and comes in three shapes. Colours are those of the page, and no
picture is told by its colours alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any

import altair

from probe.analyse.pattern import Step
from probe.analyse.summary import Result, Summary
from reports.show import ORDER, Show, look, percent

alt: Any = altair  # its annotations know no None, nor data by value

FONTS = (
    "PingFang SC, Hiragino Sans GB, Microsoft YaHei, Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, "
    "WenQuanYi Micro Hei, Noto Sans CJK TC, sans-serif"
)
INK, SOFT, LINE, PAPER = "#1b2733", "#55636f", "#dfe5ea", "#ffffff"
COLOURS = {
    Result.PERSON: "#0b7a5b",
    Result.MENU: "#2a6db0",
    Result.QUEUE: "#4b8fa8",
    Result.NO_TALK: "#8a5a44",
    Result.VOICEMAIL: "#7453b3",
    Result.UNANSWERED: "#a86500",
    Result.BUSY: "#c2410c",
    Result.DEAD: "#2f3b4a",
    "unclear": "#5f6d7b",
}
LOW_TO_HIGH = ["#d9825f", "#efc3a0", "#f7ecd8", "#bfe0d3", "#7cc3a9"]  # of the heat map; dark letters are read on each
FEW = 5  # calls in an hour of the week: below, the number is there but the colour is pale
MOST_DAYS = 45  # a longer course goes by weeks
Spec = dict[str, Any]


class Shape(IntEnum):
    """For what a picture is drawn: its width, in pixels."""

    PAGE = 920
    LETTER = 480  # mail programs show 600 at most, telephones shrink it
    PHONE = 300

    @property
    def wide(self) -> bool:
        return self is not Shape.PHONE


def outcomes(show: Show, summary: Summary, shape: Shape) -> Spec:
    """One bar for each result of the counted calls, with its share and count."""
    rows = [
        {
            "name": show.result(result),
            "share": estimate.share or 0.0,
            "colour": COLOURS[result],
            "label": f"{percent(estimate.share)} · {estimate.hits}",
        }
        for result in ORDER
        if (estimate := summary.results[result]).hits
    ]
    most = max(summary.results[result].share or 0.0 for result in ORDER)
    room = 1.2 if shape.wide else 1.5
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=200, ticks=False, domain=False)),
        x=alt.X("share:Q", title=None, axis=None, scale=alt.Scale(domain=[0, min(1.0, most) * room])),
    )
    bars = base.mark_bar(cornerRadiusEnd=3).encode(color=alt.Color("colour:N", scale=None))
    labels = base.mark_text(align="left", dx=6, color=INK).encode(text="label:N")
    return _finished((bars + labels).properties(width=min(shape - 115, 640), height=alt.Step(28)))


def heat(show: Show, shape: Shape) -> Spec:
    """The connect rate of each hour of the week: colour, the rate in percent, and n."""
    cells = show.report.study.matrix
    rows = [
        {
            "day": show.t(f"report.weekday_{cell.weekday}"),
            "hour": f"{cell.hour:02}:00",
            "share": cell.connect.share,
            "rate": percent(cell.connect.share, 0),
            "n": f"n={cell.connect.n}",
            "sure": 1.0 if cell.connect.n >= FEW else 0.35,
        }
        for cell in cells
    ]
    days = [show.t(f"report.weekday_{day}") for day in sorted({cell.weekday for cell in cells})]
    day = {"shorthand": "day:O", "sort": days, "title": None}
    hour = {"shorthand": "hour:O", "title": None}
    plain = alt.Axis(labelAngle=0, ticks=False, domain=False, orient="top")
    side = alt.Axis(ticks=False, domain=False)
    if shape.wide:
        places = {"x": alt.X(**hour, axis=plain), "y": alt.Y(**day, axis=side)}
    else:
        places = {"x": alt.X(**day, axis=plain), "y": alt.Y(**hour, axis=side)}
    base = alt.Chart(alt.Data(values=rows)).encode(**places)
    boxes = base.mark_rect(stroke=PAPER, strokeWidth=2, cornerRadius=3).encode(
        fill=alt.Fill("share:Q", scale=alt.Scale(domain=[0, 0.45, 0.7, 0.85, 1], range=LOW_TO_HIGH), legend=None),
        opacity=alt.Opacity("sure:Q", scale=None, legend=None),
    )
    rates = base.mark_text(dy=-6, fontSize=13, fontWeight="bold", color=INK).encode(text="rate:N")
    counts = base.mark_text(dy=9, fontSize=10, color=INK).encode(text="n:N")
    columns = len({row["hour"] for row in rows}) if shape.wide else len(days)
    width = min(88.0, (shape - 50) / max(columns, 1))
    return _finished(alt.layer(boxes, rates, counts).properties(width=alt.Step(width), height=alt.Step(38)))


def course(show: Show) -> Sequence[Step]:
    """The days of a period, or its weeks when there are many."""
    found = show.report.study
    return found.days if len(found.days) <= MOST_DAYS else found.weeks


def trend(show: Show, shape: Shape) -> Spec:
    """The connect rate over time with the band of its intervals, and the target."""
    rows = [
        {"at": f"{step.first}T00:00:00", "share": 100 * step.connect.share, "low": low, "high": high}
        for step in course(show)
        if step.connect.share is not None
        for low, high in [(100 * (step.connect.low or 0), 100 * (step.connect.high or 1))]
    ]
    target = 100 * show.report.study.appendix.rule.target
    lowest = min(100 * (step.connect.low or 0.0) for step in course(show))
    floor = max(0.0, min(lowest, target) - 5) // 10 * 10
    y = alt.Scale(domain=[floor, 100], nice=False)
    axis = alt.Axis(format="%m-%d", title=None, labelOverlap=True, grid=False, tickCount=8 if shape.wide else 4)
    base = alt.Chart(alt.Data(values=rows)).encode(x=alt.X("at:T", axis=axis))
    percent_axis = alt.Axis(title=None, labelExpr="datum.value + '%'", tickCount=5, domain=False)
    band = base.mark_area(color="#9cc9ba", opacity=0.6).encode(
        y=alt.Y("low:Q", scale=y, axis=percent_axis), y2="high:Q"
    )
    line = base.mark_line(color="#0b7a5b", strokeWidth=2.5, point=alt.OverlayMarkDef(size=36, color="#0b7a5b")).encode(
        y=alt.Y("share:Q", scale=y)
    )
    goal = alt.Data(values=[{"target": target, "label": show.t("report.target", percent=percent(target / 100))}])
    rule = alt.Chart(goal).mark_rule(color="#b3401a", strokeDash=[5, 4]).encode(y=alt.Y("target:Q", scale=y))
    width = shape - 120
    text = (
        alt.Chart(goal)
        .mark_text(align="left", dx=6, color="#b3401a")
        .encode(y=alt.Y("target:Q", scale=y), x=alt.value(width), text="label:N")
    )
    return _finished((band + line + rule + text).properties(width=width, height=220 if shape.wide else 190))


def timeline(show: Show, shape: Shape) -> Spec:
    """Every call that is shown, as a dot at its time in the lane of its result; hollow when it is in no rate."""
    rows = [
        {
            "at": _wall(show, call.record.trace.started_at),
            "name": show.result(look(call.record.verdict.cause)),
            "colour": COLOURS[_colour(look(call.record.verdict.cause))],
            "fill": PAPER if show.mark(call) else COLOURS[_colour(look(call.record.verdict.cause))],
        }
        for call in show.report.calls
    ]
    lanes = [show.result(one) for one in (*ORDER, "unclear")]
    used = [lane for lane in lanes if any(row["name"] == lane for row in rows)]
    one_day = len({row["at"][:10] for row in rows}) == 1
    axis = alt.Axis(
        format="%H:%M" if one_day else "%m-%d", title=None, labelOverlap=True, tickCount=8 if shape.wide else 4
    )
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_circle(size=110 if len(rows) <= 60 else 45, opacity=0.9, strokeWidth=2)
        .encode(
            x=alt.X("at:T", axis=axis, scale=alt.Scale(nice=True)),
            y=alt.Y("name:N", sort=used, title=None, axis=alt.Axis(grid=True, ticks=False, domain=False)),
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("colour:N", scale=None),
        )
    )
    return _finished(chart.properties(width=shape - 110, height=alt.Step(34)))


def _colour(name: str) -> Result | str:
    return name if name == "unclear" else Result(name)


def _wall(show: Show, moment: datetime) -> str:
    """The moment on the clock of the report's place, without a zone: the picture must not shift it."""
    return f"{moment.astimezone(show.zone):%Y-%m-%dT%H:%M:%S}"


def _finished(chart: Any) -> Spec:
    finished = (
        chart.configure(font=FONTS, background=PAPER, padding=4)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK,
            labelFontSize=12,
            gridColor=LINE,
            tickColor=LINE,
            domainColor=LINE,
            labelFont=FONTS,
            titleFont=FONTS,
        )
        .configure_text(fontSize=12, font=FONTS)
    )
    return dict(finished.to_dict(validate=False))  # Altair checks each piece when it is made
