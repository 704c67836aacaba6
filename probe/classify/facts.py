"""What the rules look at: a trace and its sounds, arranged around the answer and the release."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

import msgspec

from probe.classify.phrases import meanings_of, table
from probe.model import Kind, Origin, Said, Segment, Signal, Sounds, Trace

# RFC 3326: one header may hold several values, parted by commas; a quoted text may hold commas of its own
_VALUE = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^",])+')
_CAUSE = re.compile(r'^\s*(Q\.850|SIP)\s*;.*?\bcause\s*=\s*"?(\d{1,3})\b', re.IGNORECASE)
TAIL_S = 0.5  # what was heard before the answer may go on for so long after it
QUIETER_DB = 7.0  # a room in which somebody waits is so much softer than the voice, even on a line with 10 dB of noise
UNDERSTOOD_QUIETER_DB = 3.0  # and a very loud one, when the words are those of somebody who waits
MURMUR_DB = 5.0  # and so much softer still, where many people behind sound like music
CADENCES = (Kind.RINGBACK, Kind.BUSY, Kind.CONGESTION, Kind.VACANT)
OVER = (Kind.BUSY, Kind.CONGESTION, Kind.VACANT)  # whoever hears these waits for nobody any more
PAUSE_TAIL_S = 1.2  # a cadence that went on until the answer has its last pause after it
UNDERSTOOD = 0.55  # confidence of the recogniser, from which on we believe that it heard no announcement
ADVERT_LEAST = 6  # characters
ADVERT_SHARE = 0.6  # of an utterance that was understood
TALKING_GAP_S = 0.7  # pauses shorter than this are within one utterance


class Utterance(msgspec.Struct, frozen=True):
    """Speech without a pause worth speaking of."""

    start_s: float
    end_s: float
    speech_s: float
    level_dbfs: float
    repeated: bool
    known: Segment | None

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    def joined(self, later: Utterance) -> Utterance:
        """Both as one."""
        return Utterance(
            self.start_s,
            later.end_s,
            self.speech_s + later.speech_s,
            max(self.level_dbfs, later.level_dbfs),
            self.repeated and later.repeated,
            self.known or later.known,
        )


class Facts:
    """One call as the rules see it. All times are on the trace's clock."""

    def __init__(self, trace: Trace, sounds: Sounds) -> None:
        self.trace = trace
        self.sounds = sounds
        self.answered_s = trace.answered_at_s
        self.ended = trace.ended_at_s is not None
        last_signal_s = trace.signals[-1].at_s if trace.signals else 0.0
        self.now_s = trace.ended_at_s if trace.ended_at_s is not None else max(sounds.until_s, last_signal_s)

    # --- signalling

    @cached_property
    def final(self) -> Signal | None:
        """The response that refused the call, unless we tried again after it."""
        for signal in reversed(self.trace.signals):
            if signal.sent == "INVITE":
                return None
            if (signal.status or 0) >= 300 and self.answered_s is None:
                return signal
        return None

    @cached_property
    def attempts(self) -> int:
        """How often the INVITE was sent: once more after a challenge or a redirection."""
        return sum(s.sent == "INVITE" for s in self.trace.signals)

    @cached_property
    def reason(self) -> tuple[int, str, Signal] | None:
        """The last Q.850 cause received from the wire: number, header, and the signal that carried it."""
        return self._reason("Q.850")

    @cached_property
    def sip_reason(self) -> tuple[int, str, Signal] | None:
        """The same of a SIP code: what the BYE of another leg's failure carries."""
        return self._reason("SIP")

    def _reason(self, protocol: str) -> tuple[int, str, Signal] | None:
        later = self.answered_s is not None  # it rang, or somebody answered, afterwards
        for signal in reversed(self.trace.signals):
            if signal.origin is not Origin.WIRE:
                continue
            status = signal.status or 0
            # a provisional response speaks of one branch: of a call that went on elsewhere it says nothing (RFC 6228)
            if not (100 < status < 200 and (later or status == 199)):
                for part in _reasons(signal):
                    if (match := _CAUSE.match(part)) and match[1].upper() == protocol:
                        return int(match[2]), part.strip(), signal
            later = later or signal.alerts
        return None

    @cached_property
    def replied(self) -> bool:
        """Whether anything at all came over the wire."""
        return any(s.origin is Origin.WIRE for s in self.trace.signals)

    @cached_property
    def progressed(self) -> bool:
        """Whether the far end, and not only our trunk, was heard of: a provisional response above 100, or sound."""
        provisional = any(s.origin is Origin.WIRE and 100 < (s.status or 0) < 200 for s in self.trace.signals)
        return provisional or any(s.kind is not Kind.SILENCE for s in self.before)

    @cached_property
    def dialled(self) -> bool:
        """Whether an INVITE was sent: a bare recording has no signals."""
        return self.attempts > 0

    @cached_property
    def rung_from_s(self) -> float | None:
        """Since when the phone at the far end rings: a 180, ringback, or the music or words that stand for it."""
        ringing = [s.at_s for s in self.trace.signals if s.alerts]
        heard = [s.start_s for s in self.before if s.kind in (Kind.RINGBACK, Kind.MUSIC)]
        return min([*ringing[:1], *heard[:1], *(s.start_s for s in self.adverts[:1])], default=None)

    @cached_property
    def rung_s(self) -> float:
        """For how long it rang, until the answer, an announcement, a tone, the refusal or the end."""
        if self.rung_from_s is None:
            return 0.0
        ends = [self.now_s if self.answered_s is None else self.answered_s]
        ends += [self.final.at_s] if self.final else []
        ends += [u.start_s for u in self.announcements if u.start_s > self.rung_from_s][:1]
        ends += [s.start_s for s in self.before if s.kind in OVER and s.start_s > self.rung_from_s][:1]
        return max(0.0, min(ends) - self.rung_from_s)

    @cached_property
    def rings(self) -> int:
        """Rings heard."""
        return sum(s.cycles for s in self.before if s.kind is Kind.RINGBACK)

    @cached_property
    def far_hung_up_s(self) -> float | None:
        """When the far end sent BYE."""
        for signal in self.trace.signals:
            if signal.received is not None and signal.received.split(" ", 1)[0] == "BYE":
                return signal.at_s
        return self.trace.ended_at_s if self.trace.released_by == "far" and self.answered_s is not None else None

    # --- sound

    @cached_property
    def before(self) -> tuple[Segment, ...]:
        """What was heard before the answer."""
        if self.answered_s is None:
            return self.sounds.segments
        return tuple(s for s in self.sounds.segments if s.start_s < self.answered_s)

    @cached_property
    def after(self) -> tuple[Segment, ...]:
        """What was heard after the answer, without the tail of what was heard before it."""
        answered_s = self.answered_s
        if answered_s is None:
            return ()
        kept = []
        for segment in self.sounds.segments:
            if segment.start_s >= answered_s:
                kept.append(segment)
            elif segment.end_s > answered_s + (PAUSE_TAIL_S if segment.kind in CADENCES else TAIL_S):
                kept.append(msgspec.structs.replace(segment, start_s=answered_s))
        return tuple(kept)

    @property
    def heard_until_s(self) -> float:
        """How far there is sound to judge by."""
        return min(self.now_s, self.sounds.until_s)

    @cached_property
    def utterances(self) -> tuple[Utterance, ...]:
        """All that was said."""
        return self.early_speech + self.said

    @cached_property
    def early_words(self) -> tuple[Said, ...]:
        """What was understood before the answer."""
        answered_s = self.answered_s
        return tuple(s for s in self.sounds.transcript if answered_s is None or s.start_s < answered_s)

    @cached_property
    def words(self) -> tuple[Said, ...]:
        """What was understood after the answer."""
        answered_s = self.answered_s
        return tuple(s for s in self.sounds.transcript if answered_s is not None and s.start_s >= answered_s)

    @cached_property
    def early_speech(self) -> tuple[Utterance, ...]:
        """What was said before the answer."""
        return utterances(self.before)

    @cached_property
    def adverts(self) -> tuple[Said, ...]:
        """Words before the answer that no network says: a spoken colour ring (彩铃)."""
        return tuple(
            said
            for said in self.early_words
            if said.confidence >= UNDERSTOOD and len(said.text) >= ADVERT_LEAST and not _of_network(said.text)
        )

    @cached_property
    def announcements(self) -> tuple[Utterance, ...]:
        """What was said before the answer and may be an announcement."""
        return tuple(u for u in self.early_speech if u.known or not self._is_advert(u))

    def _is_advert(self, utterance: Utterance) -> bool:
        spans = [(max(a.start_s, utterance.start_s), min(a.end_s, utterance.end_s)) for a in self.adverts]
        understood_s = sum(max(0.0, end - start) for start, end in spans)
        return understood_s >= ADVERT_SHARE * utterance.duration_s

    @cached_property
    def said(self) -> tuple[Utterance, ...]:
        """What was said after the answer."""
        return utterances(self.after)


