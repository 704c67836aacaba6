"""The scenarios of this robot: those that are shipped and the user's own, read strictly."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar

import scenarios
from probe.errors import ScenarioError
from probe.hints import nearest, shown
from probe.script.pressed import forbidden
from probe.script.voices import recordings
from scenarios import Mistake, Scenario

T = TypeVar("T")

MOST_SHOWN = 12  # allowed spellings


def read(path: Path) -> Scenario:
    """Read a scenario file. ScenarioError names file, line, what was found and what could stand there."""
    scenario = _told(path, scenarios.read)
    if found := forbidden(scenario):
        raise ScenarioError("scenario.never_dial", file=path, found=found[0])
    return scenario


def _told(path: Path, reader: Callable[[Path, Collection[str]], T]) -> T:
    """What this reader makes of the file, with its mistakes as errors."""
    try:
        return reader(path, recordings())
    except Mistake as mistake:
        raise error_of(mistake, path) from mistake
    except OSError as error:
        raise ScenarioError("scenario.unreadable", file=path, reason=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise ScenarioError("scenario.unreadable", file=path, reason="UTF-8?") from error


def texts(path: Path) -> dict[Path, str]:
    """The texts that a scenario file wants said, by the recordings to be made of them. ScenarioError as `read`."""
    return _told(path, scenarios.texts)


def read_folder(folder: Path) -> tuple[Scenario, ...]:
    """The user's own scenarios: every *.yaml of this folder, if it is there. ScenarioError for the first mistake."""
    own = []
    for path in sorted(folder.glob("*.yaml")):
        if path.stem in scenarios.shipped():
            raise ScenarioError("scenario.name_taken", file=path, name=path.stem)
        own.append(read(path))
    return tuple(own)


def load(name: str) -> Scenario:
    """The scenario of this name. ScenarioError when there is none (any more)."""
    try:
        return scenarios.load(name)
    except KeyError:
        raise no_such(name) from None


def no_such(name: str) -> ScenarioError:
    """There is no scenario of this name; the nearest one is named."""
    near = nearest(name, scenarios.names())
    key = "scenario.no_such_near" if near else "scenario.no_such"
    return ScenarioError(key, name=shown(name), allowed=", ".join(scenarios.names()), near=near or "")


def error_of(mistake: Mistake, path: Path) -> ScenarioError:
    """A mistake as an error for people: with the spelling that was perhaps meant."""
    near = nearest(mistake.found, mistake.allowed) if mistake.key == "unknown" else None
    rest = len(mistake.allowed) - MOST_SHOWN
    allowed = " · ".join((*mistake.allowed[:MOST_SHOWN], *((f"… (+{rest})",) if rest > 0 else ())))
    return ScenarioError(
        "scenario.unknown_near" if near else f"scenario.{mistake.key}",
        file=path,
        line=mistake.line,
        where=shown(mistake.where or "-"),
        found=shown(mistake.found),
        allowed=allowed,
        near=near or "",
    )
