"""Where the recogniser keeps things: the joined model in the user's cache, its socket in a folder of its own."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping
from os import environ
from pathlib import Path

from probe.errors import SettingsError

LONGEST_SOCKET_BYTES = 107  # unix(7)
_LONGEST_NAME = 30


class ModelError(SettingsError):
    """The recogniser cannot be used: its model, or the folders that it needs."""


def cache_folder(env: Mapping[str, str] = environ) -> Path:
    """For what can be made again, by the XDG base directory specification. Not made here."""
    base = Path(env.get("XDG_CACHE_HOME", ""))
    try:
        return (base if base.is_absolute() else Path.home() / ".cache") / "tongbutong"
    except RuntimeError:  # a user without a home
        return _temporary()


def runtime_folder(env: Mapping[str, str] = environ) -> Path:
    """For sockets and locks; made when it is missing, for this user alone.

    ModelError when it cannot be made, or belongs to somebody else.
    """
    base = Path(env.get("XDG_RUNTIME_DIR", ""))
    folder = base / "tongbutong" if base.is_absolute() and base.is_dir() else cache_folder(env) / "run"
    if len(os.fsencode(folder)) + _LONGEST_NAME > LONGEST_SOCKET_BYTES:
        folder = _temporary()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise ModelError("transcribe.not_our_folder", folder=folder)
        folder.chmod(0o700)
    except OSError as error:
        raise ModelError("transcribe.no_folder_for_socket", folder=folder, reason=error.strerror) from error
    return folder


def _temporary() -> Path:
    return Path(tempfile.gettempdir()) / f"tongbutong-{os.getuid()}"
