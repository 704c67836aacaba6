"""Which number, which trunk and which incident a person means on the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from probe.calendar import openings_around, working_days
from probe.cli.talk import Talk
from probe.dial import Trunk
from probe.dial.uri import is_loopback, is_sip, parse_uri
from probe.directory import normalise
from probe.errors import IncidentError, RefusedError, SettingsError
from probe.hints import nearest, shown
from probe.incidents import Incident
from probe.model import Number
from probe.plan.batch import Open
from probe.store import Store


def choose_numbers(talk: Talk, written: Sequence[str], directory: Sequence[Number]) -> tuple[Number, ...]:
    """The directory's entries that are meant, each once, in the order given; a loopback `sip:` URI needs no entry.

    DirectoryError for what is no number, RefusedError for one that is not in the directory or may never be dialled.
    """
    robot = talk.settings_or_default.robot
    known = {number.number: number for number in directory}
    chosen: dict[str, Number] = {}
    for text in written:
        number = normalise(text, country=robot.country, area_code=robot.area_code)
        if number in known:
            chosen[number] = known[number]
        elif on_this_machine(number):
            chosen[number] = Number(number=number, written=text, unit=number)
        else:
            raise RefusedError("cli.not_in_directory", number=text)
    return tuple(chosen.values())


def on_this_machine(number: str) -> bool:
    """Whether this is a `sip:` URI on the loopback interface."""
    return is_sip(number) and is_loopback(parse_uri(number).host)


def choose_trunks(talk: Talk, name: str | None, numbers: Sequence[Number]) -> tuple[Trunk, ...]:
    """The trunk of that name, or all in order of preference; none is needed when every number is on this machine.

    SettingsError when there is none, with the settings' own words when they cannot be read. A trunk that is only to
    stand in and cannot be used (its password is not there) is told of and left out.
    """
    settings = talk.settings_or_default
    if name is None and not settings.trunks:
        if all(on_this_machine(number.number) for number in numbers):
            return (Trunk(name="loopback", proxy="sip:127.0.0.1", lines=8, calls_per_second=10),)
        raise SettingsError("cli.no_trunk", number=next(n.number for n in numbers if not on_this_machine(n.number)))
    if name is not None:
        return (settings.trunk(name),)
    found = [settings.trunk()]
    for other in settings.trunk_names[1:]:
        try:
            found.append(settings.trunk(other))
        except SettingsError as error:
            talk.say("cli.trunk_left_out", trunk=other, reason=error.text(talk.lang))
    return tuple(found)


def opening_hours(talk: Talk) -> Callable[[Number, datetime], Open]:
    """When the office of a number is open around a moment, by its hours or the default ones; None: nobody knows."""
    settings = talk.settings_or_default
    days = working_days(settings.robot.country, settings.plan.holidays)

    def open_of(number: Number, at: datetime) -> Open:
        found = openings_around(
            number, at, default_hours=settings.plan.hours, timezone=settings.policy().timezone, days=days
        )
        return None if found is None else tuple((opening.start, opening.end) for opening in found)

    return open_of


def choose_incident(store: Store, incident_id: str) -> Incident:
    """The incident of this id, with or without its `*`. IncidentError names the nearest open one."""
    incident = store.incidents.get(incident_id.rstrip("*"))
    if incident is None:
        near = nearest(incident_id, (known.id for known in store.incidents.open()))
        if near:
            raise IncidentError("incidents.unknown_near", id=shown(incident_id), near=near)
        raise IncidentError("incidents.unknown", id=shown(incident_id))
    return incident
