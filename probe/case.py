"""A case: a stored call as a folder (`trace.json`, `call.wav`, `expect.json`), or a bare recording.

Whatever is wrong with one is a CaseError that names the case, the place and the value. Extra fields are ignored.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from probe.errors import CaseError
from probe.hear import RATE_HZ
from probe.hear.cadence import countries, known_country
from probe.model import OUTCOME_OF, Cause, Outcome, Trace
from probe.wav import read_wav

EARLIER_S = 0.02  # signals may have been noted so much out of order


class Expect(msgspec.Struct, frozen=True, kw_only=True):
    """`expect.json`: what a case must be judged to be."""

    outcome: Outcome
    cause: Cause | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case, read and checked. `pcm` is int16, mono, 8 kHz, from the trace's `media_started_at_s` on."""

    name: str
    trace: Trace
    pcm: npt.NDArray[np.int16] | None
    expect: dict[str, str] | None = None


def read_case(path: Path, answered_at_s: float | None = None) -> Case:
    """The case in a folder, or a recording alone; `answered_at_s` (seconds from its start) is for the latter only."""
    if not path.exists():
        raise CaseError("case.missing", case=str(path))
    if path.is_dir():
        return _read_folder(path)
    return _read_recording(path, answered_at_s)


def _read_folder(folder: Path) -> Case:
    name = folder.resolve().name
    trace = _read_trace(folder / "trace.json", name)
    recording = folder / "call.wav"
    pcm = read_wav(recording, name) if recording.exists() else None
    if pcm is not None and trace.media_started_at_s is None:
        raise CaseError("case.media_unplaced", case=name)
    return Case(name=name, trace=trace, pcm=pcm, expect=_read_expect(folder / "expect.json", name))


def _read_recording(path: Path, answered_at_s: float | None) -> Case:
    pcm = read_wav(path, path.name)
    length_s = len(pcm) / RATE_HZ
    if answered_at_s is not None and not 0 <= answered_at_s <= length_s:
        raise CaseError("case.answered_outside", case=path.name, value=answered_at_s, length_s=length_s)
    trace = Trace(
        number="",
        started_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        media_started_at_s=0.0,
        answered_at_s=answered_at_s,
        ended_at_s=length_s,
    )
    return Case(name=path.stem, trace=trace, pcm=pcm)


def _read_trace(path: Path, name: str) -> Trace:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        raise CaseError("case.no_trace", case=name) from None
    except OSError as error:
        raise CaseError("case.unreadable", case=name, file=path.name, reason=error.strerror or str(error)) from error
    try:
        trace = msgspec.json.decode(text, type=Trace)
    except msgspec.ValidationError as error:
        raise CaseError("case.bad_trace", case=name, reason=str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_json(text, name, error) from error
    _check(trace, name)
    return trace


def _not_json(text: bytes, name: str, error: Exception) -> CaseError:
    """What is wrong with a text that is not JSON; NaN is, to many programs."""
    for number, line in enumerate(text.decode(errors="replace").splitlines(), 1):
        for value in ("NaN", "Infinity"):
            if value in line and not _is_json(text):
                return CaseError("case.not_finite", case=name, place=f"trace.json line {number}", value=value)
    return CaseError("case.bad_trace", case=name, reason=str(error))


def _is_json(text: bytes) -> bool:
    """Whether it is, once NaN and Infinity are forbidden."""

    def refuse(value: str) -> None:
        raise ValueError(value)

    try:
        json.loads(text, parse_constant=refuse)
    except ValueError:
        return False
    return True


def _check(trace: Trace, name: str) -> None:
    for place, value in _times(trace):
        if not math.isfinite(value):
            raise CaseError("case.not_finite", case=name, place=place, value=value)
        if value < 0:
            raise CaseError("case.negative", case=name, place=place, value=value)
    if trace.started_at.tzinfo is None:
        raise CaseError("case.no_zone", case=name, value=trace.started_at.isoformat())
    for i, signal in enumerate(trace.signals):
        if (signal.sent is None) == (signal.received is None):
            raise CaseError("case.sent_or_received", case=name, place=f"signals[{i}]")
        if i and signal.at_s < trace.signals[i - 1].at_s - EARLIER_S:
            before_s = trace.signals[i - 1].at_s
            raise CaseError("case.unsorted", case=name, place=f"signals[{i}].at_s", value=signal.at_s, before=before_s)
    answered_s, ended_s = trace.answered_at_s, trace.ended_at_s
    if answered_s is not None and ended_s is not None and answered_s > ended_s:
        raise CaseError("case.unsorted", case=name, place="ended_at_s", value=ended_s, before=answered_s)
    if trace.country is not None and not known_country(trace.country):
        raise CaseError("case.country", case=name, value=trace.country, known=", ".join(countries()))


def _times(trace: Trace) -> Iterator[tuple[str, float]]:
    for i, signal in enumerate(trace.signals):
        yield f"signals[{i}].at_s", signal.at_s
    for place in ("media_started_at_s", "answered_at_s", "ended_at_s"):
        value = getattr(trace, place)
        if value is not None:
            yield place, value


def _read_expect(path: Path, name: str) -> dict[str, str] | None:
    if not path.exists():
        return None
    try:
        expect = msgspec.json.decode(path.read_bytes(), type=Expect)
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise CaseError("case.bad_expect", case=name, reason=str(error)) from error
    if expect.cause is not None and OUTCOME_OF[expect.cause] is not expect.outcome:
        reason = f"{expect.cause.value} is a cause of {OUTCOME_OF[expect.cause].value}, not of {expect.outcome.value}"
        raise CaseError("case.bad_expect", case=name, reason=reason)
    raw: dict[str, object] = msgspec.json.decode(path.read_bytes())
    return {key: value for key, value in raw.items() if isinstance(value, str)}
