"""Forgetting in time: what people said is personal information (PIPL, Art. 19) and is kept no longer than it is of use.

Deleted are recordings, transcripts, words and pages of explorations, clips of unknown recordings, the notes of
testimonies, and the content of letters that did not go out, which quotes both. What a verdict rests on stays: the
trace, the sounds without words, the verdict and its reasons. The order is file first, then row: a program that dies in
between leaves a recording that is gone and not yet said to be, and the next one says so. The other way round a
recording could stay for ever that is said to be gone. Run again, it finds nothing left to do.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from probe import recordings
from probe.explore import shelf
from probe.model import Fact

if TYPE_CHECKING:
    from probe.store import Store

NOTICE_DAYS = 30  # recordings are kept at least so long where MIIT's notice on call centres applies


class Retention(Fact, frozen=True, kw_only=True):
    """How many days things are kept."""

    recordings_days: int = 90  # from the call
    transcripts_days: int = 90
    unknown_days: int = 90  # from when the unknown recording was last heard
    notes_days: int = 90  # from when it was told


class Pruned(Fact, frozen=True, kw_only=True):
    """What was deleted (with `dry_run`: would be)."""

    recordings: int = 0  # files, of calls and strays
    size_bytes: int = 0
    transcripts: int = 0  # calls whose words were forgotten
    unknown: int = 0
    explorations: int = 0  # whose words or pages were deleted
    notes: int = 0
    letters: int = 0  # that did not go out, whose content was forgotten
    left: tuple[str, ...] = ()  # what could not be deleted, or is not ours to delete: a person must look


def prune(store: Store, folder: Path, policy: Retention, now: datetime, *, dry_run: bool = False) -> Pruned:
    """Delete what is older than the policy keeps it, below the data folder and in the store.

    `now` is aware. What cannot be deleted is named and stays for the next time; StoreError when the database fails.
    """
    root = folder.resolve()
    of_calls = _recordings(store, root, now - timedelta(days=policy.recordings_days), now, dry_run)
    unknown, unknown_left = _unknown(root, now - timedelta(days=policy.unknown_days), dry_run)
    words_before = now - timedelta(days=policy.transcripts_days)
    sounds_before = now - timedelta(days=policy.recordings_days)
    explorations, explorations_left = shelf.forget(root, words_before, sounds_before, pretend=dry_run)
    notes_before = now - timedelta(days=policy.notes_days)
    done = Pruned(
        recordings=of_calls.files,
        size_bytes=of_calls.size_bytes,
        transcripts=store.pruning.forget_words(words_before, now, pretend=dry_run),
        unknown=unknown,
        explorations=explorations,
        notes=store.pruning.forget_notes(notes_before, pretend=dry_run),
        letters=store.outbox.forget(max(words_before, notes_before), now, pretend=dry_run),  # they may hold either
        left=(*of_calls.left, *unknown_left, *explorations_left),
    )
    log = None if dry_run else store.pruning.wipe()
    return done if log is None else replace(done, left=(*done.left, log))


def _recordings(store: Store, root: Path, before: datetime, now: datetime, dry_run: bool) -> recordings.Deleted:
    """Those of calls first, each batch marked once its files are gone; then files that belong to no call."""
    parts = []
    seen: set[str] = set()
    for batch in store.pruning.recordings(before):
        done = recordings.delete(root, [aged.recording for aged in batch if aged.recording], pretend=dry_run)
        parts.append(done)
        seen |= set(done.gone if dry_run else done.left)
        gone = set(done.gone)
        if not dry_run:
            marked = [aged.call_id for aged in batch if aged.recording is None or aged.recording in gone]
            store.pruning.recordings_gone(marked, now)
    strays = [name for name in recordings.strays(root, before.timestamp()) if name not in seen]
    young = store.pruning.kept((Path(name).stem for name in strays), before)
    parts.append(recordings.delete(root, [s for s in strays if Path(s).stem not in young], pretend=dry_run))
    return recordings.Deleted(
        files=sum(part.files for part in parts),
        size_bytes=sum(part.size_bytes for part in parts),
        left=tuple(name for part in parts for name in part.left),
    )


def _unknown(root: Path, before: datetime, dry_run: bool) -> tuple[int, tuple[str, ...]]:
    """Recordings that nobody has labelled and that were not heard again for long."""
    from probe.errors import CaseError
    from probe.prompts import prompts_folder, unknown

    shelf = prompts_folder(root)
    if not (shelf / unknown.FOLDER).is_dir():
        return 0, ()
    if shelf.is_symlink() or (shelf / unknown.FOLDER).is_symlink():
        return 0, (str(shelf / unknown.FOLDER),)
    kept, _ = unknown.read_all(shelf)
    old = [name for name, one in kept.items() if one.last_at < before]
    forgotten, left = 0, []
    for name in old:
        try:
            if not dry_run:
                unknown.remove(shelf, name)
            forgotten += 1
        except CaseError:  # somebody has labelled it meanwhile
            continue
        except OSError:
            left.append(str(unknown.clip_of(shelf, name)))
    return forgotten, tuple(left)
