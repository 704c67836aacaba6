"""`probe report`: what happened in a period, as one HTML file."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import msgspec

from probe.cli.talk import Talk
from probe.model import Call


@click.command("report")
@click.option("--from", "first", metavar="DAY", help="First day, YYYY-MM-DD (default: today). 起始日期")
@click.option("--to", "last", metavar="DAY", help="Last day, YYYY-MM-DD (default: the first). 结束日期")
@click.option("--unit", help="Only this unit (单位). 仅限某单位")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it (default: the data folder)."
)
@click.pass_obj
def command(talk: Talk, first: str | None, last: str | None, unit: str | None, out: Path | None) -> None:
    """Write the report of a period. 生成一段时间的报告（HTML，可离线打开）"""
    zone = ZoneInfo(talk.settings_or_default.robot.timezone)
    now = datetime.now(UTC)
    begin = _day(first, now.astimezone(zone).date())
    end = _day(last, begin)
    since = datetime.combine(begin, time.min, zone)
    until = datetime.combine(end + timedelta(days=1), time.min, zone)
    target = out or talk.settings_or_default.data.folder / f"report-{begin}{'' if end == begin else f'-{end}'}.html"
    write(talk, since, until, now, target, unit=unit)
    talk.say("cli.report_written", file=target)


def write(talk: Talk, since: datetime, until: datetime, now: datetime, out: Path, *, unit: str | None = None) -> None:
    """Compose the period from the store and write it. ReportError when there is nothing to report."""
    from probe.errors import ReportError
    from reports.compose import compose
    from reports.html import render

    settings = talk.settings_or_default
    with talk.open_store() as store:
        records = list(store.records(since, until, unit=unit))
    if not records:
        raise ReportError("cli.no_records", since=f"{since:%Y-%m-%d %H:%M}", until=f"{until:%Y-%m-%d %H:%M}")
    recordings = os.path.relpath(settings.data.folder.absolute(), out.absolute().parent)
    calls = [_linked(call, recordings) for call in records]
    zone = settings.robot.timezone
    report = compose(calls, since=since, until=until, now=now, lang=talk.report_lang, timezone=zone)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(render(report, talk.report_lang), encoding="utf-8")
    except OSError as error:
        raise ReportError("cli.report_not_written", file=out, reason=error.strerror) from error


def _linked(call: Call, folder: str) -> Call:
    """The call, its recording's path seen from the report; without one when the report lies apart from the data."""
    trace = call.record.trace
    if trace.recording is None:
        return call
    path = None if folder.startswith("..") else (Path(folder) / trace.recording).as_posix()
    replace = msgspec.structs.replace
    return replace(call, record=replace(call.record, trace=replace(trace, recording=path)))


def _day(text: str | None, otherwise: date) -> date:
    if text is None:
        return otherwise
    try:
        return date.fromisoformat(text)
    except ValueError:
        from probe.errors import ReportError

        raise ReportError("cli.bad_day", value=text) from None
