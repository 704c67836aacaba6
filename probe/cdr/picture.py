"""One day of one line at a glance: the office's calls as bars, the robot's calls as marks above the same clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from probe.analyse import in_time, is_excluded
from probe.cdr.compare import HOUR, Comparison
from probe.cdr.record import Cdr, Result
from probe.model import Call, Outcome
from probe.words import because, words

if TYPE_CHECKING:
    import altair

WIDTH = 1060
ROW_PX = 92
FONT = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, WenQuanYi Micro Hei, sans-serif"
PNG_SCALE = 2.0
MOST_SENTENCES = 3
SHORTEST_S = 60.0  # of a bar, or it could not be seen
LABEL_S = 180.0  # on either side of a single busy call
INK = "#222222"
# Okabe and Ito's colours, told apart by people who see few of them; each outcome has a shape of its own as well.
MARKS = {
    Outcome.ANSWERED: ("#009E73", "circle"),
    Outcome.VOICEMAIL: ("#E69F00", "square"),
    Outcome.UNANSWERED: ("#56B4E9", "triangle-up"),
    Outcome.BUSY: ("#D00000", "cross"),
    Outcome.UNREACHABLE: ("#7B3294", "diamond"),
    Outcome.INCONCLUSIVE: ("#999999", "triangle-down"),
}
BARS = {"answered": "#4C78A8", "missed": "#9ECAE9", "made": "#8C8C8C"}


def draw(
    cdrs: Sequence[Cdr], calls: Sequence[Call], comparison: Comparison, *, line: str, zone: tzinfo, lang: str
) -> altair.LayerChart:
    """The picture of one day; `line` is its name. Times of the records are corrected by the clock that was found.

    Needs the `charts` extra (ImportError without it).
    """
    import altair as alt

    bars = [_bar(cdr, comparison, zone, lang) for cdr in cdrs if not cdr.ours]
    marks = [_mark(call, zone, lang) for call in calls]
    doubtful = [_band(begin, end, zone, lang) for begin, end in _unexplained(cdrs, calls, comparison)]
    begin, end = _span(bars, marks)
    scale = alt.Scale(type="utc", domain=[_milliseconds(begin), _milliseconds(end)], nice=False)
    rows = [words("cdr.row_robot", lang), words("cdr.row_office", lang)]
    y = alt.Y(
        "row:N",
        sort=rows,
        title=None,
        scale=alt.Scale(domain=rows),
        axis=alt.Axis(labelFontSize=16, labelFontWeight="bold", ticks=False, domain=False, labelPadding=12),
    )
    x_axis = alt.Axis(format="%H:%M", values=_hours(begin, end), labelFontSize=14, grid=True)
    bar_names = [words(f"cdr.bar_{name}", lang) for name in BARS]
    outcome_names = [words(f"names.outcome_{outcome}", lang) for outcome in MARKS]
    legend: dict[str, Any] = {"orient": "bottom", "labelFontSize": 14, "titleFontSize": 14, "direction": "horizontal"}
    doubt = (
        alt.Chart(_data(doubtful))
        .mark_rect(color="#D00000", opacity=0.10)
        .encode(x=alt.X("begin:T", scale=scale), x2="end:T")
    )
    label = (
        alt.Chart(_data(doubtful))
        .mark_text(color="#B00000", fontSize=14, fontWeight="bold", y=14)
        .encode(x=alt.X("middle:T", scale=scale), text="label:N")
    )
    office = (
        alt.Chart(_data(bars))
        .mark_bar(height=46)
        .encode(
            x=alt.X("begin:T", scale=scale, axis=x_axis, title=None),
            x2="end:T",
            y=y,
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=bar_names, range=list(BARS.values())),
                legend=alt.Legend(title=rows[1], **legend),
            ),
        )
    )
    robot = (
        alt.Chart(_data(marks))
        .mark_point(size=260, filled=True, opacity=1.0, stroke="white", strokeWidth=1.0)
        .encode(
            x=alt.X("at:T", scale=scale),
            y=y,
            shape=alt.Shape(
                "outcome:N",
                scale=alt.Scale(domain=outcome_names, range=[shape for _, shape in MARKS.values()]),
                legend=alt.Legend(title=rows[0], **legend),
            ),
            fill=alt.Fill(
                "outcome:N",
                scale=alt.Scale(domain=outcome_names, range=[colour for colour, _ in MARKS.values()]),
                legend=alt.Legend(title=rows[0], **legend),
            ),
        )
    )
    sentences = [because(one.key, lang, **one.values) for one in comparison.contradictions[:MOST_SENTENCES]]
    title = alt.TitleParams(
        words("cdr.picture_title", lang, line=line, day=f"{datetime.fromisoformat(begin):%Y-%m-%d}"),
        subtitle=sentences or [words("cdr.picture_agrees", lang)],
        anchor="start",
        fontSize=20,
        subtitleFontSize=15,
        subtitleColor="#B00000" if sentences else INK,
        subtitlePadding=6,
        offset=16,
    )
    layers = alt.layer(doubt, label, office, robot, title=title, width=WIDTH, height=2 * ROW_PX)
    apart = layers.resolve_scale(color="independent", shape="independent", fill="independent")
    chart: altair.LayerChart = apart.configure(font=FONT, background="white", padding=20).configure_view(stroke=None)
    return chart


def to_svg(chart: altair.LayerChart) -> str:
    """The picture as SVG: small, sharp at any size, its text set in a Chinese font of who looks at it."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(chart.to_dict()))


