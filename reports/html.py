"""Render: a `Report` as one self-contained HTML file that opens offline and needs no script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from probe.analyse import ENOUGH_CALLS, ENOUGH_DAYS
from probe.incidents.tell import event_text, reasons
from probe.model import post_dial_delay_s, ring_s
from reports import charts
from reports.compose import failures
from reports.facts import excluded, facts, news, undone
from reports.pictures import pictures
from reports.report import Finding, Report
from reports.show import RESULT_OF, Show, look, parts, percent, span
from reports.text import clean, relative_link, short

NESTED_LINES = 120  # a report of more numbers shows units, and of the numbers the worst
FIRST_LINES = 50
CHIPS = 4  # ways of failing that a card or a row names
NEWS = 5  # items of each column


def render(report: Report, lang: str, *sheets: str) -> str:
    """The whole page in a language ("zh" or "en"). `sheets` name further style sheets of ours."""
    folder = files(__package__).joinpath("templates")
    style = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("style.css", *sheets))
    return (
        environment()
        .get_template("page.html")
        .render(
            values(report, lang)
            | {
                "style": Markup(style),  # our own file
                "style_hash": b64encode(sha256(style.encode()).digest()).decode(),
            }
        )
    )


def values(report: Report, lang: str) -> dict[str, Any]:
    """What the templates of a page or a mail know."""
    show = Show(report, lang)
    total = report.study.total
    drawn = pictures(show)
    findings = {id(f.line): f for unit in report.units for f in unit.findings}
    nested = len(findings) <= NESTED_LINES
    first = [findings[id(line)] for line in report.study.worst][: None if nested else FIRST_LINES]
    anchors = {id(finding.line): f"line-{index}" for index, finding in enumerate(first, start=1)}

    def anchor(finding: Finding) -> str | None:
        return anchors.get(id(finding.line))

    out, left = excluded(show), undone(show)
    sample = {"calls": ENOUGH_CALLS, "days": ENOUGH_DAYS}
    return {
        "report": report,
        "lang": lang,
        "show": show,
        "t": show.t,
        "total": total,
        "pictures": drawn,
        "anchor": anchor,
        "lines": len(findings),
        "nested": nested,
        "first_lines": first,
        "compared": report.study.appendix.before is not None,
        "flagged": sum(line.standing is not None and line.standing.flagged for line in report.study.worst),
        "target": report.study.appendix.rule.target,
        "judged": any(f.line.summary.enough for f in findings.values()),
        "scope": _scope(show, len(findings)),
        "sample": sample,
        "too_few": "" if total.enough or not total.counted else show.t("report.sample_small_total", **sample),
        "news": news(report),
        "most": NEWS,
        "chips": CHIPS,
        "excluded": out,
        "undone": left,
        "facts": facts(show),
        "story": list(_story(show)),
        "all_calls": total.calls + report.study.canaries,
        "few": charts.FEW,
        "by_week": len(report.study.days) > charts.MOST_DAYS,
        "contents": list(_contents(report, drawn)),
    }


def _contents(report: Report, drawn: dict[str, Any]) -> Iterator[str]:
    """The parts of a page, each a template."""
    total, whole = report.study.total, report.story is None
    if total.counted and whole:
        yield "outcomes"
    if "heat" in drawn or "trend" in drawn:
        yield "hours"
    if total.calls and report.number is None:
        yield "units"
    if len(report.study.sheet) > 1 and any(row.points for row in report.study.sheet):
        yield "sheet"
    if total.counted and whole:
        yield "others"
    if total.calls or report.undone:
        yield "excluded"
    yield "appendix"
    if report.calls:
        yield "calls"


def _scope(show: Show, lines: int) -> str:
    """How many calls there were, and what became of those that are in no rate."""
    total = show.report.study.total
    out = sum(total.inconclusive.values()) + sum(total.voided.values())
    return show.t(
        "report.headline_scope",
        calls=total.calls,
        units=len(show.report.units),
        lines=lines,
        redials=total.follow_ups,
        aside=sum(total.aside.values()),
        excluded=out,
    )


def _story(show: Show) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What happened to the incident: when, what, and why."""
    story = show.report.story
    if story is None:
        return
    for event in story.events:
        told = event_text(event, show.lang, show.zone, story.testimonies)
        yield show.local(event.at), told, tuple(reasons(event, show.lang))


@cache
def environment() -> Environment:
    """Jinja for pages and mails: every text that enters is cleaned, then escaped."""
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters |= {"percent": percent, "span": span, "short": short, "width": _width}
    environment.globals |= {
        "look": look,
        "result_of": RESULT_OF,
        "colours": {str(name): colour for name, colour in charts.COLOURS.items()},
        "link": relative_link,
        "parts": parts,
        "failures": failures,
        "pdd_s": post_dial_delay_s,
        "ring_s": ring_s,
    }
    return environment


def _finalize(value: object) -> object:
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _width(share: float) -> str:
    """A length in a picture."""
    return f"{100 * share:.2f}%"
