"""Lists that every form of a report tells: what is new, what is in no rate, what was not called, how it was made."""

from __future__ import annotations

from collections.abc import Iterator

from probe.analyse.moved import Moved
from probe.analyse.study import LineStudy
from probe.incidents import Incident, State
from probe.model import Fact
from probe.words import because
from reports.report import Report
from reports.show import Show, percent
from reports.text import short


class News(Fact, frozen=True, kw_only=True):
    """What became of troubles: "new", "still" or "recovered"."""

    name: str
    incidents: tuple[Incident, ...]
    lines: tuple[LineStudy, ...]


Row = tuple[str, int, str]  # what, how many, what that means


def news(report: Report) -> tuple[News, ...]:
    """New, still open, recovered, as they were at the period's end; without those of which there is none. A withdrawn
    incident is no news, whenever it was withdrawn."""
    found: dict[str, list[Incident]] = {"new": [], "still": [], "recovered": []}
    for incident in report.incidents:
        if incident.state is State.WITHDRAWN:
            continue
        if incident.closed_at is not None and incident.closed_at < report.until:
            found["recovered"].append(incident)
        else:
            found["new" if incident.opened_at >= report.since else "still"].append(incident)
    groups = (
        News(name=name, incidents=tuple(incidents), lines=report.study.lines(Moved(name)))
        for name, incidents in found.items()
    )
    return tuple(group for group in groups if group.incidents or group.lines)


def excluded(show: Show) -> list[Row]:
    """Calls that are in no rate, by cause: inconclusive ones, then voided ones."""
    total = show.report.study.total
    rows = [(show.cause(cause), n, show.t(f"report.excluded_{cause}")) for cause, n in total.inconclusive.items()]
    for key, n in total.voided.items():
        rows.append((show.t("report.voided_mark"), n, _voided(key, show)))
    return rows


def undone(show: Show) -> list[Row]:
    """Calls that were not made, with an example of the reason."""
    return [
        (
            show.t(f"report.undone_{one.state}"),
            one.n,
            "" if one.reason is None else show.t("report.example", text=show.because(one.reason)),
        )
        for one in show.report.undone
    ]


def facts(show: Show) -> list[tuple[str, str]]:
    """How and of what the figures were made, as name and value."""
    report, made = show.report, show.report.study.appendix
    second = "%Y-%m-%d %H:%M:%S %z"
    rule = made.rule
    joined = show.t("report.joined")
    rules = joined.join(f"{short(name) or '?'} ({n})" for name, n in made.made.rules.items())
    found = [
        (show.t("report.period"), f"{show.local(made.since, second)} – {show.local(made.until, second)}"),
        (show.t("report.timezone"), made.timezone),
        (show.t("report.generated"), show.local(report.generated_at, second)),
        (show.t("report.program"), show.t("report.program_version", version=made.made.version)),
        (show.t("report.rules"), rules or "—"),
        (show.t("report.purposes"), joined.join(show.t(f"figures.purpose_{purpose}") for purpose in made.purposes)),
        (show.t("report.target_name"), percent(rule.target)),
        (
            show.t("report.score_rule"),
            show.t(
                "report.score_rule_text",
                connect=f"{rule.connect_points:g}",
                prompt=f"{rule.prompt_points:g}",
                reached=f"{rule.reached_points:g}",
                full=percent(rule.full_at),
                none=percent(rule.none_at),
                false=percent(rule.false_share),
                excellent=f"{rule.excellent_from:g}",
                good=f"{rule.good_from:g}",
                passed=f"{rule.pass_from:g}",
            ),
        ),
        (show.t("report.n_interval", of=""), joined.join(_worth(show))),
        (show.t("report.prompt_unknown"), show.t("report.count_n", n=report.study.total.prompt_unknown)),
        (show.t("report.unfinished"), show.t("report.count_n", n=report.study.total.unfinished)),
        (show.t("report.draw_seed"), str(made.draw_seed)),
        (show.t("figures.purpose_canary"), show.t("report.count_n", n=report.study.canaries)),
    ]
    if report.lost is not None:
        found.append((show.t("report.lost"), show.because(report.lost)))
    if made.before is not None:
        before, end = made.before
        found.insert(1, (show.t("report.before"), f"{show.local(before, second)} – {show.local(end, second)}"))
    bars = (
        ("report.prior", made.units),
        ("report.prior_lines", made.lines),
        ("report.prior_lines_before", made.lines_before),
    )
    for name, bar in bars:
        if bar.prior is not None:
            found.append((show.t(name), f"Beta({bar.prior.a:.2f}, {bar.prior.b:.2f})"))
    return found


def _worth(show: Show) -> Iterator[str]:
    """The n of which each of the four intervals is made."""
    total = show.report.study.total
    for name, rate in (
        ("connect", total.connect),
        ("prompt", total.prompt),
        ("reached", total.reached),
        ("unclear", total.unclear),
    ):
        if rate.n:
            yield f"{show.t(f'figures.{name}')} {rate.effective_n:.1f} (n={rate.n})"


def _voided(key: str, show: Show) -> str:
    """Why; the sentence may want values that only the single call has."""
    try:
        return because(key, show.lang)
    except (KeyError, IndexError):
        return show.t("report.voided_meaning")
