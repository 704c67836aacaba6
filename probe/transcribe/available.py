"""Whether words can be recognised on this machine, without loading anything: for `probe check`, and before a round."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import msgspec

from probe.transcribe.model_folder import checked, find_model, installed
from probe.words import words

ENGINE = "faster_whisper"


class Status(msgspec.Struct, frozen=True):
    """What there is: `key` is that of a sentence, and `usable` says that calls will have words."""

    key: str
    model: str = ""
    usable: bool = False

    def text(self, lang: str) -> str:
        """The sentence in a language ("zh" or "en"), with what to do."""
        return words(self.key, lang, model=self.model)


def status(setting: Path | None, *, enabled: bool = True) -> Status:
    """What can be told without loading the model. `setting` is the folder of the settings.

    ModelError when that folder is no complete model.
    """
    if not enabled:
        return Status("transcribe.status_off")
    package = installed()
    model = checked(setting) if setting else package and package[0].parent
    engine = find_spec(ENGINE) is not None
    if engine and model:
        return Status("transcribe.status_ready", str(setting or "whisper base"), usable=True)
    if model:
        return Status("transcribe.status_no_engine")
    return Status("transcribe.status_no_model" if engine else "transcribe.status_neither")


def usable_model(setting: Path | None, *, enabled: bool = True) -> Path | None:
    """The folder of the model to load, put together first when it must be; None when there are to be no words.

    ModelError as `find_model` has it.
    """
    return find_model(setting) if status(setting, enabled=enabled).usable else None
