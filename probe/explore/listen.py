"""What is heard behind one key, as soon as it can be told. Pure.

A key is pressed only to a machine. What speaks is one when the rules of `probe.classify` are sure of it, when it says
something that was heard before note for note, or when it says what no person says; until then it is listened to.
"""

from __future__ import annotations

from collections.abc import Callable

from probe.classify.facts import UNDERSTOOD, Utterance, utterances
from probe.explore.offers import offers, says_invalid
from probe.explore.same import Piece, Prompts
from probe.explore.tree import Heard, Limits, Peak, What
from probe.model import Cause, Kind, Outcome, Segment, Sounds, Verdict
from probe.script.moment import Moment

PAUSE_S = 1.6  # after the last word of a prompt; within one there are pauses of a second
WORDS_PAUSE_S = 2.4  # … while a recogniser is still at work
SILENT_S = 8.0  # after a key
UNSURE_S = 12.0  # after words of which it is not known whose they are
RING_S = 45.0  # a phone that rings behind a key
MOST_PROMPT_S = 75.0
OFF_HOURS_S = 30.0  # an announcement is heard out, unless it beeps
LEAST_SPEECH_S = 0.2
LEAST_REPEATED_S = 1.0
JOIN_S = 0.4  # how early what follows a known prompt may begin
LAST_WORDS_S = 2.0  # of who hangs up: a person says less

Print = Callable[[float, float], tuple[Peak, ...]]  # of what was heard between two moments on the trace's clock


