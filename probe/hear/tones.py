"""Trains of bursts: a tone with its cadence and the number of its cycles, or a single beep, SIT or fax tone.

A cadence is the on and off of one frequency. What is softer in its pauses (hum, voices, a keyboard) is not that tone
and does not break it; it counts for itself only when the cadence does not go on. A segment ends with the last sound of
its tone; while that may go on, up to `LONG_PAUSE_S` of the pause belong to it.
"""

from __future__ import annotations

import msgspec

from probe.hear.bursts import SAME_HZ, Burst, BurstTracker
from probe.hear.cadence import PAUSE_S, Guess, Tone, begin, shortest, table
from probe.hear.spectrum import FRAME_S, Frames
from probe.model import Kind, Segment

BEEP_HZ = (425.0, 2050.0)  # a voicemail's beep: 440 to 2000 Hz, 70 to 1500 ms (telephony.md §4)
BEEP_S = (0.065, 1.6)
RING_S = 0.82  # no other tone has a pulse as long as this, so that one pulse is enough for a ring
ONLY_RING_S = 1.0  # no other tone has a pause as long as this
CONTINUOUS_S = 2.0
FAX_HZ, FAX_SLACK_HZ, FAX_S = 2100.0, 30.0, 0.7  # ITU-T T.30 CED; nothing else uses it
JOINED_S = 0.3  # a tone that begins within this of the first sample may have begun before
SIT_HZ, SIT_SLACK_HZ, SIT_S = (950.0, 1400.0, 1800.0), 50.0, (0.26, 0.40)  # ITU-T E.180
LONG_PAUSE_S = 0.9  # only ringback has one; in a shorter one nobody speaks
ANOTHER_S = 5.0  # bursts of an unknown tone farther apart than this are separate events
BENEATH_DB = 6.0  # what is softer than a tone by this much may be the line's own noise, heard in its pauses
ALIKE_BENEATH_DB = 12.0  # the same, if it is equally high: less may be the next tone from an exchange farther away
CLEAR_S = 0.25  # a tone shorter than this may yet be a voice


class _Train(msgspec.Struct, frozen=True):
    """Bursts that may be one tone; what it can be are its guesses."""

    first: Burst
    last: Burst
    count: int
    guesses: tuple[Guess, ...]
    pulse: bool = False  # the last burst is still going on
    tail: bool = False  # the first burst is the last of the tone before, cut short
    beneath: bool = False  # something softer was heard in the pause after the last burst

    def with_burst(self, burst: Burst, *, going_on: bool = False) -> _Train | None:
        """With one more burst, or None when that burst begins something else."""
        gap = burst.start_s - self.last.end_s
        if not (self.last.sounds_like(burst) and self.last.quiet_after and burst.quiet_before):
            return None
        if not self.guesses:
            return _Train(self.first, burst, self.count + 1, (), going_on, self.tail) if gap <= ANOTHER_S else None
        rested = [after for guess in self.guesses if (after := guess.after(gap))]
        if going_on:
            kept = tuple(guess for guess in rested if guess.during(burst.duration_s))
        else:
            kept = tuple(after for guess in rested if (after := guess.after(burst.duration_s)))
        return _Train(self.first, burst, self.count + 1, kept, going_on, self.tail) if kept else None

    def cut_short_by(self, burst: Burst) -> bool:
        """Whether this burst is a pulse that was due and did not last: the tone was switched off in it."""
        gap = burst.start_s - self.last.end_s
        due = [after for guess in self.guesses if (after := guess.after(gap))]
        return self.last.sounds_like(burst) and any(guess.during(burst.duration_s) for guess in due)

    def covers(self, burst: Burst) -> bool:
        """Whether this burst is only what a pause lets through: hum, voices, an echo. It says nothing of the tone."""
        alike = abs(self.last.hz - burst.hz) <= SAME_HZ
        softer_db = self.last.level_dbfs - burst.level_dbfs
        return bool(self.guesses) and softer_db >= (ALIKE_BENEATH_DB if alike else BENEATH_DB)

    def alive(self, now_s: float) -> tuple[Guess, ...]:
        """The guesses that a pause until now leaves."""
        if self.pulse:
            return self.guesses
        return tuple(guess for guess in self.guesses if guess.during(now_s - self.last.end_s))

    def over(self, now_s: float) -> bool:
        """Whether nothing that comes can belong to it."""
        return not self.alive(now_s) if self.guesses else now_s - self.last.end_s > ANOTHER_S


