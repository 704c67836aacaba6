"""What a caller does during a call: one YAML file per scenario beside this one. Imports nothing of the program."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long to ring and to stay, and what to say to a person who answers."""

    name: str
    use: dict[str, str]  # when to use it, per language
    ring_limit_s: float = 45.0
    answered_limit_s: float = 20.0
    deadline_s: float = 120.0
    say: str | None = None  # a prompt of the library, without its ending


def names() -> tuple[str, ...]:
    """The scenarios that are shipped."""
    return tuple(sorted(p.name.removesuffix(".yaml") for p in files(__package__).iterdir() if p.name.endswith(".yaml")))


@cache
def load(name: str) -> Scenario:
    """The scenario shipped under this name. KeyError when there is none, msgspec.ValidationError when it is wrong."""
    if name not in names():
        raise KeyError(name)
    source = Path(str(files(__package__) / f"{name}.yaml"))
    return msgspec.yaml.decode(source.read_bytes(), type=Scenario)
