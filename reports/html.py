"""Render: a `Report` as one self-contained HTML file that opens offline and needs no script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from probe.analyse import ENOUGH_CALLS, ENOUGH_DAYS, Figures, is_excluded
from probe.model import OUTCOME_OF, Cause, Outcome, post_dial_delay_s, ring_s
from probe.words import words
from reports.compose import Report
from reports.text import clean, relative_link, sentence, short

LOOKS = ("answered", "machine", "voicemail", "unanswered", "busy", "unreachable", "inconclusive")


def render(report: Report, lang: str) -> str:
    """The whole page in a language ("zh" or "en")."""
    zone = ZoneInfo(report.timezone)
    style = files(__package__).joinpath("templates/style.css").read_text(encoding="utf-8")
    lines = [(unit.unit.name, f.line.number.number) for unit in report.units for f in unit.findings]
    anchors = {key: f"line-{index}" for index, key in enumerate(lines, start=1)}
    return (
        _environment()
        .get_template("page.html")
        .render(
            report=report,
            lang=lang,
            t=lambda key, **values: words(key, lang, **values),
            cause_name=lambda cause: words(f"names.cause_{cause}", lang),
            outcome_name=lambda outcome: words(f"names.outcome_{outcome}", lang),
            period=_period(report, zone, lang),
            heading=short(report.title or words("report.title", lang)),
            local=partial(_local, zone=zone),
            because=partial(sentence, lang=lang),
            anchor=lambda line: anchors[line.number.unit, line.number.number],
            lines=len(lines),
            sample={"calls": ENOUGH_CALLS, "days": ENOUGH_DAYS},
            judged=any(f.line.figures.enough for unit in report.units for f in unit.findings),
            style=Markup(style),  # our own file
            style_hash=b64encode(sha256(style.encode()).digest()).decode(),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters |= {"percent": percent, "seconds": seconds, "short": short, "width": _width}
    environment.globals |= {
        "look": look,
        "outcome_of": OUTCOME_OF,
        "is_excluded": is_excluded,
        "link": relative_link,
        "parts": _parts,
        "pdd_s": post_dial_delay_s,
        "ring_s": ring_s,
    }
    return environment


def _finalize(value: object) -> object:
    """Every text that enters the page passes here, before it is escaped."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def percent(share: float, digits: int = 1) -> str:
    """ "62.5%"; 100% and 0% are said only of all and of none."""
    step = 10.0**-digits
    value = 100 * share
    if 0 < share < 1:
        value = min(max(value, step), 100 - step)
    return f"{value:.{digits}f}".removesuffix(".0") + "%"


def seconds(value: float) -> str:
    return f"{value:.1f}"


def _width(share: float) -> str:
    """A length in a picture."""
    return f"{100 * share:.2f}%"


def _local(moment: datetime, form: str, *, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):{form}}"


def _period(report: Report, zone: ZoneInfo, lang: str) -> str:
    """Whole days by their dates (the last one included), anything else by the minute."""
    first, end = report.since.astimezone(zone), report.until.astimezone(zone)
    if first.time() == end.time() == time.min and first < end:
        last = end.date() - timedelta(days=1)
        if last == first.date():
            return words("report.period_day", lang, day=last)
        return words("report.period_days", lang, first=first.date(), last=last)
    return words("report.period_days", lang, first=f"{first:%Y-%m-%d %H:%M}", last=f"{end:%Y-%m-%d %H:%M}")


def look(cause: Cause) -> str:
    """How a cause is drawn: as its outcome, but what answers without a person looks unlike a person."""
    outcome = OUTCOME_OF[cause]
    return "machine" if outcome is Outcome.ANSWERED and cause is not Cause.HUMAN else outcome.value


def _parts(figures: Figures, only: Outcome | None = None) -> Iterator[tuple[str, float, float]]:
    """The counted calls laid end to end: a look, where its piece begins, how long it is; shares of all counted ones."""
    counts = dict.fromkeys(LOOKS, 0)
    for cause, n in figures.causes.items():
        if only is None or OUTCOME_OF[cause] is only:
            counts[look(cause)] += n
    begins = 0.0
    for name, n in counts.items():
        if n:
            yield name, begins, n / figures.connect.n
            begins += n / figures.connect.n
