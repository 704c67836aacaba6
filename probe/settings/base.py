"""What every table of `probe.toml` is made of."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationInfo


class Table(BaseModel):
    """A table: immutable, no other keys, no conversions, and errors that do not repeat what was found."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


def beside(path: Path, info: ValidationInfo) -> Path:
    """A path as written, from the settings file's folder (the working folder when there is no file)."""
    return Path(info.context["folder"] if info.context else Path.cwd()) / path.expanduser()
