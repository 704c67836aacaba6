"""Which pieces of a call to have recognised, and when. Pure: it looks at what was heard so far.

A passage is speech with short pauses only. It is asked about at each of its pauses, and now and then while it goes on,
from its beginning every time: a recogniser that knows the sentence so far hears its end better. What is a known
recording already is not asked about.
"""

from __future__ import annotations

import msgspec

from probe.model import Kind, Segment, Sounds

PASSAGE_GAP_S = 0.8  # a longer pause ends a passage
PAUSE_S = 0.26  # as the voice detector has it: the words before it are complete
GOES_ON_S = 0.7  # of new speech, after which a passage that goes on is asked about again
LONG_S, LONG_GOES_ON_S = 5.0, 1.0  # and of one that is long already, which costs more each time
AT_PAUSE_S = 0.25  # of new speech, to ask at a pause
MOST_S = 9.0  # of a passage: what is longer is asked about in pieces
OVERLAP_S = 0.6  # of two pieces, where no pause divides them
LEAD_S = 0.2  # before the first sound that counts as speech
TAIL_S = 0.25  # behind the last: the last syllable of 已停机 may be too soft to count


class Question(msgspec.Struct, frozen=True):
    """Have this stretch recognised; both ends are on the trace's clock."""

    passage: int
    start_s: float
    end_s: float


class Asking:
    """Decides for one call. `due` is to be called after each piece of audio, with everything heard so far."""

    def __init__(self) -> None:
        self._passage = 0
        self._from_s = 0.0  # the passage under way begins here or later
        self._asked_s = 0.0  # speech of it that has been asked about
        self._until_s = 0.0  # where the last question ended
        self._at_pause = (
            True  # the last question was asked at a pause (what was asked in a word is asked again), or none was
        )

    def due(self, sounds: Sounds, *, over: bool = False) -> list[Question]:
        """What to ask now; `over`: the call has ended, nothing more is to come."""
        questions: list[Question] = []
        while True:
            pieces = self._pieces(sounds)
            if not pieces:
                return questions
            mine, rest = _first_passage(pieces)
            ended = over or bool(rest) or sounds.until_s - mine[-1].end_s >= PASSAGE_GAP_S
            next_s = max(rest[0].start_s, mine[-1].end_s) if rest else sounds.until_s
            if question := self._question(mine, sounds.until_s, next_s, ended=ended):
                questions.append(question)
            if not ended:
                return questions
            self._passage += 1
            self._from_s, self._asked_s, self._at_pause = _next_from_s(mine, rest), 0.0, True
            if not rest:
                return questions

    def answered(self, at_s: float) -> None:
        """The call was answered: whoever spoke before, somebody else speaks now."""
        self._passage += 1
        self._from_s, self._asked_s, self._at_pause = at_s, 0.0, True

    def _pieces(self, sounds: Sounds) -> list[Segment]:
        """What was heard since the passage under way began, without silence and noise."""
        found: list[Segment] = []
        for segment in reversed(sounds.segments):
            if segment.end_s <= self._from_s:
                break
            if segment.kind not in (Kind.SILENCE, Kind.NOISE):
                start_s = max(segment.start_s, self._from_s)
                found.append(msgspec.structs.replace(segment, start_s=start_s))
        found.reverse()
        while found and found[0].kind is not Kind.SPEECH:
            del found[0]
        return found

    def _question(self, pieces: list[Segment], until_s: float, next_s: float, *, ended: bool) -> Question | None:
        speech_s = sum(p.duration_s for p in pieces)
        new_s = speech_s - self._asked_s
        paused = ended or until_s - pieces[-1].end_s >= PAUSE_S
        goes_on_s = GOES_ON_S if speech_s < LONG_S else LONG_GOES_ON_S
        wanted = new_s >= AT_PAUSE_S or not self._at_pause if paused else new_s >= goes_on_s
        if not wanted or all(p.known for p in pieces):
            return None
        self._asked_s, self._at_pause = speech_s, paused
        start_s = max(self._from_s, pieces[0].start_s - LEAD_S)
        if paused:  # and as far as before, though what was heard last may be no speech after all
            until_s = min(max(pieces[-1].end_s + TAIL_S, self._until_s), next_s)
        self._until_s = until_s
        return Question(self._passage, start_s, until_s)


def _first_passage(pieces: list[Segment]) -> tuple[list[Segment], list[Segment]]:
    """The pieces of the first passage, and what comes after it."""
    start_s = pieces[0].start_s
    for index, piece in enumerate(pieces):
        gap = index > 0 and piece.start_s - pieces[index - 1].end_s >= PASSAGE_GAP_S
        if gap or piece.kind is not Kind.SPEECH or (index > 0 and piece.end_s - start_s > MOST_S):
            return pieces[:index], pieces[index:]
    if pieces[-1].end_s - start_s > MOST_S:  # one long piece: cut it
        cut_s = start_s + MOST_S
        first = msgspec.structs.replace(pieces[-1], end_s=cut_s)
        return [*pieces[:-1], first], [msgspec.structs.replace(pieces[-1], start_s=cut_s - OVERLAP_S)]
    return pieces, []


def _next_from_s(mine: list[Segment], rest: list[Segment]) -> float:
    return rest[0].start_s if rest and rest[0].start_s < mine[-1].end_s else mine[-1].end_s