class Tones:
    """Everything tonal in a stream of frames, for the tones of one country. Times count from the first sample."""

    def __init__(self, country: str) -> None:
        self._table = table(country)
        self._tracker = BurstTracker()
        self._train: _Train | None = None
        self._beneath: list[Burst] = []  # in the pause of the train; its own if the train does not go on
        self._done: list[Segment] = []
        self._recent: list[Burst] = []  # SIT is three bursts in a row
        self._burst: Burst | None = None  # the one that is going on
        self._now_s = 0.0

    def feed(self, frames: Frames) -> None:
        """Listen on."""
        for burst in self._tracker.feed(frames):
            self._take(burst)
        self._burst = self._tracker.open()
        self._now_s = (frames.first + len(frames.hz) - 1) * FRAME_S
        if self._train and self._train.over(self._now_s) and self._pausing:
            self._finish(self._now_s)

    def cut(self, at_s: float) -> None:
        """Somebody speaks from here on: a long pause of a tone is over, even if it would have gone on."""
        train = self._train
        if train and self._pausing and train.last.end_s <= at_s and self._now_s - train.last.end_s > LONG_PAUSE_S:
            self._finish(at_s)

    @property
    def _pausing(self) -> bool:
        """Whether nothing is heard that could be the next pulse."""
        return self._burst is None or (self._train is not None and self._train.covers(self._burst))

    @property
    def steady(self) -> bool:
        """Whether a tone too long and too pure for a voice is going on."""
        burst = self._burst
        return burst is not None and burst.pure and burst.duration_s >= CLEAR_S

    @property
    def since_s(self) -> float:
        """The start of what is not yet over, and may still be heard as something else."""
        burst = self._burst
        now_s = self._recent[0].start_s if self._recent else self._now_s
        return min(self._train.first.start_s if self._train else now_s, burst.start_s if burst else now_s)

    def forget(self, before_s: float) -> None:
        """Drop what ended before this moment."""
        self._done = [s for s in self._done if s.end_s > before_s]

    def segments(self) -> list[Segment]:
        """The tones so far, the one that goes on included, in order of start."""
        train, burst, now_s = self._train, self._burst, self._now_s
        joined = train.with_burst(burst, going_on=True) if train and burst else train
        if train and not joined and self._pausing:
            joined = train
        if joined:
            found = [self._segment(joined, now_s, ended=False)]
            beneath = [*self._beneath, *([burst] if burst and joined is train else [])]
            late = [b for b in beneath if b.start_s >= joined.last.end_s + LONG_PAUSE_S]
            found += [self._segment(self._begun(b), now_s, ended=True) for b in late]
        elif burst:
            found = [self._segment(train, burst.start_s, ended=True)] if train else []
            found += [self._segment(self._begun(burst, going_on=True), now_s, ended=False)]
        else:
            found = []
        return [*self._done, *(segment for segment in found if segment)]

    def _begun(self, burst: Burst, *, going_on: bool = False) -> _Train:
        return _Train(burst, burst, 1, begin(self._table, burst, going_on=going_on), going_on)

    def _take(self, burst: Burst) -> None:
        self._recent = [*self._recent[-2:], burst]
        if self._is_sit():
            first = self._recent[0]
            self._beneath = [b for b in self._beneath if b.start_s < first.start_s]
            if self._train and self._train.first.start_s < first.start_s:
                self._finish(first.start_s)
            self._done = [s for s in self._done if s.start_s < first.start_s]
            self._done.append(_plain(Kind.SIT, first, burst.end_s, 1))
            self._train, self._beneath = None, []
            return
        self._place(burst)

    def _place(self, burst: Burst) -> None:
        train = self._train
        joined = train.with_burst(burst) if train else None
        fresh = self._begun(burst)
        if joined and not joined.guesses and fresh.guesses:
            joined = None  # the train was no tone of the table, this may be the first pulse of one
        if joined:
            self._beneath = []
        elif train and train.covers(burst):
            self._beneath.append(burst)
            self._train = msgspec.structs.replace(train, beneath=True)
            return
        else:
            cut_short = train is not None and train.cut_short_by(burst)
            named = self._finish(burst.start_s)
            while self._train:  # of what was beneath
                self._finish(burst.start_s)
            joined = msgspec.structs.replace(fresh, tail=cut_short and named)
        self._train = joined

    def _finish(self, at_s: float) -> bool:
        """End the train; whether it was something. What was beneath it stands for itself from now on."""
        train, self._train = self._train, None
        beneath, self._beneath = self._beneath, []
        segment = self._segment(train, at_s, ended=True) if train else None
        if segment:
            self._done.append(segment)
        for burst in beneath:
            self._place(burst)
        return segment is not None

    def _is_sit(self) -> bool:
        if len(self._recent) < 3:
            return False
        close = all(b.start_s - a.end_s <= 0.1 for a, b in zip(self._recent, self._recent[1:], strict=False))
        return close and all(
            abs(burst.hz - hz) <= SIT_SLACK_HZ and SIT_S[0] <= burst.duration_s <= SIT_S[1]
            for burst, hz in zip(self._recent, SIT_HZ, strict=True)
        )

    def _segment(self, train: _Train, now_s: float, *, ended: bool) -> Segment | None:
        """What a train is by now; None while it may be a voice."""
        alive = train.guesses if ended else train.alive(now_s)
        guess = max(alive, key=lambda g: (g.matched, g.whole), default=None)
        if guess and _convinces(guess, train, alive, now_s):
            end_s = now_s if train.pulse else min(now_s, train.last.end_s + (0.0 if ended else LONG_PAUSE_S))
            return _plain(guess.tone.kind, train.first, end_s, _cycles(guess, train, now_s))
        if train.count > 1 and train.last.duration_s < CONTINUOUS_S:
            pure = train.first.pure and train.last.pure
            return _plain(Kind.TONE, train.first, train.last.end_s, train.count) if pure else None
        return self._single(train.last, train, alive)

    def _single(self, burst: Burst, train: _Train, alive: tuple[Guess, ...]) -> Segment | None:
        if abs(burst.hz - FAX_HZ) <= FAX_SLACK_HZ and not burst.second_hz and burst.duration_s >= FAX_S:
            return _plain(Kind.FAX, burst, burst.end_s, 1)
        if burst.duration_s >= CONTINUOUS_S and not (train.pulse and alive):
            dial = any(t.kind is Kind.DIAL and t.pitched_like(burst) for t in self._table)
            return _plain(Kind.DIAL if dial else Kind.TONE, burst, burst.end_s, 0)
        if not burst.pure or train.tail:
            return None
        undecided = train.pulse or any(g.whole or burst.start_s <= JOINED_S for g in alive)
        if not (burst.quiet_before and burst.quiet_after):
            return None
        if not undecided and _is_beep(burst):
            return _plain(Kind.BEEP, burst, burst.end_s, 1)
        return _plain(Kind.TONE, burst, burst.end_s, 0) if burst.duration_s >= CLEAR_S else None


