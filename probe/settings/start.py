"""`probe init` and `probe demo`: settings to begin with, never over what is there."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from probe.errors import SettingsError
from probe.settings.load import NAME, read
from probe.settings.schema import Settings

FILES = (NAME, "numbers.csv")


def init(folder: Path) -> tuple[Path, ...]:
    """Write both files into `folder`, which is made when it is missing; the paths written.

    SettingsError when one of them is there already (then neither is written) or the folder cannot be written to.
    """
    targets = tuple(folder / name for name in FILES)
    for target in targets:
        if target.exists() or target.is_symlink():
            raise SettingsError("settings.exists", file=target)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for target in targets:
            with target.open("xb") as file:  # "x": whoever made it meanwhile keeps it
                file.write((files("probe") / "data" / target.name).read_bytes())
    except FileExistsError as error:
        raise SettingsError("settings.exists", file=error.filename) from None
    except OSError as error:
        raise SettingsError("settings.cannot_write", folder=folder, reason=error.strerror) from error
    return targets


def demo(folder: Path) -> Settings:
    """The demo's settings, written into `folder` so that every other command works there too.

    SettingsError when somebody's own settings are there, or the folder cannot be written to.
    """
    target, text = folder / NAME, (files("probe") / "data" / "demo.toml").read_bytes()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.write_bytes(text)
        elif target.read_bytes() != text:
            raise SettingsError("settings.exists", file=target)
    except OSError as error:
        raise SettingsError("settings.cannot_write", folder=folder, reason=error.strerror) from error
    return read(target)
