"""Recordings that were heard and not recognised: kept once, counted with every repeat, until a person labels them.

`unknown/` in the user's library holds two files for each: `u-0001.json` (where it was heard, and its peaks) and
`u-0001.wav` (to listen to). Which stretches of a call may be kept at all is decided in `candidates`.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Meta

from probe.errors import CaseError
from probe.hear.library import Library
from probe.hear.printed import MOST_PEAKS, MOST_S, Peak, Print, Text, read_small
from probe.hear.prints import make_print
from probe.hear.spectrum import RATE_HZ
from probe.model import Cause, Fact, Record
from probe.prompts import alike, prompts_folder, shelf
from probe.prompts.candidates import Stretch, stretches
from probe.wav import read_wav

FOLDER = "unknown"
MOST_KEPT = 300  # with 30 s of sound each 150 MB; beyond, the least heard gives way
MOST_HEARINGS = 100  # of one recording are told by call; all are counted
LONGER = 1.2  # a hearing that is so much longer takes the place of the one that is kept


class Hearing(Fact, frozen=True, kw_only=True):
    """One call in which it was heard; the stretch is on the trace's clock."""

    call_id: Text
    number: Text
    at: datetime
    start_s: float
    end_s: float


class Unknown(Fact, frozen=True, kw_only=True, omit_defaults=False):
    """A recording that nobody has labelled yet."""

    schema: Literal[1] = 1
    times: int = 1
    first_at: datetime
    last_at: datetime
    hearings: Annotated[tuple[Hearing, ...], Meta(max_length=MOST_HEARINGS)]  # the latest
    words: Text = ""  # as a recogniser heard them: a help for who labels it
    length_s: Annotated[float, Meta(ge=0, le=MOST_S)]
    peaks: Annotated[tuple[Peak, ...], Meta(max_length=MOST_PEAKS)]


def read_all(folder: Path) -> tuple[dict[str, Unknown], tuple[CaseError, ...]]:
    """What is kept in the user's library, by name, and what is wrong with some files."""
    found: dict[str, Unknown] = {}
    wrong: list[CaseError] = []
    for path in sorted((folder / FOLDER).glob("u-*.json")):
        try:
            found[path.stem] = read_small(path, Unknown)
        except CaseError as error:
            wrong.append(error)
    return found, tuple(wrong)


def keep(folder: Path, record: Record, pcm: npt.NDArray[np.int16]) -> tuple[str, ...]:
    """Keep what this call played that is not known; the names under which it is kept, or joined what was.

    `pcm` is the call's recording (int16, mono, 8 kHz, from its `media_started_at_s` on). CaseError when the folder
    cannot be written to.
    """
    media_s = record.trace.media_started_at_s
    wanted = stretches(record)
    if not wanted or media_s is None:
        return ()
    with _locked(folder):
        kept, _ = read_all(folder)
        names = []
        for stretch in wanted:
            clip = _cut(pcm, stretch.start_s - media_s, stretch.end_s - media_s)
            heard = _heard(record, stretch, clip)
            if len(heard.peaks) >= shelf.LEAST_PEAKS and (name := _take(folder, kept, stretch, heard)):
                names.append(name)
                if kept[name].peaks == heard.peaks:
                    _write_clip(folder, name, clip)
        return tuple(names)


def keep_call(data_folder: Path, record: Record) -> tuple[str, ...]:
    """`keep` for a call that was just made. CaseError when its recording or the folder is of no use."""
    recording = record.trace.recording
    if recording is None or not stretches(record):
        return ()
    return keep(prompts_folder(data_folder), record, read_wav(data_folder / recording, record.order.call_id))


def label(folder: Path, name: str, cause: Cause, *, text: str | None, by: str, at: datetime) -> str:
    """Move an unknown recording to the known ones; its new name. CaseError when there is none of that name."""
    with _locked(folder):
        kept, _ = read_all(folder)
        if name not in kept:
            raise shelf.no_such(name, list(kept))
        one = kept[name]
        known = Print(
            label=cause,
            text=one.words if text is None else text,
            origin=f"heard {one.times}×, {one.first_at:%Y-%m-%d} to {one.last_at:%Y-%m-%d}",
            length_s=one.length_s,
            peaks=one.peaks,
            labelled_by=by,
            labelled_at=at,
        )
        new = shelf.put(folder, known)
        clip = clip_of(folder, name)
        if clip.exists():
            clip.rename(folder / f"{new}.wav")
        (folder / FOLDER / f"{name}.json").unlink()
        return new


