"""`probe check`: everything that a round relies on, looked at before anyone is called."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

import click

from probe.cli.talk import Talk
from probe.cli.unprotected import caution
from probe.errors import ProbeError
from probe.words import told


@click.command("check")
@click.option("--no-call", is_flag=True, help="Call nobody, not even a canary. 不试拨测试号码")
@click.pass_obj
def command(talk: Talk, no_call: bool) -> int:
    """Look over settings, folders, database and trunks before anyone is called. 拨打前检查

    The only number called is the first of your canaries, when the settings name any. 只试拨 canaries 中的第一个号码

    Every line is ✓, ✗ with what to do, or ! for a remark; the exit code is that of the first ✗.
    """
    code = 0
    for step in steps(talk, call=not no_call):
        try:
            if (well := step()) is not None:
                click.echo(f"✓ {well}")
        except ProbeError as error:
            click.echo(f"✗ {error.text(talk.lang)}")
            code = code or error.exit_code
    return code


def steps(talk: Talk, *, call: bool) -> Iterator[Callable[[], str | None]]:
    """What is looked at, in the order in which a round would need it; each says what is well, or None when it has said
    something else. Settings that cannot be read end it all."""
    settings = talk.settings
    yield partial(talk.words, "cli.check_settings", file=settings.file)
    for unwise in settings.cautions():
        click.echo(f"! {unwise.text(talk.lang)}")
    yield partial(_folder, talk)
    yield partial(_store, talk)
    yield partial(_calendar, talk)
    yield partial(_words, talk)
    if not settings.trunks:
        yield partial(_fail, "cli.check_no_trunk")
    yield from _trunks(talk, call=call)
    yield from _ways(talk)
    if settings.mailings:
        from probe.cli.mailing import checks as mailings

        yield from mailings(talk)


def _fail(key: str) -> str:
    raise ProbeError(key)


def _folder(talk: Talk) -> str:
    from probe.dial.folders import ready_for_recordings

    folder = talk.settings.data.folder
    ready_for_recordings(folder)
    return talk.words("cli.check_folder", folder=folder, free_gb=shutil.disk_usage(folder).free / 1e9)


def _store(talk: Talk) -> str:
    with talk.open_store() as store:
        found = store.numbers()
        numbers = len(found)
        units = len({number.unit for number in found})
    if numbers == 0:
        raise ProbeError("cli.check_no_numbers")
    if (bare := caution(talk, units, numbers)) is not None:
        click.echo(f"! {told(bare, talk.lang)}")
    return talk.words("cli.check_store", url=talk.settings.data.store, n=numbers)


def _calendar(talk: Talk) -> str | None:
    """The programme plans nothing on a day that nobody knows: said weeks before."""
    from probe.calendar import warnings, working_days

    settings = talk.settings
    days = working_days(settings.robot.country, settings.plan.holidays)
    found = warnings(days, datetime.now(UTC), talk.zone)
    for warning in found:
        click.echo(f"! {warning.text(talk.lang)}")
    return None if found else talk.words("cli.check_calendar", until=days.known_until)


def _ways(talk: Talk) -> Iterator[Callable[[], str]]:
    """The mail server and the chat groups of the settings."""
    from probe.post.ways import checks

    for check in checks(talk.settings, datetime.now(UTC)).values():
        yield lambda check=check: talk.words("cli.check_mail", where=check())  # type: ignore[misc]


def _words(talk: Talk) -> str | None:
    """The recogniser is not needed for a round: without it, no more than a remark."""
    from probe.transcribe.available import status

    wanted = talk.settings.transcriber
    found = status(wanted.model, enabled=wanted.enabled)
    if not found.usable:
        click.echo(f"! {found.text(talk.lang)}")
        return None
    return found.text(talk.lang)


def _trunks(talk: Talk, *, call: bool) -> Iterator[Callable[[], str | None]]:
    """Each trunk step by step; the steps print as they are done."""
    settings = talk.settings
    names = settings.trunk_names
    if len(names) > 1:
        order = ", ".join(f"{name} ({settings.trunks[name].preference})" for name in names)
        yield partial(talk.words, "cli.check_order", names=order)
    for name in names:
        yield partial(_examined, talk, name, settings.manners.canaries[:1] if call else ())


def _examined(talk: Talk, name: str, canaries: Sequence[str]) -> None:
    from probe.dial.examine import examine
    from probe.directory import normalise

    robot = talk.settings.robot
    place = {"country": robot.country, "area_code": robot.area_code}
    canary = next((normalise(number, **place) for number in canaries), "")
    for step in examine(talk.settings.trunk(name), canary=canary, **place):
        mark = "!" if step.remark else "✓"
        click.echo(f"{mark} {talk.words(step.key, **step.values)}")
