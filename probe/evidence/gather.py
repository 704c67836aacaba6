"""Reads what is known of a call from the store and the data folder."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from probe import recordings
from probe.classify.quotes import without_quotes
from probe.errors import CaseError, ReportError
from probe.evidence import scrub
from probe.evidence.facts import Facts
from probe.hints import shown
from probe.model import Because, Record, Verdict
from probe.store import Store
from probe.store.pruning import Mark
from probe.wav import read_wav


def gather(store: Store, folder: Path, call_id: str, zone: ZoneInfo) -> Facts:
    """The facts of a recorded call. ReportError when there is none of that name; a missing recording is a fact."""
    call = store.record(call_id)
    if call is None:
        raise ReportError("evidence.no_call", call_id=shown(call_id))
    record, mark = call.record, store.pruning.of(call_id)
    sound, pcm = _sound(folder, record, mark, zone)
    slot = store.slots.slot(call_id)
    dice = store.facts.dice(slot.slot.day, slot.slot.day) if slot else ()
    return Facts(
        call=replace(call, record=replace(record, verdict=_shown(record.verdict, record))),
        former=tuple(replace(one, verdict=_shown(one.verdict, record)) for one in store.former(call_id)),
        mark=mark,
        slot=slot,
        dice=dice[0] if dice else None,
        rules=store.pruning.rules(call_id),
        sound=sound,
        pcm=pcm,
    )


def _shown(verdict: Verdict, record: Record) -> Verdict:
    """As it may leave: verdicts of older versions quote what a person may have said after the answer."""
    return verdict if record.trace.answered_at_s is None else without_quotes(verdict)


def _sound(folder: Path, record: Record, mark: Mark, zone: ZoneInfo) -> tuple[Because, npt.NDArray[np.int16] | None]:
    """What became of the recording, and its samples where they can be read."""
    named = record.trace.recording
    if named is None:
        return Because(key="evidence.recording_none"), None
    place = recordings.find(folder, named)
    if place is None and mark.recording_at is not None:
        day = f"{mark.recording_at.astimezone(zone):%Y-%m-%d}"
        return Because(key="evidence.recording_pruned", values={"at": day}), None
    if place is None:
        return Because(key="evidence.recording_missing"), None
    try:
        pcm = read_wav(place, record.order.call_id)
    except CaseError as error:
        values = {name: value if isinstance(value, int | float) else str(value) for name, value in error.values.items()}
        return Because(key=error.key, values=values), None
    return Because(key="evidence.recording_kept", values={"place": scrub.inert(named)}), pcm
