"""`probe report --mail`: a report as a letter, to those who are named or those whom the settings name."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from probe.cli.posting import account, deliver_now, say_how_they_stand
from probe.cli.talk import Talk
from probe.errors import ProbeError, ReportError

if TYPE_CHECKING:
    from probe.post.letter import Letter
    from probe.post.mailing import Mailing
    from probe.settings import Settings
    from probe.store import Store
    from probe.store.mailings import Told
    from reports.due import Due
    from reports.gather import For
    from reports.period import Period
    from reports.report import Report

SEND_EVERY_S = 60.0
LETTERS = "letters"  # the folder of previews, in the data folder


def to_people(talk: Talk, store: Store, found: Report, people: Sequence[str], out: Path | None, *, dry: bool) -> int:
    """This report to these people, however often they had it: somebody asks for it by hand."""
    from reports.links import linked
    from reports.mail import default_key, letter

    now = datetime.now(UTC)
    ready = found if found.masked else linked(found, "..")
    key = f"{default_key(ready)} by hand {now:%Y-%m-%dT%H:%M:%S.%f}"[-200:]
    made = letter(ready, talk.report_lang, people, key=key)
    if dry:
        _preview(talk, made, ready, out or talk.settings_or_default.data.folder / f"{_slug(default_key(ready))}.eml")
        return 0
    store.outbox.add(made, now)
    deliver_now(talk, store)
    return say_how_they_stand(talk, store, [one.row_key for one in made.each()])


def to_mailings(
    talk: Talk, store: Store, of: Period, reader: For, unit: str | None, out: Path | None, *, masked: bool, dry: bool
) -> int:
    """The report of a period to everybody whom the settings name for it, each what is theirs; nobody twice.

    `masked` hides from all of them what the settings hide from some; the reader's title goes before the settings'.
    """
    from reports.mailing import put

    mailings = _mailings(talk.settings)
    fitting = [mailing for mailing in mailings if mailing.report == of.kind]
    if not fitting:
        known = ", ".join(f"{one.report} ({one.name})" for one in mailings) or "—"
        raise ReportError("report.no_mailing", kind=of.kind.value, known=known)
    fitting = [replace(one, masked=one.masked or masked, title=reader.title or one.title) for one in fitting]
    if dry:
        return _previews(talk, store, fitting, of, reader, unit, out)
    if unit is not None:
        fitting = [replace(mailing, to=()) for mailing in fitting]
    keys: set[str] = set()
    for mailing in fitting:
        told = put(
            store, mailing, of, reader, _now, due_at=None, only=unit, rows=keys, after_each=_now_and_then(talk, store)
        )
        _say(talk, mailing, told, of)
    deliver_now(talk, store)
    return say_how_they_stand(talk, store, keys)


def due_now(settings: Settings, store: Store, now: datetime) -> tuple[Due, ...]:
    """The reports whose time has come and that are not in the outbox yet, oldest first. Cheap."""
    from zoneinfo import ZoneInfo

    from probe.calendar import working_days
    from reports.due import due

    days = working_days(settings.robot.country, settings.plan.holidays)
    zone = ZoneInfo(settings.robot.timezone)
    found: list[Due] = []
    for mailing in _mailings(settings):
        since = store.mailings.since(mailing.name, now)
        found += due(mailing, now, since, zone, days, store.mailings.done(mailing.name))
    return tuple(sorted(found, key=lambda one: one.at))


def to_whom_it_is_due(talk: Talk, store: Store, reader: For, *, dry: bool) -> int:
    """What `probe run` does by itself: every report that is due, late ones too; what fails keeps back no other."""
    from probe.post.outbox import LATE_AFTER
    from probe.store.mailings import Mailed
    from reports.mailing import put

    code, keys, send = 0, set[str](), _now_and_then(talk, store)
    for one in due_now(talk.settings, store, _now()):
        if dry:
            talk.say("cli.mailing_due", name=one.mailing.name, period=one.name, at=f"{one.at:%Y-%m-%d %H:%M}")
            continue
        late = one.at if reader.now - one.at > LATE_AFTER else None
        try:
            told = put(store, one.mailing, one.of, reader, _now, due_at=late, rows=keys, after_each=send)
        except ProbeError as error:
            talk.say("cli.mailing_failed", name=one.mailing.name, period=one.name, error=error.text(talk.lang))
            code = code or error.exit_code
            continue
        store.mailings.finish(
            Mailed(name=one.mailing.name, period=one.name, at=_now(), due_at=one.at.astimezone(UTC), told=told)
        )
        _say(talk, one.mailing, told, one.of)
    if dry:
        return 0
    if not keys:
        return code
    deliver_now(talk, store)
    return code or say_how_they_stand(talk, store, keys)


def _mailings(settings: Settings) -> list[Mailing]:
    return [one.mailing(name, settings.robot.language) for name, one in settings.mailings.items()]


def _previews(
    talk: Talk, store: Store, mailings: Sequence[Mailing], of: Period, reader: For, unit: str | None, out: Path | None
) -> int:
    """One file for each report of the mailings, as its first reader would get it."""
    from reports.mail import default_key
    from reports.mailing import letter_of, reports_of

    folder = out or talk.settings_or_default.data.folder / LETTERS
    for mailing in mailings:
        for found, people in reports_of(store, mailing, of, reader, only=unit):
            if people:
                made = letter_of(found, mailing, people)
                _preview(talk, made, found, folder / f"{_slug(f'{mailing.name} {default_key(found)}')}.eml")
    return 0


def _preview(talk: Talk, made: Letter, found: Report, file: Path) -> None:
    """Write the message as it would be sent to the first of its recipients."""
    from reports.mail import eml

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(eml(made, found, account(talk)))
    except OSError as error:
        raise ReportError("cli.report_not_written", file=file, reason=error.strerror) from error
    talk.say("cli.mail_preview", file=file, people=", ".join(made.recipients[:5]), n=len(made.recipients))


def _say(talk: Talk, mailing: Mailing, told: Told, of: Period) -> None:
    """What a mailing came to."""
    name = {"name": mailing.name, "period": f"{of.kind} {of.first}"}
    if told.nothing:
        talk.say("cli.mailing_nothing", **name)
        return
    talk.say("cli.mailing_put", **name, n=told.letters, had=told.had)
    if told.nobody:
        talk.say("cli.mailing_nobody", **name, n=len(told.nobody), units="、".join(told.nobody[:5]))
    for reason in told.failed:
        talk.say("cli.mailing_failed", **name, error=reason)


def _slug(name: str) -> str:
    """A file's name of what a letter is of."""
    return re.sub(r"[^\w.]+", "-", name).strip("-.")[:120]