class Listening:
    """From one key to what is heard behind it. Ask `at` often; it tells once."""

    def __init__(self, prompts: Prompts, limits: Limits, since_s: float, print_: Print, *, waiting: bool) -> None:
        """`waiting`: no key was pressed, a machine is to go on by itself."""
        self._prompts = prompts
        self._patience_s = limits.wait_s if waiting else SILENT_S
        self._since_s = since_s
        self._print = print_
        self._machine = False
        self.rest_s: float | None = None  # since when there is more, of which it is not known whose it is
        self._cut: tuple[float, tuple[Piece, ...]] = (-1.0, ())  # the end of the speech that was cut, and its pieces

    def at(self, now: Moment) -> tuple[Heard, ...]:
        """What was heard, in order; empty while that cannot be told yet."""
        verdict, later = now.there, self._later(now.sounds)
        if verdict is None:
            return ()
        said = _speech(later)
        if verdict.sure and verdict.cause is Cause.HUMAN:
            if not self._known(said):
                return (self._one(What.HUMAN, said, now, verdict),)
            self._machine = True
        if verdict.sure and (found := self._sure(verdict, said, later, now)):
            return found
        self._machine = self._machine or verdict.cause is Cause.IVR or self._no_such_key(now.sounds)
        if not said:
            return self._nothing(later, now, verdict)
        end_s = self._end_s(said, later, now)
        if end_s is None:
            return ()
        if self._machine or self._known(said):
            return self._pieces(said, end_s, now.sounds, verdict)
        if now.sounds.until_s - said[-1].end_s >= UNSURE_S:
            return (self._one(What.UNSURE, said, now, verdict),)
        return ()

    def over(self, now: Moment) -> tuple[Heard, ...]:
        """What was heard when the far end has hung up: its last words, as far as there were any, then that it did."""
        verdict, later = now.there, self._later(now.sounds)
        said = _speech(later)
        gone = Heard(what=What.HUNG_UP, start_s=now.at_s, end_s=now.at_s)
        if not said or verdict is None:
            return (gone,)
        if verdict.cause is Cause.HUMAN and not self._machine and not self._known(said):
            return (self._one(What.HUMAN, said, now, verdict), gone)
        end_s = self._end_s(said, later, now) or said[-1].end_s
        spoke_s = sum(u.duration_s for u in said)
        if self._machine or self._known(said) or spoke_s >= LAST_WORDS_S:
            return (*self._pieces(said, end_s, now.sounds, verdict), gone)
        return (self._one(What.UNSURE, said, now, verdict), gone)

    # ---- what is known ----

    def _later(self, sounds: Sounds) -> tuple[Segment, ...]:
        return tuple(s for s in sounds.segments if s.start_s >= self._since_s)

    def _known(self, said: tuple[Utterance, ...]) -> bool:
        """Whether any of it is a prompt of the tree."""
        return any(piece.node is not None for piece in self._split(said))

    def _split(self, said: tuple[Utterance, ...]) -> tuple[Piece, ...]:
        """The speech cut into prompts, once for each length of it."""
        if not said:
            return ()
        start_s, end_s = said[0].start_s, said[-1].end_s
        if self._cut[0] != end_s:
            self._cut = (end_s, self._prompts.pieces(self._print(start_s, end_s), end_s - start_s))
        return self._cut[1]

    def _no_such_key(self, sounds: Sounds) -> bool:
        """Whether it says that there is no such choice: nobody says that who picks up."""
        later = (s for s in sounds.transcript if s.start_s >= self._since_s and s.confidence >= UNDERSTOOD)
        return any(says_invalid(s.text) for s in later)

    def _end_s(self, said: tuple[Utterance, ...], later: tuple[Segment, ...], now: Moment) -> float | None:
        """When the prompt ended; None while it goes on."""
        until_s, last = now.sounds.until_s, said[-1]
        again = [s for s in later if s.repeat_of_s is not None and s.repeat_of_s >= self._since_s]
        if again and again[0].start_s - said[0].start_s >= LEAST_REPEATED_S and again[0].duration_s >= LEAST_REPEATED_S:
            self._machine = True
            return again[0].start_s
        if last.end_s - said[0].start_s >= MOST_PROMPT_S:
            return last.end_s
        on_hold = [s for s in later if s.kind in (Kind.MUSIC, Kind.RINGBACK) and s.end_s > last.start_s]
        if on_hold and until_s - self._since_s < RING_S:
            return None
        understood_s = max((s.end_s for s in now.sounds.transcript), default=None)
        at_work = understood_s is not None and understood_s < last.end_s - 0.6
        return last.end_s if until_s - last.end_s >= (WORDS_PAUSE_S if at_work else PAUSE_S) else None

    # ---- what follows ----

    def _sure(
        self, verdict: Verdict, said: tuple[Utterance, ...], later: tuple[Segment, ...], now: Moment
    ) -> tuple[Heard, ...]:
        """What a verdict that is sure says, when it ends the listening."""
        quiet = not said or now.sounds.until_s - said[-1].end_s >= PAUSE_S
        match verdict.cause:
            case Cause.QUEUE:
                music = any(s.kind in (Kind.MUSIC, Kind.RINGBACK) for s in later)
                return (self._one(What.QUEUE, said, now, verdict),) if quiet or music else ()
            case Cause.GREETING | Cause.CARRIER_ASSISTANT:
                return (self._one(What.VOICEMAIL, said, now, verdict),)
            case Cause.OFF_HOURS:
                beep = any(s.kind is Kind.BEEP for s in later)
                over = quiet or beep or now.at_s - self._since_s >= OFF_HOURS_S
                if over and not beep and self._known(said):
                    self._machine = True  # an announcement, behind which the menu comes again
                    return ()
                return (self._one(What.VOICEMAIL, said, now, verdict),) if over else ()
            case Cause.FAX:
                return (self._one(What.FAX, (), now, verdict),)
            case Cause.SILENT:
                return self._nothing(later, now, verdict)
            case Cause.NETWORK_CONGESTION:
                return (self._one(What.BUSY, (), now, verdict),)
        match verdict.outcome:
            case Outcome.BUSY:
                return (self._one(What.BUSY, (), now, verdict),)
            case Outcome.UNANSWERED:
                return (self._one(What.UNANSWERED, (), now, verdict),)
            case Outcome.UNREACHABLE:
                self._machine = True
        return ()

    def _nothing(self, later: tuple[Segment, ...], now: Moment, verdict: Verdict) -> tuple[Heard, ...]:
        """Nobody has spoken yet."""
        waited_s = now.at_s - self._since_s
        if any(s.kind in (Kind.RINGBACK, Kind.MUSIC) for s in later):
            return (self._one(What.UNANSWERED, (), now, verdict),) if waited_s >= RING_S else ()
        return (self._one(What.SILENCE, (), now, verdict),) if waited_s >= self._patience_s else ()

    def _pieces(self, said: tuple[Utterance, ...], end_s: float, sounds: Sounds, verdict: Verdict) -> tuple[Heard, ...]:
        """Each prompt of what was said, in order. What comes behind a known one is judged alone: it may be a person."""
        base_s = said[0].start_s
        if end_s < said[-1].end_s:  # the same prompt comes round: what is heard of it again is left out
            pieces = self._prompts.pieces(self._print(base_s, end_s), end_s - base_s)
        else:
            pieces = self._split(said)
        known = [i for i, piece in enumerate(pieces) if piece.node is not None]
        if known:
            known_until_s = base_s + pieces[known[-1]].end_s
            begins = [s.start_s for s in sounds.of(Kind.SPEECH) if s.start_s >= known_until_s - JOIN_S]
            if begins and begins[0] < end_s:
                self.rest_s = begins[0]
                pieces = pieces[: known[-1] + 1]
        alone = len(pieces) == 1
        return tuple(self._prompt(piece, base_s, sounds, verdict, alone=alone) for piece in pieces)

    def _prompt(self, piece: Piece, base_s: float, sounds: Sounds, verdict: Verdict, *, alone: bool) -> Heard:
        start_s, end_s = round(base_s + piece.start_s, 3), round(base_s + piece.end_s, 3)
        text = text_of(sounds, start_s, end_s)
        offered = offers(text)
        if says_invalid(text):
            what = What.INVALID
        elif offered or (alone and verdict.sure and verdict.cause is Cause.IVR):
            what = What.MENU
        else:
            what = What.ANNOUNCEMENT
        return Heard(
            what=what,
            start_s=start_s,
            end_s=end_s,
            words=text,
            offers=offered,
            confidence=verdict.confidence,
            peaks=piece.peaks,
        )

    def _one(self, what: What, said: tuple[Utterance, ...], now: Moment, verdict: Verdict) -> Heard:
        """One thing that is no menu. What a person says is nobody's business."""
        loud = [s for s in self._later(now.sounds) if s.kind not in (Kind.SILENCE, Kind.NOISE)]
        first_s = loud[0].start_s if loud else now.at_s
        person = what is What.HUMAN
        start_s = (said[-1].start_s if person else said[0].start_s) if said else first_s
        end_s = said[-1].end_s if said else now.at_s
        return Heard(
            what=what,
            start_s=start_s,
            end_s=end_s,
            words=text_of(now.sounds, start_s, end_s) if what in (What.QUEUE, What.VOICEMAIL) else "",
            confidence=verdict.confidence,
            peaks=self._print(start_s, end_s) if said and not person else (),
        )


def text_of(sounds: Sounds, start_s: float, end_s: float) -> str:
    """The words between two moments: of known recordings, else as a recogniser heard them."""
    known: list[str] = []
    for s in sounds.segments:
        if s.known and s.text and _mostly_inside(s.start_s, s.end_s, start_s, end_s) and s.text not in known[-1:]:
            known.append(s.text)
    said = [s.text for s in sounds.transcript if _mostly_inside(s.start_s, s.end_s, start_s, end_s)]
    return "".join(known or said)


def _mostly_inside(begin_s: float, stop_s: float, start_s: float, end_s: float) -> bool:
    return min(stop_s, end_s) - max(begin_s, start_s) > 0.5 * (stop_s - begin_s)


def _speech(segments: tuple[Segment, ...]) -> tuple[Utterance, ...]:
    return tuple(u for u in utterances(segments) if u.speech_s >= LEAST_SPEECH_S)
