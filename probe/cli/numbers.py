"""`probe numbers check|import|list`: who may be called."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from probe.cli import options
from probe.cli.lines import encode
from probe.cli.talk import Talk, emit

if TYPE_CHECKING:
    from probe.directory import Listing
    from probe.model import Number

file_argument = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group("numbers")
def command() -> None:
    """The directory: who may be called. 号码表：只有其中的号码才能拨打

    A CSV or XLSX file with the columns 单位 and 号码 (unit, number), and as you like 科室 服务 工作时间 责任人邮箱
    场景 备注 (department, service, hours, owner email, scenario, note).
    """


def _read(talk: Talk, file: Path, as_json: bool) -> Listing:
    from probe.directory import read

    robot = talk.settings_or_default.robot
    listing = read(file, country=robot.country, area_code=robot.area_code)
    for note in listing.notes:
        click.echo(note.text(talk.lang), err=True)
    for problem in listing.problems:
        if as_json:
            emit(
                encode(
                    {
                        "row": problem.row,
                        "column": problem.column,
                        "value": problem.value,
                        "reason": problem.text(talk.lang),
                    }
                )
            )
        else:
            click.echo(problem.text(talk.lang), err=True)
    return listing


@command.command("check")
@file_argument
@options.as_json
@click.pass_obj
def check(talk: Talk, file: Path, as_json: bool) -> int:
    """Read FILE and name every mistake with row, column, value and reason. 检查号码表，逐行指出错误"""
    listing = _read(talk, file, as_json)
    talk.say("cli.numbers_good", file=file, good=len(listing.numbers), bad=len(listing.problems))
    return 4 if listing.problems else 0


@command.command("import")
@file_argument
@options.as_json
@click.pass_obj
def import_(talk: Talk, file: Path, as_json: bool) -> int:
    """Make FILE the directory: its good rows may be called, numbers that are not in it no more. 导入号码表"""
    listing = _read(talk, file, as_json)
    with talk.open_store() as store:
        before = {number.number for number in store.numbers()}
        store.import_numbers(listing.numbers, datetime.now(UTC))
    gone = len(before - {number.number for number in listing.numbers})
    talk.say("cli.numbers_imported", n=len(listing.numbers))
    if gone:
        talk.say("cli.numbers_gone", n=gone)
    if listing.problems:
        talk.say("cli.numbers_bad_rows", n=len(listing.problems))
        return 4
    return 0


@command.command("list")
@options.as_json
@click.pass_obj
def list_(talk: Talk, as_json: bool) -> None:
    """Print the directory. 列出号码表"""
    import msgspec

    with talk.open_store() as store:
        numbers = store.numbers()
    if as_json:
        for number in numbers:
            emit(msgspec.json.encode(number))
    elif numbers:
        talk.console.print(_table(talk, numbers))
    else:
        talk.say("cli.empty_directory")


def _table(talk: Talk, numbers: tuple[Number, ...]) -> object:
    from rich.table import Table

    table = Table()
    for column in ("number", "unit", "department", "service", "hours", "owner"):
        table.add_column(talk.words(f"cli.{column}"), overflow="fold", no_wrap=column == "number")
    for n in numbers:
        table.add_row(n.number, n.unit, n.department, n.service, n.hours, n.owner_email)
    return table