def _reasons(signal: Signal) -> Iterator[str]:
    """The values of its Reason headers."""
    for name, values in signal.headers.items():
        for value in values if name.lower() == "reason" else ():
            yield from _VALUE.findall(value)


def _of_network(text: str) -> bool:
    """Whether a text has anything that announcements have."""
    return any(
        hit.meaning == "network" or (meaning.cause and not meaning.only_after and not hit.weak)
        for hit in meanings_of(text)
        for meaning in (table().meanings[hit.meaning],)
    )


def is_quiet(segment: Segment, loudest_dbfs: float) -> bool:
    """Whether nothing is heard but the line and the room: silence, noise no louder than this, or a murmur."""
    if segment.kind is Kind.SILENCE:
        return True
    if segment.kind is Kind.MUSIC:
        return segment.level_dbfs <= loudest_dbfs - MURMUR_DB
    return segment.kind in (Kind.NOISE, Kind.TONE) and segment.level_dbfs <= loudest_dbfs


def utterances(segments: tuple[Segment, ...]) -> tuple[Utterance, ...]:
    """Stretches of speech joined over short pauses; a tone or music between two ends the first."""
    found: list[Utterance] = []
    joined = False
    for s in segments:
        if s.kind is not Kind.SPEECH:
            joined = joined and (s.kind is Kind.NOISE or is_quiet(s, found[-1].level_dbfs - QUIETER_DB))
            continue
        known = s if s.known else None
        piece = Utterance(s.start_s, s.end_s, s.duration_s, s.level_dbfs, s.repeat_of_s is not None, known)
        goes_on = joined and s.start_s - found[-1].end_s < TALKING_GAP_S
        found.append(found.pop().joined(piece) if goes_on else piece)
        joined = True
    return tuple(found)


def printable(text: str, limit: int = 160) -> str:
    """Text from the wire, made fit to be shown: one line, no control characters, not endless."""
    clean = "".join(c if c.isprintable() else "�" for c in text)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"
