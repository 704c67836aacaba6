"""`probe report`: what happened in a period, as a page, a PDF, a workbook, a table, JSON or a letter."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from probe.cli.talk import Talk
from probe.errors import ReportError

if TYPE_CHECKING:
    from probe.store import Store
    from reports.gather import For
    from reports.period import Kind, Period
    from reports.report import Report


@click.command("report")
@click.option("--daily", "kind", flag_value="daily", help="Of one day. 日报")
@click.option("--weekly", "kind", flag_value="weekly", help="Of a week, from Monday. 周报")
@click.option("--monthly", "kind", flag_value="monthly", help="Of a month. 月报")
@click.option("--month", metavar="YYYY-MM", help="The same as --monthly --for. 某月的月报")
@click.option(
    "--for", "day", metavar="DATE", help="A day of it, YYYY-MM-DD or YYYY-MM (default: today). 哪一天所在的日、周、月"
)
@click.option("--from", "first", metavar="DAY", help="Any other period: its first day. 起始日期")
@click.option("--until", "last", metavar="DAY", help="… and its last day (default: the first). 结束日期")
@click.option("--unit", help="Only this unit (单位). 仅限某单位")
@click.option("--number", metavar="NUMBER", help="Only this number, call by call. 仅限某号码，逐次列出")
@click.option("--incident", metavar="ID", help="One incident and everything that happened to it. 某个问题的经过")
@click.option("--masked", is_flag=True, help="For readers outside: 8725XXXX, nothing that was said. 对外版本，号码脱敏")
@click.option("--title", help="Its heading. 标题")
@click.option(
    "--to",
    multiple=True,
    metavar="FILE|ADDRESS",
    help="FILE.html, .pdf, .xlsx, .csv, .json or .eml (default: HTML in the data folder); with --mail, an address. "
    "输出文件；与 --mail 同用时为收件人",
)
@click.option("--out", type=click.Path(path_type=Path), help="The same FILE, also with --mail --dry-run. 输出文件")
@click.option("--mail", is_flag=True, help="As a letter, to --to or to whom [mailing.NAME] names. 以邮件发送")
@click.option("--dry-run", is_flag=True, help="With --mail: write the .eml and send nothing. 只生成邮件文件，不发送")
@click.option("--due", is_flag=True, help="With --mail: what [mailing.NAME] says is due by now. 发送到期的定期报告")
@click.pass_obj
def command(
    talk: Talk,
    kind: Kind | None,
    month: str | None,
    day: str | None,
    first: str | None,
    last: str | None,
    unit: str | None,
    number: str | None,
    incident: str | None,
    masked: bool,
    title: str | None,
    to: tuple[str, ...],
    out: Path | None,
    mail: bool,
    dry_run: bool,
    due: bool,
) -> int:
    """Write a report, or mail it: for supervisors, for a unit, of a number or an incident. 生成或邮寄报告

    `--mail` sends it now, through the outbox (see `probe post`); nobody whom the settings name gets the same one twice.
    """
    from probe.cli.choose import choose_incident
    from reports.forms import form_of
    from reports.gather import of_incident

    if sum(one is not None for one in (unit, number, incident)) > 1:
        raise ReportError("report.one_subject")
    periods = {"--month": month, f"--{kind}": kind, "--for": day, "--from": first, "--until": last}
    if incident is not None and (given := [option for option, value in periods.items() if value is not None]):
        raise ReportError("report.incident_alone", option=given[0])
    if month is not None:
        if kind is not None or day is not None:
            raise ReportError("report.no_period")
        kind, day = "monthly", month  # type: ignore[assignment]  # as a flag would give it
    now = datetime.now(UTC)
    if mail and due:
        options: dict[str, object] = {
            "--for": day,
            "--from": first,
            "--until": last,
            "--unit": unit,
            "--number": number,
        }
        options |= {"--incident": incident, "--masked": masked or None, "--title": title, "--out": out}
        _only_due(options, to, kind)
        return _mail_due(talk, now, dry_run)
    if mail and out is not None and not dry_run:
        raise ReportError("report.only_with_dry_run", option="--out")
    of = _period(kind, day, first, last, now.astimezone(talk.zone))
    if not mail:
        target = _target(talk, to, out, dry_run, due) or _usual(talk, of, incident)
        form_of(target.name)  # a wrong ending is told before the work
    with talk.open_store() as store:
        reader = _reader(talk, store, now, title)
        if mail and not to:
            return _mail_all(talk, store, of, reader, unit, number, incident, out, masked, dry_run)
        if incident is not None:
            found = of_incident(store, choose_incident(store, incident), reader)
        else:
            found = _found(talk, store, of, reader, unit, number)
        if mail:
            return _mail_to(talk, store, found, to, out, masked, dry_run)
    _written(talk, found, target, masked=masked)
    talk.say("cli.report_written", file=target)
    return 0


def write(talk: Talk, since: datetime, until: datetime, now: datetime, out: Path) -> None:
    """The report of every call in [since, until), as HTML. ReportError when there is none."""
    from reports.gather import report
    from reports.period import Kind, Period

    of = Period(kind=Kind.PERIOD, since=since, until=until, before_since=since - (until - since))
    with talk.open_store() as store:
        found = report(store, of, _reader(talk, store, now, None))
    _written(talk, found, out, masked=False)


def _found(talk: Talk, store: Store, of: Period, reader: For, unit: str | None, number: str | None) -> Report:
    """The report of all, of one unit, or of one number. The latter two are held against what all units say."""
    from reports.gather import figures, nothing, of_number, report

    if unit is None and number is None:
        found = report(store, of, reader)
        if not found.study.total.calls + found.study.canaries:
            raise nothing(store, of)
        return found
    fleet = figures(store, of, reader).fleet
    if number is None:
        return report(store, of, reader, unit=unit, fleet=fleet)
    from probe.cli.choose import choose_numbers

    (chosen,) = choose_numbers(talk, [number], store.numbers())
    return of_number(store, of, reader, chosen, fleet=fleet)


def _target(talk: Talk, to: tuple[str, ...], out: Path | None, dry_run: bool, due: bool) -> Path | None:
    """The file that was named; None when none was."""
    for option, given in (("--dry-run", dry_run), ("--due", due)):
        if given:
            raise ReportError("report.only_with_mail", option=option)
    if len(to) + (out is not None) > 1:
        raise ReportError("report.one_file")
    if to and "@" in to[0] and not any(to[0].lower().endswith(ending) for ending in (".eml", ".html", ".pdf")):
        raise ReportError("report.address_without_mail", value=to[0])
    return Path(to[0]) if to else out


def _usual(talk: Talk, of: Period, incident: str | None) -> Path:
    return talk.settings_or_default.data.folder / f"report-{_name(of, incident)}.html"


def _only_due(options: Mapping[str, object], to: tuple[str, ...], kind: str | None) -> None:
    given = [name for name, value in options.items() if value is not None]
    given += (["--to"] if to else []) + ([f"--{kind}"] if kind else [])
    if given:
        raise ReportError("report.due_alone", option=given[0])


def _mail_due(talk: Talk, now: datetime, dry_run: bool) -> int:
    from probe.cli.mailing import to_whom_it_is_due

    with talk.open_store() as store:
        return to_whom_it_is_due(talk, store, _reader(talk, store, now, None), dry=dry_run)


def _mail_all(
    talk: Talk,
    store: Store,
    of: Period,
    reader: For,
    unit: str | None,
    number: str | None,
    incident: str | None,
    out: Path | None,
    masked: bool,
    dry_run: bool,
) -> int:
    """To everybody whom the settings name."""
    from probe.cli.mailing import to_mailings

    for option, value in (("--number", number), ("--incident", incident)):
        if value is not None:
            raise ReportError("report.needs_to", option=option)
    return to_mailings(talk, store, of, reader, unit, out, masked=masked, dry=dry_run)


def _mail_to(
    talk: Talk, store: Store, found: Report, to: tuple[str, ...], out: Path | None, masked: bool, dry_run: bool
) -> int:
    """To those who were named."""
    from probe.cli.mailing import to_people
    from reports.mask import masked as without

    return to_people(talk, store, without(found) if masked else found, to, out, dry=dry_run)


def _reader(talk: Talk, store: Store, now: datetime, title: str | None) -> For:
    from probe.calendar import warnings, working_days
    from probe.cli.plan import lost_detection
    from probe.cli.unprotected import caution
    from reports.gather import For

    settings = talk.settings_or_default
    robot, numbers = settings.robot, store.numbers()
    days = working_days(robot.country, settings.plan.holidays)
    return For(
        lang=talk.report_lang,
        timezone=robot.timezone,
        now=now,
        rule=settings.score.rule(),
        title=title,
        calendar=next(iter(warnings(days, now, talk.zone)), None),
        lost=lost_detection(settings.policy()),
        caution=caution(talk, len({number.unit for number in numbers}), len(numbers)),
    )


def _written(talk: Talk, found: Report, out: Path, *, masked: bool) -> None:
    from reports.forms import form_of
    from reports.links import linked
    from reports.mask import masked as without
    from reports.pictures import can_write_chinese

    folder = os.path.relpath(talk.settings_or_default.data.folder.absolute(), out.absolute().parent)
    found = without(found) if masked else linked(found, folder)
    content = form_of(out.name)(found, talk.report_lang)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(content)
    except OSError as error:
        raise ReportError("cli.report_not_written", file=out, reason=error.strerror) from error
    if out.suffix.lower() == ".eml" and talk.report_lang == "zh" and not can_write_chinese():
        talk.say("report.no_font")


def _period(kind: str | None, day: str | None, first: str | None, last: str | None, now: datetime) -> Period:
    """What was asked for; today when nothing was."""
    from reports.period import Kind, days, period

    zone = now.tzinfo
    assert isinstance(zone, ZoneInfo)
    if first is None and last is None:
        return period(Kind(kind or "daily"), _day(day, now.date()), zone)
    if kind is not None or day is not None:
        raise ReportError("report.no_period")
    begin = _day(first, now.date())
    end = _day(last, begin)
    if end < begin:
        raise ReportError("report.bad_range", first=begin, last=end)
    return days(begin, end, zone)


def _day(text: str | None, otherwise: date) -> date:
    if text is None:
        return otherwise
    try:
        return date.fromisoformat(f"{text}-01" if len(text) == len("2026-03") else text)
    except ValueError:
        raise ReportError("report.bad_for", value=text) from None


def _name(of: Period, incident: str | None) -> str:
    if incident is not None:
        return "incident-" + "".join(char if char.isalnum() or char == "-" else "_" for char in incident)
    return f"{of.first}" if of.first == of.last else f"{of.first}-{of.last}"