def remove(folder: Path, name: str) -> None:
    """Forget an unknown recording and its clip; it will be kept again when it is heard again."""
    with _locked(folder):
        if not (path := folder / FOLDER / f"{name}.json").exists():
            raise shelf.no_such(name, list(read_all(folder)[0]))
        path.unlink()
        clip_of(folder, name).unlink(missing_ok=True)


def clip_of(folder: Path, name: str) -> Path:
    """Where the sound of an unknown recording lies."""
    return folder / FOLDER / f"{name}.wav"


def _take(folder: Path, kept: dict[str, Unknown], stretch: Stretch, heard: Unknown) -> str | None:
    """Join what is the same, or keep it as new; a stretch that was cut off teaches nothing new."""
    names = list(kept)
    library = Library(_print(one) for one in kept.values())
    same = alike.find(library, np.array(heard.peaks, np.int32).reshape(-1, 2))
    if same is not None:
        name = names[same.number]
        kept[name] = _joined(kept[name], heard, whole=stretch.whole)
    elif stretch.whole:
        while len(kept) >= MOST_KEPT:
            _drop(folder, kept)
        name = f"u-{max((int(n[2:]) for n in names if n[2:].isdigit()), default=0) + 1:04d}"
        kept[name] = heard
    else:
        return None
    shelf.write(folder / FOLDER / f"{name}.json", kept[name])
    return name


def _joined(one: Unknown, heard: Unknown, *, whole: bool) -> Unknown:
    if any(h.call_id == heard.hearings[0].call_id and h.start_s == heard.hearings[0].start_s for h in one.hearings):
        return one  # the same call again
    better = heard if whole and heard.length_s > LONGER * one.length_s else one
    return msgspec.structs.replace(
        one,
        times=one.times + 1,
        first_at=min(one.first_at, heard.first_at),
        last_at=max(one.last_at, heard.last_at),
        hearings=(*one.hearings, *heard.hearings)[-MOST_HEARINGS:],
        words=max(one.words, heard.words, key=len),
        length_s=better.length_s,
        peaks=better.peaks,
    )


def _drop(folder: Path, kept: dict[str, Unknown]) -> None:
    """The one that was heard least often, and of those the one that was not heard for longest, gives way."""
    name = min(kept, key=lambda n: (kept[n].times, kept[n].last_at))
    del kept[name]
    (folder / FOLDER / f"{name}.json").unlink(missing_ok=True)
    clip_of(folder, name).unlink(missing_ok=True)


def _heard(record: Record, stretch: Stretch, clip: npt.NDArray[np.int16]) -> Unknown:
    one = make_print(clip, Cause.UNSURE)
    at = record.trace.started_at + timedelta(seconds=stretch.start_s)
    said = [s for s in record.sounds.transcript if s.start_s < stretch.end_s and s.end_s > stretch.start_s]
    hearing = Hearing(
        call_id=record.order.call_id[:200],
        number=record.order.number[:200],
        at=at,
        start_s=stretch.start_s,
        end_s=stretch.end_s,
    )
    return Unknown(
        first_at=at,
        last_at=at,
        hearings=(hearing,),
        words="".join(s.text for s in said)[:200],
        length_s=one.length_s,
        peaks=one.peaks,
    )


def _print(one: Unknown) -> Print:
    return Print(label=Cause.UNSURE, length_s=one.length_s, peaks=one.peaks)


def _cut(pcm: npt.NDArray[np.int16], start_s: float, end_s: float) -> npt.NDArray[np.int16]:
    return pcm[max(0, round(start_s * RATE_HZ)) : max(0, round(end_s * RATE_HZ))]


def _write_clip(folder: Path, name: str, clip: npt.NDArray[np.int16]) -> None:
    import soundfile

    path = clip_of(folder, name)
    try:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb+") as file:
            soundfile.write(file, clip, RATE_HZ, format="WAV", subtype="PCM_16")
    except (OSError, soundfile.LibsndfileError) as error:
        raise CaseError("prompts.not_written", file=path, reason=str(error)) from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One program at a time. CaseError when the folder cannot be made."""
    place = folder / FOLDER
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(place / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CaseError("prompts.not_written", file=place, reason=error.strerror or str(error)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
