"""Files into one zip: the same files always make the same bytes."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from probe.errors import ReportError

SUMS = "SHA256SUMS"
_TIME = (1980, 1, 1, 0, 0, 0)  # of every file in the zip; the moment of packing is no part of the evidence
_UNIX, _MODE = 3, 0o100644 << 16
_PACKED = (".png", ".zip")  # deflating these gains nothing


def with_sums(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files and, beside them, their SHA-256 in the form that `sha256sum -c` reads."""
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return {**files, SUMS: sums.encode()}


def zipped(folder: str, files: Mapping[str, bytes]) -> bytes:
    """One zip, in which all files lie in a folder of this name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{folder}/{name}", _TIME)
            entry.create_system = _UNIX
            entry.external_attr = _MODE
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(_PACKED) else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=9)
    return buffer.getvalue()


def write(file: Path, data: bytes) -> None:
    """Write the file at once or not at all, readable by its owner only. ReportError when it cannot be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fd, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=file.parent)
        try:
            with os.fdopen(fd, "wb") as part:
                part.write(data)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink()
            raise
    except OSError as error:
        raise ReportError("evidence.pack_not_written", file=file, reason=error.strerror or str(error)) from error
