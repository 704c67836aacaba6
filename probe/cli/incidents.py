"""`probe incidents`: lines on which citizens get nowhere, from the first evidence to the proof that they are mended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from probe.cli import options
from probe.cli.lines import encode
from probe.cli.talk import Talk, emit
from probe.errors import IncidentError

if TYPE_CHECKING:
    from probe.incidents import Event, Incident
    from probe.schedule.herald import Herald
    from probe.store import Store

HEARD = ("busy", "unanswered", "voicemail", "unreachable", "dropped")

id_argument = click.argument("incident_id", metavar="ID")
by_option = click.option("--by", required=True, metavar="NAME", help="Who does it. 操作人")


@click.group("incidents", invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Closed and withdrawn ones too. 包括已办结的")
@click.option("--unit", metavar="UNIT", help="Only this unit. 仅限某单位")
@click.option(
    "--export", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a .csv or .xlsx. 导出"
)
@options.as_json
@click.pass_context
def command(ctx: click.Context, everything: bool, unit: str | None, export: Path | None, as_json: bool) -> None:
    """Lines on which citizens get nowhere, and what is done about them. 办不成事：问题台账

    Without a command: those that are not settled. Only calls that a person answers, on two different half-days after
    the unit knew of it, close an incident; nobody can do it by hand. `*` marks one that came back after it was closed.
    """
    if ctx.invoked_subcommand is not None:
        return
    talk: Talk = ctx.obj
    with talk.open_store() as store:
        found = store.incidents.every() if everything else store.incidents.open()
    chosen = tuple(incident for incident in found if unit is None or incident.unit == unit)
    if export is not None:
        _export(talk, chosen, export)
    elif as_json:
        for incident in chosen:
            emit(encode(_line(talk, incident)))
    elif chosen:
        talk.console.print(_table(talk, sorted(chosen, key=lambda incident: incident.over)))
    else:
        talk.say("incidents.none_at_all" if everything else "incidents.none")


@command.command("show")
@id_argument
@options.as_json
@click.pass_obj
def show(talk: Talk, incident_id: str, as_json: bool) -> None:
    """What happened, by what evidence, and what is next. 查看一个问题的全过程"""
    from probe.cli.choose import choose_incident
    from probe.cli.incident_story import Story

    with talk.open_store() as store:
        story = Story(talk, store, choose_incident(store, incident_id))
        if as_json:
            emit(encode({**_line(talk, story.incident), **story.json()}))
        else:
            story.print()


@command.command("ack")
@id_argument
@by_option
@click.pass_obj
def ack(talk: Talk, incident_id: str, by: str) -> None:
    """The unit knows of it. 确认知悉"""
    from probe.incidents import steps

    _do(talk, incident_id, lambda incident: steps.acknowledge(incident, by=by, at=datetime.now(UTC)))


@command.command("note")
@id_argument
@click.argument("text")
@by_option
@click.pass_obj
def note(talk: Talk, incident_id: str, text: str, by: str) -> None:
    """Add a remark. 加备注"""
    from probe.incidents import steps

    _do(talk, incident_id, lambda incident: steps.note(incident, by=by, text=text, at=datetime.now(UTC)))


@command.command("assign")
@id_argument
@click.option("--owner", metavar="NAME", help="Who sees to it. 责任人")
@click.option("--deadline", metavar="DAY", help="The last day in time, YYYY-MM-DD. 整改期限")
@by_option
@click.pass_obj
def assign(talk: Talk, incident_id: str, owner: str | None, deadline: str | None, by: str) -> None:
    """Say who sees to it, and until when. 指定责任人和期限"""
    from probe.incidents import steps

    now = datetime.now(UTC)
    day = None if deadline is None else _day(deadline)
    today = now.astimezone(talk.zone).date()
    _do(
        talk,
        incident_id,
        lambda incident: steps.assign(incident, by=by, at=now, today=today, owner=owner, deadline=day),
    )


@command.command("rectify")
@id_argument
@click.option("--how", default="", metavar="TEXT", help="What was done. 整改措施")
@by_option
@click.pass_obj
def rectify(talk: Talk, incident_id: str, how: str, by: str) -> None:
    """The unit says that it is mended; the robot looks. 报告已整改，由机器人复核"""
    from probe.incidents import steps

    _do(talk, incident_id, lambda incident: steps.rectify(incident, by=by, text=how, at=datetime.now(UTC)))


@command.command("snooze")
@id_argument
@click.option("--until", required=True, metavar="TIME", help="'YYYY-MM-DD HH:MM', within a week. 到何时")
@by_option
@click.pass_obj
def snooze(talk: Talk, incident_id: str, until: str, by: str) -> None:
    """No letters about it until then; the calls go on. 暂不提醒"""
    from probe.incidents import steps

    end = _clock(until, talk.zone)
    _do(talk, incident_id, lambda incident: steps.snooze(incident, by=by, at=datetime.now(UTC), until=end))


@command.command("withdraw")
@id_argument
@click.option("--reason", required=True, metavar="TEXT", help="Why it is no incident. 撤销理由")
@by_option
@click.pass_obj
def withdraw(talk: Talk, incident_id: str, reason: str, by: str) -> None:
    """For the robot's mistakes: it stays visible with the reason and counts for nothing. 机器人误判时撤销"""
    from probe.incidents import steps

    _do(talk, incident_id, lambda incident: steps.withdraw(incident, by=by, reason=reason, at=datetime.now(UTC)))


