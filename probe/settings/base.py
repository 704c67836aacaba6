"""What every table of `probe.toml` is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

CLOCK = r"^(?:[01]\d|2[0-3]):[0-5]\d$"  # HH:MM


class Table(BaseModel):
    """A table: immutable, no other keys, no conversions, and errors that do not repeat what was found."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


def beside(path: Path, info: ValidationInfo) -> Path:
    """A path as written, from the settings file's folder (the working folder when there is no file)."""
    return Path(info.context["folder"] if info.context else Path.cwd()) / path.expanduser()


def _beside(path: Path | None, info: ValidationInfo) -> Path | None:
    return None if path is None else beside(path, info)


FileBeside = Annotated[Path | None, Field(strict=False), AfterValidator(_beside)]
"""A file that is not wanted unless it is named, from the settings file's folder."""
