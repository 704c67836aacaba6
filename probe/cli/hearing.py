"""What a command needs to understand calls: the recogniser of words, when it is installed and wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from probe.cli.talk import Talk

if TYPE_CHECKING:
    from probe.transcribe.engine import Engine


@contextmanager
def recogniser_of_host(talk: Talk) -> Iterator[Path | None]:
    """The socket of the recognising service, while it is wanted; None when calls are to go without words."""
    from probe.transcribe.keeper import Keeper

    model = _model(talk)
    if model is None:
        yield None
        return
    with Keeper(model, talk.settings_or_default.transcriber.workers) as keeper:
        yield keeper.socket


def recogniser(talk: Talk) -> Callable[[], Engine] | None:
    """What loads a recogniser for stored calls, once, when somebody speaks; None when there is none to load."""
    model = _model(talk)
    if model is None:
        return None

    @cache
    def load() -> Engine:
        from probe.transcribe.engine import Engine

        return Engine(model)

    return load


def _model(talk: Talk) -> Path | None:
    from probe.transcribe.available import usable_model

    wanted = talk.settings_or_default.transcriber
    return usable_model(wanted.model, enabled=wanted.enabled)
