"""What a caller does during a call: one YAML file per scenario beside this one. Imports nothing of the program.

`docs/scenarios.md` explains the language. People's own scenarios are added with `use`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

from scenarios.language import Scenario
from scenarios.nodes import Mistake
from scenarios.read import Reader

__all__ = ["Mistake", "Scenario", "load", "names", "path_of", "read", "shipped", "texts", "use"]


@cache
def shipped() -> tuple[str, ...]:
    """The scenarios that come with the program."""
    return tuple(sorted(p.name.removesuffix(".yaml") for p in files(__package__).iterdir() if p.name.endswith(".yaml")))


def names() -> tuple[str, ...]:
    """The scenarios there are: the shipped ones, and people's own."""
    return tuple(sorted({*shipped(), *_own()}))


def load(name: str) -> Scenario:
    """The scenario of this name. KeyError when there is none."""
    return _shipped(name) if name in shipped() else _own()[name]


def path_of(name: str) -> Path:
    """The file of a shipped scenario."""
    return Path(str(files(__package__) / f"{name}.yaml"))


def read(path: Path, recordings: Collection[str] | None = None) -> Scenario:
    """Read a scenario file. `recordings`: names that `say` may give, unchecked when None.

    Mistake for the first thing that is wrong in it, OSError or UnicodeDecodeError when it cannot be read.
    """
    return Reader(path.parent, recordings).scenario(path.read_text(encoding="utf-8"), path.stem)


def texts(path: Path, recordings: Collection[str] | None = None) -> dict[Path, str]:
    """The texts that a scenario file wants said, by the recordings to be made of them. Raises what `read` does."""
    reader = Reader(path.parent, recordings, preparing=True)
    reader.scenario(path.read_text(encoding="utf-8"), path.stem)
    return reader.texts


def use(own: Callable[[], Iterable[Scenario]]) -> None:
    """From now on there are these as well, instead of those of an earlier `use`.

    They are asked for when a name is that is not shipped: a mistake in one of them hinders nobody who needs none.
    """
    global _more
    _more = own
    _own.cache_clear()


_more: Callable[[], Iterable[Scenario]] = tuple


@cache
def _own() -> dict[str, Scenario]:
    return {scenario.name: scenario for scenario in _more()}


@cache
def _shipped(name: str) -> Scenario:
    return read(path_of(name))