def _is_beep(burst: Burst) -> bool:
    low, high = BEEP_HZ
    return not burst.second_hz and low <= burst.hz <= high and BEEP_S[0] <= burst.duration_s <= BEEP_S[1]


def _convinces(guess: Guess, train: _Train, alive: tuple[Guess, ...], now_s: float) -> bool:
    """Whether enough was heard to name the tone: a pulse and a pause, or a ring, which is longer than all others."""
    if guess.matched + train.pulse >= max(2, len(guess.tone.cadence) // 2):
        return True
    if guess.tone.kind is not Kind.RINGBACK or not train.last.quiet_after:
        return False
    rested = 0.0 if train.pulse else now_s - train.last.end_s
    quiet_s = 0.0 if train.beneath else rested
    joined = train.first.start_s <= JOINED_S and quiet_s >= ONLY_RING_S and all(g.tone is guess.tone for g in alive)
    whole = guess.whole and guess.matched == 1 and train.last.quiet_before
    return joined or (whole and train.last.duration_s >= RING_S)


def _cycles(guess: Guess, train: _Train, now_s: float) -> int:
    """Cycles heard out; a ring counts as soon as its pulse has ended."""
    tone: Tone = guess.tone
    in_last_pause = not train.pulse and guess.phase == len(tone.cadence) - 1
    if in_last_pause and tone.kind is not Kind.RINGBACK:
        heard_out = now_s - train.last.end_s >= min(PAUSE_S, shortest(guess.rest_s))
        return guess.pulses if heard_out else guess.pulses - 1
    return guess.pulses


def _plain(kind: Kind, burst: Burst, end_s: float, cycles: int) -> Segment:
    return Segment(
        kind=kind,
        start_s=burst.start_s,
        end_s=end_s,
        level_dbfs=round(burst.level_dbfs, 1),
        hz=round(burst.hz, 1),
        cycles=cycles,
    )
