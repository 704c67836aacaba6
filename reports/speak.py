"""What a report's pictures show, in one sentence each: their alternative text, and the caption under them."""

from __future__ import annotations

from collections import Counter

from probe.analyse.estimate import Estimate
from probe.analyse.pattern import hard
from reports import charts
from reports.show import ORDER, Show, look, percent, span

TOLD = 3  # of many: as many as one can listen to


def alt(show: Show, name: str) -> str:
    """The sentence of a picture: "outcomes", "heat", "trend" or "timeline"."""
    return {"outcomes": _outcomes, "heat": _heat, "trend": _trend, "timeline": _timeline}[name](show)


def _outcomes(show: Show) -> str:
    total = show.report.study.total
    shares = {result: total.results[result] for result in ORDER if total.results[result].hits}
    first = sorted(shares, key=lambda result: -shares[result].hits)[:TOLD]
    told = show.t("report.joined").join(f"{show.result(one)} {percent(shares[one].share)}" for one in first)
    return show.t("report.alt_outcomes", n=total.counted, told=told)


def _heat(show: Show) -> str:
    cells = [cell for cell in show.report.study.matrix if cell.connect.n >= charts.FEW]
    if not cells:
        return show.t("report.alt_heat_few", n=charts.FEW)
    study = show.report.study
    worst = hard(cells, study.total.connect, study.appendix.rule.false_share)[:TOLD]
    if not worst:
        return show.t("report.alt_heat_none")
    told = show.t("report.joined").join(
        show.t(
            "report.hour_rate",
            weekday=show.t(f"report.weekday_{cell.weekday}"),
            hour=cell.hour,
            percent=percent(cell.connect.share, 0),
            span=span(cell.connect),
            n=cell.connect.n,
        )
        for cell in worst
    )
    return show.t("report.alt_heat", told=told)


def _trend(show: Show) -> str:
    steps = [(step.first, step.connect) for step in charts.course(show) if step.connect.n]
    lowest = min(steps, key=lambda step: (step[1].share or 0, step[0]))
    highest = max(steps, key=lambda step: (step[1].share or 0, step[0]))
    return show.t(
        "report.alt_trend",
        first=f"{steps[0][0]:%m-%d}",
        last=f"{steps[-1][0]:%m-%d}",
        low=_rate(lowest[1]),
        low_day=f"{lowest[0]:%m-%d}",
        high=_rate(highest[1]),
        high_day=f"{highest[0]:%m-%d}",
    )


def _timeline(show: Show) -> str:
    calls = show.report.calls
    counts = Counter(look(call.record.verdict.cause) for call in calls)
    told = show.t("report.joined").join(
        show.t("report.times", what=show.result(name), n=n) for name, n in counts.most_common()
    )
    one_day = show.local(calls[0].record.trace.started_at, "%m-%d") == show.local(
        calls[-1].record.trace.started_at, "%m-%d"
    )
    form = "%H:%M" if one_day else "%m-%d %H:%M"
    first, last = (show.local(call.record.trace.started_at, form) for call in (calls[0], calls[-1]))
    key = "report.alt_timeline" if show.report.story is None else "report.alt_timeline_story"
    return show.t(key, first=first, last=last, n=len(calls), told=told)


def _rate(estimate: Estimate) -> str:
    return percent(estimate.share, 0)