def _now_and_then(talk: Talk, store: Store) -> Callable[[], None]:
    """Sends what is there, once a minute: the first letters need not wait until the last report is made."""
    last = time.monotonic()

    def send() -> None:
        nonlocal last
        if time.monotonic() - last >= SEND_EVERY_S:
            deliver_now(talk, store)
            last = time.monotonic()

    return send


def checks(talk: Talk) -> Iterator[Callable[[], str | None]]:
    """Each [mailing.NAME], looked over: who gets what, whether its files can be made. What is doubtful is printed."""
    for mailing in _mailings(talk.settings):
        yield partial(_checked, talk, mailing)


def _checked(talk: Talk, mailing: Mailing) -> str:
    from probe.hints import nearest, shown
    from reports.mailing import of_units
    from reports.pdf import ready

    if "pdf" in mailing.attach:
        ready()
    with talk.open_store() as store:
        directory = store.numbers()
    units = {number.unit for number in directory}
    for unit in mailing.units.keys() - units:
        near = nearest(unit, units) or "—"
        click.echo(f"! {talk.words('cli.check_mailing_unit', name=mailing.name, unit=shown(unit), near=shown(near))}")
    people = of_units(mailing, directory)
    without = units - people.keys() if mailing.owners else set()
    if without:
        some = "、".join(shown(unit) for unit in sorted(without)[:5])
        click.echo(f"! {talk.words('cli.check_mailing_nobody', name=mailing.name, n=len(without), units=some)}")
    return talk.words(
        "cli.check_mailing",
        name=mailing.name,
        report=mailing.report,
        whole=len(mailing.to),
        units=len(people.keys() & units),
    )


def _now() -> datetime:
    return datetime.now(UTC)
