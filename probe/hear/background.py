"""What is neither a tone nor speech: silence, noise or music, and music that a voice detector takes for speech.

Music holds its notes: the pattern of peaks in its spectrum is still there 80 ms later, when no sample is shared.
Measured over 1.5 s, this likeness is below 0.1 for noise of any colour, 0.02 to 0.27 for speech in Mandarin and
English, and 0.2 to 0.9 for hold music 15 dB above the noise. A hum holds its only note for ever, and is noise.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

import msgspec
import numpy as np

from probe.hear.spectrum import BLOCK, FLOOR_DBFS, FRAMES, LOW, RATE_HZ, Floats, Frames
from probe.model import Kind

BLOCK_S = BLOCK / RATE_HZ
SILENT_DBFS = -53.1  # -50 dBm0 (telephony.md §4)
LOUD_DBFS = -50.0  # once silent, it takes this much to be noise
STEADY = 0.22
STEADY_SINGING = 0.42  # when the voice detector says speech
OVER_BLOCKS = 16  # 1.5 s
LATELY_BLOCKS = 16
MUSIC_LATE_S = 4.0  # as far back as music is recognised
REST_BLOCKS = 6  # between notes
NOTES = 3  # music has at least this many in that time; a tone has one or two
NOTE_STEADY = 0.3  # a block as steady as this holds a note
NOTE_HZ = 35.0
TOP_BIN = 130 - LOW  # 2 kHz
SMOOTH = 7  # bins on either side


def _less_around() -> Floats:
    """The matrix that takes from each bin the mean of those around it; the edges are repeated."""
    matrix = np.eye(TOP_BIN)
    for column in range(TOP_BIN):
        around = np.clip(np.arange(column - SMOOTH, column + SMOOTH + 1), 0, TOP_BIN - 1)
        np.subtract.at(matrix[:, column], around, 1 / len(around))
    return matrix.astype(np.float32)


_LESS_AROUND = _less_around()


class Stretch(msgspec.Struct):
    """A run of one kind of background. Times count from the first sample."""

    kind: Kind
    singing: bool  # music that the voice detector takes for speech
    start_s: float
    end_s: float
    power: float = 0.0
    blocks: int = 0
    recent: list[float] = []  # power of the last blocks

    def take(self, power: float) -> None:
        """One more block."""
        self.power += power
        self.blocks += 1
        self.recent.append(power)
        del self.recent[:-LATELY_BLOCKS]

    @property
    def level_dbfs(self) -> float:
        """Of noise, as it is lately: on a noisy line it has gone on beneath ringback that is much louder."""
        if self.kind is Kind.NOISE and self.recent:
            mean = sorted(self.recent)[len(self.recent) // 2]
        else:
            mean = self.power / max(1, self.blocks)
        return 10 * math.log10(mean) if mean > 10 ** (FLOOR_DBFS / 10) else FLOOR_DBFS


class _Block(msgspec.Struct, frozen=True, gc=False):
    steady: float
    note: float  # Hz, 0 for none
    speech: bool


class Background:
    """Sorts a stream of frames, a block at a time."""

    def __init__(self) -> None:
        self.stretches: list[Stretch] = []  # the last one is open
        self._block = 0
        self._recent: deque[_Block] = deque(maxlen=OVER_BLOCKS)
        self._pending: Kind | None = None  # heard once: a change takes two blocks
        self._notes_s: float | None = None  # since when there are notes
        self._hushed = 0  # blocks since the last one

    def feed(self, frames: Frames, *, speech: bool) -> None:
        """Listen on; `speech` says that somebody speaks: the background goes on beneath."""
        power = sum(10 ** (level / 10) for level in frames.level_dbfs) / FRAMES
        level = 10 * math.log10(power)
        steady = 0.0 if level < SILENT_DBFS else _steadiness(frames.power)
        note = frames.hz[FRAMES // 2] if steady >= NOTE_STEADY else 0.0
        self._recent.append(_Block(steady, note, speech))
        kind = self._kind(level)
        self._follow(quiet=speech or not note)
        if kind is Kind.NOISE and speech and self.stretches:
            self.stretches[-1].end_s += BLOCK_S
            self._block += 1
        else:
            self._add(kind, kind is Kind.MUSIC and speech, power)

    def forget(self, before_s: float) -> None:
        """Drop what ended before this moment."""
        self.stretches = [s for s in self.stretches if s.end_s > before_s]

    def forget_beneath(self, start_s: float, end_s: float) -> None:
        """Drop what lies within a tone, which hides it; not music, by which other tones are told to be notes."""
        self.stretches = [
            s for s in self.stretches if s.kind is Kind.MUSIC or not (start_s <= s.start_s and s.end_s <= end_s)
        ]

    def _kind(self, level: float) -> Kind:
        before = self.stretches[-1].kind if self.stretches else Kind.SILENCE
        if level < (LOUD_DBFS if before is Kind.SILENCE else SILENT_DBFS):
            return Kind.SILENCE
        speech = self._recent[-1].speech
        alike = [block for block in self._recent if block.speech is speech]
        if len(alike) < (OVER_BLOCKS if speech else OVER_BLOCKS * 2 // 3):
            return Kind.NOISE if speech or before is not Kind.MUSIC else Kind.MUSIC
        enough = STEADY_SINGING if speech else STEADY * (0.7 if before is Kind.MUSIC else 1.0)
        steady = sum(block.steady for block in alike) / len(alike) >= enough
        return Kind.MUSIC if steady and _notes(alike) >= NOTES else Kind.NOISE

    def _add(self, kind: Kind, singing: bool, power: float) -> None:
        now_s, self._block = self._block * BLOCK_S, self._block + 1
        last = self.stretches[-1] if self.stretches else None
        same = last is not None and kind is last.kind and singing is last.singing
        start_s: float | None = None
        if last is None:
            start_s = now_s
        elif kind is Kind.MUSIC and not same:
            start_s = now_s if last.kind is Kind.MUSIC else self._music_from(now_s)
        elif not same and self._pending is kind:
            start_s = last.end_s = now_s - BLOCK_S  # it began when it was heard first
        if start_s is not None:
            self.stretches.append(Stretch(kind, singing, start_s, start_s))
        self._pending = None if same or start_s is not None else kind
        self.stretches[-1].end_s = now_s + BLOCK_S
        if self._pending is None:
            self.stretches[-1].take(power)

    def _follow(self, *, quiet: bool) -> None:
        """Remember since when there are notes, for music that is recognised late."""
        self._hushed = self._hushed + 1 if quiet else 0
        if self._hushed > REST_BLOCKS:
            self._notes_s = None
        elif self._notes_s is None and not quiet:
            self._notes_s = self._block * BLOCK_S

    def _music_from(self, now_s: float) -> float:
        """The beginning of music recognised now."""
        since_s = max(now_s - MUSIC_LATE_S, now_s if self._notes_s is None else self._notes_s)
        while self.stretches and self.stretches[-1].start_s >= since_s:
            self.stretches.pop()
        if self.stretches:
            self.stretches[-1].end_s = since_s
        return since_s


def _notes(blocks: Sequence[_Block]) -> int:
    pitches = sorted(block.note for block in blocks if block.note)
    return sum(1 for hz, next_hz in zip(pitches, [*pitches[1:], math.inf], strict=False) if next_hz - hz > NOTE_HZ)


def _steadiness(power: Floats) -> float:
    """Likeness of the peaks of the first and the last frame of a block, -1..1."""
    first, last = np.maximum(np.log(power[:: FRAMES - 1, :TOP_BIN] + np.float32(1e-9)) @ _LESS_AROUND, -1.0)
    return float(first @ last) / math.sqrt(float(first @ first) * float(last @ last) + 1e-9)