def to_png(chart: altair.LayerChart) -> bytes:
    """The picture as PNG; this machine must have a Chinese font (such as Noto Sans CJK)."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(chart.to_dict(), scale=PNG_SCALE))


def _data(rows: Sequence[dict[str, str]]) -> altair.InlineData:
    import altair as alt

    return alt.InlineData(values=list(rows))


def _unexplained(
    cdrs: Sequence[Cdr], calls: Sequence[Call], comparison: Comparison
) -> Iterator[tuple[datetime, datetime]]:
    """From the first to the last of busy calls that follow each other without a record, between any two of them."""
    unexplained = {call_id for hour in comparison.hours for call_id in hour.unexplained}
    ordered = sorted(calls, key=in_time)
    others = [cdr.started_at - timedelta(seconds=comparison.clock.correction_s) for cdr in cdrs if not cdr.ours]
    run: list[datetime] = []
    for call in ordered:
        at = call.record.trace.started_at
        if call.record.order.call_id not in unexplained:
            if run and not is_excluded(call):
                yield run[0], run[-1]
                run = []
            continue
        if run and any(run[-1] < other < at for other in others):
            yield run[0], run[-1]
            run = []
        run.append(at)
    if run:
        yield run[0], run[-1]


def _band(first: datetime, last: datetime, zone: tzinfo, lang: str) -> dict[str, str]:
    around = timedelta(seconds=LABEL_S)
    return {
        "begin": _local(first - around, zone),
        "end": _local(last + around, zone),
        "middle": _local(first + (last - first) / 2, zone),
        "label": words("cdr.band", lang),
    }


def _bar(cdr: Cdr, comparison: Comparison, zone: tzinfo, lang: str) -> dict[str, str]:
    kind = "made" if cdr.outgoing else "answered" if cdr.result is Result.ANSWERED else "missed"
    begin = cdr.started_at - timedelta(seconds=comparison.clock.correction_s)
    length = max(SHORTEST_S, cdr.ring_s + cdr.talk_s)
    return {
        "begin": _local(begin, zone),
        "end": _local(begin + timedelta(seconds=length), zone),
        "kind": words(f"cdr.bar_{kind}", lang),
        "row": words("cdr.row_office", lang),
    }


def _mark(call: Call, zone: tzinfo, lang: str) -> dict[str, str]:
    outcome = Outcome.INCONCLUSIVE if is_excluded(call) else call.record.verdict.outcome
    return {
        "at": _local(call.record.trace.started_at, zone),
        "outcome": words(f"names.outcome_{outcome}", lang),
        "row": words("cdr.row_robot", lang),
    }


def _span(bars: Sequence[dict[str, str]], marks: Sequence[dict[str, str]]) -> tuple[str, str]:
    """From the full hour before the first to the full hour after the last."""
    times = [text for one in (*bars, *marks) for key, text in one.items() if key in {"begin", "end", "at"}]
    first, last = datetime.fromisoformat(min(times)), datetime.fromisoformat(max(times))
    floor = first.replace(minute=0, second=0, microsecond=0)
    ceiling = last.replace(minute=0, second=0, microsecond=0) + HOUR
    return _naive(floor), _naive(ceiling)


def _local(at: datetime, zone: tzinfo) -> str:
    return _naive(at.astimezone(zone))


def _hours(begin: str, end: str) -> list[float]:
    first, last = _milliseconds(begin), _milliseconds(end)
    hour = HOUR.total_seconds() * 1000
    return [first + index * hour for index in range(int((last - first) / hour) + 1)]


def _milliseconds(naive: str) -> float:
    return datetime.fromisoformat(naive).timestamp() * 1000


def _naive(local: datetime) -> str:
    """A local time called UTC: the picture shows the office's clock wherever it is drawn."""
    return f"{local:%Y-%m-%dT%H:%M:%S}Z"
