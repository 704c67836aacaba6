"""`probe import-cdr`: an office's own call records beside the robot's evidence for the same line and hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from probe.cli import options
from probe.cli.lines import encode
from probe.cli.talk import Talk, emit
from probe.errors import CdrError
from probe.words import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from probe.cdr import Cdr, Comparison
    from probe.model import Call, Number
    from probe.store import Store

DAY = timedelta(days=1)


@click.command("import-cdr")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--number", required=True, metavar="NUMBER", help="Whose records they are. 号码")
@click.option("--extension", "extensions", multiple=True, metavar="N", help="Its name inside; repeatable. 分机号")
@click.option("--map", "pairs", multiple=True, metavar="FIELD=HEADER", help="Which column is which. 指明列名")
@click.option("--dates", type=click.Choice(["ymd", "dmy", "mdy"]), default="ymd", help="Order in dates. 日期次序")
@click.option("--timezone", metavar="ZONE", help="Of the records (default: the settings'). 话单的时区")
@click.option("--caller-id", "callers", multiple=True, metavar="N", help="The robot's number; repeatable. 机器人主叫")
@click.option(
    "--picture", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Draw a day: .svg, .png. 画图"
)
@click.option("--day", metavar="DAY", help="Which day to draw (default: the last with a contradiction). 画哪一天")
@options.as_json
@click.pass_obj
def command(
    talk: Talk,
    file: Path,
    number: str,
    extensions: tuple[str, ...],
    pairs: tuple[str, ...],
    dates: str,
    timezone: str | None,
    callers: tuple[str, ...],
    picture: Path | None,
    day: str | None,
    as_json: bool,
) -> int:
    """Import FILE, a telephone system's call records (CSV or XLSX), and compare. 导入单位话单，与机器人的拨打对照

    Asterisk, FreePBX, 3CX and Chinese systems are understood. Bad rows are named and left out (exit code 15), the
    others are taken; importing a file again changes nothing. Of callers' numbers only the last two digits are kept.
    """
    from probe.cdr.columns import checked_names
    from probe.cdr.read import Line, read
    from probe.cdr.values import digits
    from probe.cli.choose import choose_numbers

    if picture is not None and picture.suffix.lower() not in {".svg", ".png"}:
        raise CdrError("cdr.bad_picture", file=picture)
    zone = talk.zone
    wanted = None if day is None else _day(day)
    with talk.open_store() as store:
        (chosen,) = choose_numbers(talk, [number], store.numbers())
        known = (*callers, *(t.caller_id or t.username for t in talk.settings_or_default.trunks.values()))
        line = Line(
            number=chosen.number,
            extensions=tuple(map(digits, extensions)),
            callers=tuple(filter(None, map(digits, known))),
        )
        reading = read(file, line, zone=_zone(timezone, zone), named=checked_names(pairs), order=dates)  # type: ignore[arg-type]  # click.Choice
        new = store.cdrs.add(reading.cdrs, datetime.now(UTC), file.name)
        for problem in reading.problems:
            click.echo(problem.text(talk.lang), err=True)
        talk.say("cdr.understood", columns=", ".join(f"{f} = {title}" for f, title in reading.columns.items()))
        talk.say("cdr.imported", number=number, n=len(reading.cdrs), new=new, others=reading.others)
        talk.say("cdr.privacy")
        if reading.cdrs:
            _compare(talk, store, chosen, reading.cdrs, zone, picture, wanted, as_json)
    if reading.problems:
        talk.say("cdr.bad_rows", n=len(reading.problems))
        return CdrError.exit_code
    return 0


def _compare(
    talk: Talk,
    store: Store,
    number: Number,
    read: Sequence[Cdr],
    zone: ZoneInfo,
    picture: Path | None,
    day: date | None,
    as_json: bool,
) -> None:
    """Compare the days of the file, with all that is stored of them, and say what was found."""
    from probe.cdr import compare

    days = sorted({cdr.started_at.astimezone(zone).date() for cdr in read})
    since = datetime.combine(days[0], time.min, zone)
    until = datetime.combine(days[-1], time.min, zone) + DAY
    records = store.cdrs.between(number.number, since, until)
    calls = tuple(store.records(since, until, number=number.number))
    comparison = compare(records, calls, zone=zone)
    if not calls:
        talk.say("cdr.no_calls")
    if as_json:
        for hour in comparison.hours:
            emit(encode(_line(hour, talk.lang)))
    elif calls:
        _print(talk, comparison)
    if picture is not None:
        doubtful = [hour.begins.date() for hour in comparison.hours if hour.contradicts]
        _draw(talk, number, records, calls, day or (doubtful or days)[-1], days, zone, picture)


def _print(talk: Talk, comparison: Comparison) -> None:
    from rich.table import Table
    from rich.text import Text

    for note in comparison.notes:
        click.echo(told(note, talk.lang))
    table = Table()
    for column in ("hour", "taken", "missed", "engaged", "robot", "outcomes"):
        table.add_column(talk.words(f"cdr.{column}"), overflow="fold")
    for hour in comparison.hours:
        outcomes = " ".join(f"{talk.words(f'names.outcome_{o}')} {n}" for o, n in hour.outcomes.items())
        table.add_row(
            f"{hour.begins:%m-%d %H:%M}",
            str(hour.taken),
            str(hour.missed),
            f"{hour.engaged_s / 60:.0f}",
            str(hour.calls),
            outcomes,
            style="bold red" if hour.contradicts else None,
        )
    talk.console.print(table)
    for hour in comparison.hours:
        for one in hour.says:
            line = Text(f"{hour.begins:%Y-%m-%d} {told(one, talk.lang)}")
            talk.console.print(line, soft_wrap=True)


def _line(hour: Any, lang: str) -> dict[str, Any]:
    import msgspec

    fields = {name: getattr(hour, name) for name in hour.__struct_fields__ if name != "says"}
    return {**msgspec.to_builtins(fields), "says": [told(one, lang) for one in hour.says]}


def _draw(
    talk: Talk,
    number: Number,
    records: Sequence[Cdr],
    calls: Sequence[Call],
    day: date,
    days: Sequence[date],
    zone: tzinfo,
    file: Path,
) -> None:
    from probe.cdr import compare
    from probe.cdr.picture import draw, to_png, to_svg

    cdrs = [cdr for cdr in records if cdr.started_at.astimezone(zone).date() == day]
    of_day = [call for call in calls if call.record.trace.started_at.astimezone(zone).date() == day]
    if not cdrs and not of_day:
        raise CdrError("cdr.nothing_that_day", day=day, days=", ".join(map(str, days)))
    try:
        name = " ".join(filter(None, (number.unit, number.department, number.written)))
        chart = draw(cdrs, of_day, compare(cdrs, of_day, zone=zone), line=name, zone=zone, lang=talk.report_lang)
        data = to_png(chart) if file.suffix.lower() == ".png" else to_svg(chart).encode()
    except ImportError:
        raise CdrError("cdr.no_charts") from None
    try:
        file.write_bytes(data)
    except OSError as error:
        raise CdrError("cdr.not_written", file=file, reason=error.strerror) from error
    talk.say("cdr.drawn", file=file)


def _zone(name: str | None, otherwise: ZoneInfo) -> ZoneInfo:
    try:
        return otherwise if name is None else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CdrError("cdr.bad_timezone", value=name) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CdrError("cdr.bad_day", value=text) from None
