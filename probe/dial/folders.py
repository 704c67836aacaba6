"""Where recordings go, looked at before the first call: nobody is called for a recording that cannot be kept."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from probe.errors import DialError

LEAST_FREE_MB = 50.0  # half an hour of sound; a call of two minutes takes 2 MB


def ready_for_recordings(data_folder: Path) -> None:
    """Make the recordings folder when it is missing. DialError when nothing can be written there, or not for long."""
    folder = data_folder / "recordings"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0")
        free_mb = shutil.disk_usage(folder).free / 1e6
    except OSError as error:
        raise DialError("dial.folder_unusable", folder=folder, reason=error.strerror or str(error)) from error
    if free_mb < LEAST_FREE_MB:
        raise DialError("dial.disk_full", folder=folder, free_mb=free_mb, needed_mb=LEAST_FREE_MB)
