"""Lays what the parts of the ear found over one another: tones over speech, speech over silence, noise and music."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from probe.hear.background import Stretch
from probe.hear.foreground import Speech
from probe.hear.match import Match, Repeat
from probe.model import Kind, Segment

VOICED_S = 0.6  # a single tone shorter than this with speech on both sides is part of the speech
BESIDE_S = 0.03
LEAST_SPEECH_S = 0.12  # less of it beside a tone is the tone's own edge
LEAST_S = 0.08
KNOWN_S = 1.0  # of a known recording within a stretch of speech
SINGLE = (Kind.BEEP, Kind.TONE)


def compose(
    tones: Sequence[Segment], speech: Sequence[Speech], background: Sequence[Stretch], from_s: float, until_s: float
) -> list[Segment]:
    """The segments between two moments, in order of start and without overlap."""
    music = [(s.start_s, s.end_s) for s in background if s.kind is Kind.MUSIC]
    kept = [t for t in tones if t.end_s > from_s and not _voiced(t, speech) and not _a_note(t, music)]
    singing = [(s.start_s, s.end_s) for s in background if s.singing]
    taken = _spans(kept)
    said = [
        Segment(kind=Kind.SPEECH, start_s=start, end_s=end, level_dbfs=round(s.level_dbfs, 1))
        for s in speech
        for start, end in _without(s.start_s, s.end_s, [*taken, *singing])
        if end - start >= LEAST_SPEECH_S and end > from_s
    ]
    taken = _spans([*kept, *said])
    background = [s for s in background if not _of_tones(s, kept)]
    rest = [
        Segment(kind=s.kind, start_s=start, end_s=end, level_dbfs=round(s.level_dbfs, 1))
        for s in background
        for start, end in _without(max(s.start_s, from_s), min(s.end_s, until_s), taken)
        if end - start >= LEAST_S
    ]
    return merge(sorted([*kept, *said, *rest], key=lambda s: s.start_s))


def merge(segments: Iterable[Segment]) -> list[Segment]:
    """With neighbours of the same kind of background made one."""
    out: list[Segment] = []
    for segment in segments:
        last = out[-1] if out else None
        if (
            last is not None
            and last.kind is segment.kind
            and segment.kind in (Kind.SILENCE, Kind.NOISE, Kind.MUSIC)
            and segment.start_s - last.end_s < LEAST_S
        ):
            out[-1] = msgspec.structs.replace(last, end_s=segment.end_s)
        else:
            out.append(segment)
    return out


def name(segments: list[Segment], matches: Sequence[Match], repeats: Sequence[Repeat]) -> list[Segment]:
    """With speech that is a known recording, or is heard again, marked as such."""
    if not matches and not repeats:
        return segments
    return [_named(s, matches, repeats) if s.kind is Kind.SPEECH else s for s in segments]


def _named(speech: Segment, matches: Sequence[Match], repeats: Sequence[Repeat]) -> Segment:
    heard = [(o, m.share, m) for m in matches if (o := _overlap(speech, m.start_s, m.end_s)) > 0]
    if heard:
        overlap, _, match = max(heard, key=lambda h: h[:2])
        if overlap >= min(KNOWN_S, speech.duration_s / 2):
            speech = msgspec.structs.replace(speech, known=match.label.value, text=match.text)
    for repeat in repeats:
        if _overlap(speech, repeat.start_s, repeat.end_s) >= speech.duration_s / 2:
            speech = msgspec.structs.replace(speech, repeat_of_s=speech.start_s - repeat.lag_s)
    return speech


def _voiced(tone: Segment, speech: Sequence[Speech]) -> bool:
    """Whether a nameless tone is a vowel: short with speech on both sides, or spoken over."""
    if tone.kind not in SINGLE:
        return False
    said = sum(_overlap(tone, s.start_s, s.end_s) for s in speech)
    if tone.duration_s > VOICED_S:
        return said > tone.duration_s / 2
    return any(s.start_s < tone.start_s - BESIDE_S and s.end_s > tone.end_s + BESIDE_S for s in speech)


def _of_tones(stretch: Stretch, tones: Sequence[Segment]) -> bool:
    """Whether what was taken for music was a sequence of tones."""
    if stretch.kind is not Kind.MUSIC:
        return False
    return 2 * sum(_overlap(t, stretch.start_s, stretch.end_s) for t in tones) > stretch.end_s - stretch.start_s


def _a_note(tone: Segment, music: Sequence[tuple[float, float]]) -> bool:
    """Whether a nameless tone is a note of music."""
    return tone.kind in SINGLE and sum(_overlap(tone, *span) for span in music) > tone.duration_s / 2


def _overlap(segment: Segment, start_s: float, end_s: float) -> float:
    return max(0.0, min(segment.end_s, end_s) - max(segment.start_s, start_s))


def _spans(segments: Iterable[Segment]) -> list[tuple[float, float]]:
    return [(s.start_s, s.end_s) for s in segments]


def _without(start_s: float, end_s: float, taken: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """What is left of a stretch where others are laid over it."""
    left = [(start_s, end_s)] if end_s > start_s else []
    for lower, upper in taken:
        left = [
            piece
            for low, high in left
            for piece in ((low, min(high, lower)), (max(low, upper), high))
            if piece[1] > piece[0]
        ]
    return left