@command.command("report")
@click.option("--number", "number", required=True, help="Which number. 号码")
@click.option("--when", "at", required=True, metavar="TIME", help="When the call was, 'YYYY-MM-DD HH:MM'. 拨打时间")
@click.option("--heard", "heard", required=True, type=click.Choice(HEARD), help="What was heard. 结果")
@click.option("--by", required=True, metavar="WHO", help="市民, 体验官 …: no names, no numbers. 反映人类别")
@click.option("--note", default="", metavar="TEXT", help="Anything else. 补充说明")
@click.pass_obj
def report(talk: Talk, number: str, at: str, heard: str, by: str, note: str) -> None:
    """Enter a failed call of a citizen or 体验官; the robot calls the line soon. 登记群众或体验官打不通的电话

    The citizen's own telephone number is not wanted: numbers in the texts are left out.
    """
    from probe.cli.choose import choose_numbers
    from probe.incidents import half_day_of, steps, take

    now = datetime.now(UTC)
    zone = talk.zone
    with talk.open_store() as store, store.transaction():
        (chosen,) = choose_numbers(talk, [number], store.numbers())
        told, hidden = take(
            number=chosen.number,
            happened_at=_clock(at, zone),
            told_at=now,
            heard=heard,  # type: ignore[arg-type]  # it is one of HEARD
            by=by,
            note=note,
        )
        if hidden:
            talk.say("incidents.hidden")
        known = store.incidents.of(chosen.number)
        events = steps.tell(
            known,
            told,
            store.incidents.tell(told),
            unit=chosen.unit,
            half_day=half_day_of(now, zone),
            policy=talk.settings_or_default.incidents.policy(),
            owner=chosen.owner_email,
        )
        for event in _herald(talk, store).add(events, now, known):
            talk.say("incidents.reported", id=event.incident_id)


def _do(talk: Talk, incident_id: str, step: Callable[[Incident], Event]) -> None:
    """Take a step that a person may take, and say how the incident stands."""
    from probe.cli.choose import choose_incident
    from probe.incidents.tell import state_text

    with talk.open_store() as store, store.transaction():
        before = choose_incident(store, incident_id)
        _herald(talk, store).add([step(before)], datetime.now(UTC), [before])
        after = choose_incident(store, incident_id)
    talk.say("incidents.done", id=after.id, state=state_text(after, talk.lang))


def _herald(talk: Talk, store: Store) -> Herald:
    """Who hears of it is as when the programme finds out: `probe run` sends what waits in the outbox."""
    from probe.schedule.herald import Herald

    settings = talk.settings_or_default
    return Herald(store, settings.alerts.policy(settings.robot.language), talk.zone)


def _line(talk: Talk, incident: Incident) -> dict[str, Any]:
    """One incident for machines: its fields, and what follows from them."""
    import msgspec

    from probe.incidents.tell import next_text

    fields = {name: getattr(incident, name) for name in incident.__struct_fields__}
    return {
        **msgspec.to_builtins(fields),
        "mark": incident.mark,
        "overdue": incident.overdue(_today(talk)),
        "next": next_text(incident, talk.lang, talk.settings_or_default.incidents.policy()),
    }


def _table(talk: Talk, incidents: list[Incident]) -> object:
    from rich.table import Table
    from rich.text import Text

    from probe.incidents.tell import kind_text, state_text

    table = Table()
    for column in ("id", "unit", "number", "kind", "opened", "state", "owner", "deadline"):
        table.add_column(talk.words(f"incidents.{column}"), overflow="fold", no_wrap=column in {"id", "number"})
    for one in incidents:
        deadline = str(one.deadline or "")
        if one.overdue(_today(talk)):
            deadline = talk.words("incidents.overdue", deadline=deadline)
        table.add_row(
            Text(one.id + one.mark),
            Text(one.unit),
            Text(one.number),
            Text(kind_text(one, talk.lang)),
            f"{one.opened_at.astimezone(talk.zone):%Y-%m-%d %H:%M}",
            state_text(one, talk.lang),
            Text(one.owner),
            deadline,
        )
    return table


def _export(talk: Talk, incidents: tuple[Incident, ...], file: Path) -> None:
    from probe.incidents.export import to_csv, to_xlsx

    write = {".csv": to_csv, ".xlsx": to_xlsx}.get(file.suffix.lower())
    if write is None:
        raise IncidentError("incidents.bad_export", file=file)
    try:
        file.write_bytes(write(incidents, talk.report_lang, talk.zone))
    except OSError as error:
        raise IncidentError("incidents.not_written", file=file, reason=error.strerror) from error
    talk.say("incidents.exported", n=len(incidents), file=file)


def _today(talk: Talk) -> date:
    return datetime.now(UTC).astimezone(talk.zone).date()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise IncidentError("incidents.bad_day", value=text) from None


def _clock(text: str, zone: ZoneInfo) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise IncidentError("incidents.bad_clock", value=text) from None
    return at if at.tzinfo else at.replace(tzinfo=zone)
