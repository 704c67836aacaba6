"""The letters of a mailing: the whole report to its supervisors, to each unit what is its own, into the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from probe.errors import PostError, ReportError
from probe.model import Number
from probe.post.address import mail_address
from probe.post.letter import MAIL, Attachment, Letter
from probe.post.mailing import Form, Mailing
from probe.store import Store
from probe.store.mailings import Told
from probe.words import words
from reports.forms import FORMS
from reports.gather import For, Nothing, nothing, report
from reports.links import linked
from reports.mail import default_key, letter
from reports.mask import masked
from reports.period import Period
from reports.report import Report
from reports.show import Show
from reports.text import short

AT_ONCE_OCTETS = 4_000_000  # that are put in together: a longer transaction would keep calls from being claimed
MOST_AT_ONCE = 20
APART = ".."  # recordings do not travel with a letter
KINDS: dict[Form, str] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "application/octet-stream",
    "json": "application/json",
    "html": "application/octet-stream",
}


def put(
    store: Store,
    mailing: Mailing,
    of: Period,
    reader: For,
    now: Callable[[], datetime],
    *,
    due_at: datetime | None,
    only: str | None = None,
    rows: set[str] | None = None,
    after_each: Callable[[], None] = lambda: None,
) -> Told:
    """Put everybody's letter into the outbox; who has had the report is written no more. Of each person and report
    there is one row whatever happens, so this may be broken off at any moment and done again.

    `due_at`: when it was to be sent, when that was long ago: then the letters say so. `only`: this unit's alone. The
    rows of the outbox that are or were theirs are added to `rows`. `after_each` report that was put in something may be
    done: many take minutes.
    """
    told = Told(late=due_at is not None)
    note = "" if due_at is None else late(mailing, due_at, reader)
    failed: list[str] = []
    try:
        for found, people in reports_of(store, mailing, of, reader, only=only, failed=failed):
            if not people:
                told = replace(told, nobody=(*told.nobody, short(found.unit or "")))
                continue
            told = _put(store, mailing, found, people, note, now, told, set() if rows is None else rows)
            after_each()
    except Nothing:
        return replace(told, nothing=True)
    return replace(told, failed=(*told.failed, *failed))


def reports_of(
    store: Store,
    mailing: Mailing,
    of: Period,
    reader: For,
    *,
    only: str | None = None,
    failed: list[str] | None = None,
) -> Iterator[tuple[Report, tuple[str, ...]]]:
    """Each report of the mailing and who gets it; of a unit without anybody to write to, nobody. Nothing when there was
    no call. `only`: this unit's alone."""
    reader = replace(reader, lang=mailing.lang, title=mailing.title)
    whole = report(store, of, reader)
    if not whole.study.total.calls + whole.study.canaries:
        raise nothing(store, of)
    if only is None and mailing.to:
        yield _ready(whole, mailing), mailing.to
    if not mailing.owners and not mailing.units:
        return
    people = of_units(mailing, store.numbers())
    for group in whole.study.units:
        if only is not None and group.name != only:
            continue
        theirs = people.get(group.name, ())
        if not theirs and not mailing.owners:
            continue
        theirs_alone = replace(reader, calendar=None)  # to mend the calendar is no unit's business
        found = report(store, of, theirs_alone, unit=group.name, fleet=whole.study.fleet)
        try:
            ready = _ready(own(found, group.name), mailing)
        except ReportError as error:
            if failed is None:
                raise
            failed.append(error.text(mailing.lang))
            continue
        yield ready, theirs


def of_units(mailing: Mailing, directory: Sequence[Number]) -> Mapping[str, tuple[str, ...]]:
    """Whom each unit's own report goes to: those whom the settings name, and the owners of its numbers as the directory
    is now. A number without a unit is nobody's in particular."""
    found = {unit: dict.fromkeys(people) for unit, people in mailing.units.items()}
    for number in directory if mailing.owners else ():
        if number.unit.strip() and number.owner_email:
            found.setdefault(number.unit, {})[number.owner_email] = None
    return {unit: tuple(people) for unit, people in found.items()}


def own(report: Report, unit: str) -> Report:
    """The report, which must be of this unit alone. A defect that would show one unit another's data sends nothing."""
    names = {group.unit.name for group in report.units} | {call.number.unit for call in report.calls}
    names |= {incident.unit for incident in report.incidents} | {row.unit for row in report.study.sheet}
    if names - {unit} or report.unit != unit:
        raise ReportError("report.not_own", unit=short(unit))
    return report


def letter_of(report: Report, mailing: Mailing, people: Sequence[str], note: str = "", *, key: str = "") -> Letter:
    """The letter of one report of the mailing, with its attachments."""
    files = tuple(
        Attachment(
            name=file_name(report, mailing.lang, form), kind=KINDS[form], data=FORMS[f".{form}"](report, mailing.lang)
        )
        for form in mailing.attach
    )
    return letter(report, mailing.lang, people, key=key, attachments=files, note=note)


def file_name(report: Report, lang: str, form: str) -> str:
    """What an attachment is called: what it is of and when."""
    show = Show(report, lang)
    return " ".join(part for part in (show.heading, show.about, f"{report.since:%Y-%m-%d}") if part) + f".{form}"


def late(mailing: Mailing, due_at: datetime, reader: For) -> str:
    """What a report begins with whose time passed while no program ran."""
    form = "%Y-%m-%d %H:%M"
    return words(
        "report.late", mailing.lang, due=f"{due_at:{form}}", now=f"{reader.now.astimezone(due_at.tzinfo):{form}}"
    )


def _ready(report: Report, mailing: Mailing) -> Report:
    return masked(report) if mailing.masked else linked(report, APART)


def _put(
    store: Store,
    mailing: Mailing,
    found: Report,
    people: Sequence[str],
    note: str,
    now: Callable[[], datetime],
    told: Told,
    every: set[str],
) -> Told:
    """One report's letters. What is wrong with an address keeps back nobody else's."""
    good, bad = _addresses(mailing, people)
    told = replace(told, failed=(*told.failed, *bad))
    key = default_key(found)
    rows = {address: f"{MAIL} {address} {key}" for address in good}
    every.update(rows.values())
    known = store.outbox.known(rows.values())
    new = [address for address, row in rows.items() if row not in known]
    if new:
        made = letter_of(found, mailing, new, note, key=key)
        together = min(MOST_AT_ONCE, max(1, AT_ONCE_OCTETS // _octets(made)))
        for begin in range(0, len(new), together):
            store.outbox.add(replace(made, recipients=tuple(new[begin : begin + together])), now())
    return replace(told, letters=told.letters + len(new), had=told.had + len(good) - len(new))


def _addresses(mailing: Mailing, people: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those that mail can be sent to, each once, and what is wrong with the others."""
    good: dict[str, None] = {}
    bad = []
    for address in people:
        try:
            good[mail_address(address, f"[mailing.{mailing.name}]")] = None
        except PostError as error:
            bad.append(error.text(mailing.lang))
    return tuple(good), tuple(bad)


def _octets(made: Letter) -> int:
    """About what a row holds."""
    files = sum(map(len, made.images.values())) + sum(len(one.data) for one in made.attachments)
    return len(made.text) + len(made.html or "") + files * 4 // 3
