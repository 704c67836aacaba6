"""The state machine: at each moment, what is to be done now.

Whatever a scenario says, these hold:
- a person who answers is told who calls before anything else happens, hears it to its end, and is not kept for longer
  than 20 s;
- nobody who spoke is hung up on without having been told, unless it is known to be a machine;
- no key is pressed and nothing is said before the answer;
- a call that is known to have failed, a voicemail, a fax machine: the call ends, unless the scenario listens for it;
- the limits end every call, and after the hang-up there is nothing more to do.
"""

from __future__ import annotations

import msgspec

from probe.model import Blame, Cause, Outcome, Verdict
from probe.script.heard import heard, pauses, rings, rings_now, somebody
from probe.script.moment import PERSON_LIMIT_S, Action, HangUp, Limits, Moment, Press, Say
from scenarios import language as lang

OPERATOR = "0"  # of a switchboard (telephony.md §2: 查号请拨零)
TELL_S = 8.0  # so long before the limit whoever may be a person is told: it takes 7.4 s and its way to the far end
ENDS = {Cause.FAX, Cause.DROPPED}  # answered, and nothing more to be had
PERSON = {Cause.HUMAN, Outcome.ANSWERED, "verdict"}  # what a person is, when a scenario listens
NOT_YET = Verdict(outcome=Outcome.INCONCLUSIVE, cause=Cause.UNSURE, blame=Blame.UNKNOWN, confidence=0.0, because=())


class _Frame:
    """Steps that are being acted out."""

    def __init__(self, steps: tuple[lang.AnyStep, ...], times: int = 1) -> None:
        self.steps = steps
        self.left = times
        self.at = 0


class Engine:
    """One call's scenario. `say`: who calls, for every person who answers; None says nothing.

    `extension`: what `press: extension` presses; the operator's, when the number has none.
    """

    def __init__(self, scenario: lang.Scenario, limits: Limits, *, say: str | None, extension: str = "") -> None:
        self._limits = limits
        self._extension = extension or OPERATOR
        self._say = say
        self._frames = [_Frame(scenario.steps)]
        self._began_s: float | None = None  # the step under way
        self._person_s: float | None = None
        self._met = False  # the scenario has listened for the person
        self._pressed = False
        self._told_s: float | None = None  # since when somebody is told who calls
        self._telling = False
        self._unsure = False  # answered, and nobody knows by whom
        self._leaving = False
        self._over = False
        self.since_s: float | None = None  # `Moment.there` is to tell who was heard since then

    @property
    def attentive(self) -> bool:
        """Whether the next moments need their `sounds`, and `there`."""
        if self._over or (self._person_s is not None and not self._met):
            return False
        if self._unsure:
            return True
        step = self._step()
        if isinstance(step, lang.Ring):
            return step.first_ringback or step.rings is not None
        by_ear = isinstance(step, lang.Listen) and any(s.what not in ("verdict", "class") for s in step.sounds)
        return by_ear or self.since_s is not None or self._pressed

    def at(self, now: Moment) -> Action | None:
        """What is to be done at this moment; None for nothing. To be asked often, in order of time."""
        if self._over:
            return None
        self._telling = self._telling and now.acting
        self._unsure = now.answered_at_s is not None and self._told_s is None and not now.verdict.sure
        if now.at_s >= self._limit_s(now):
            return self._hang_up() if self._telling else self._end(now)
        if now.acting:
            return None
        if self._leaving:
            return self._hang_up()
        if self._pressed:
            self._pressed, self.since_s = False, now.at_s
            now = msgspec.structs.replace(now, there=NOT_YET)
        if self._person_s is None and now.answered_at_s is not None and self._somebody(now):
            self._person_s = now.at_s
            if self._say is not None:
                return self._tell(self._say, now)
        if now.at_s >= self._limit_s(now) - TELL_S and pauses(now.sounds) and self._owes(now):
            return self._end(now)
        return self._go_on(now)

    def _go_on(self, now: Moment) -> Action | None:
        """Act out step after step, until one takes time or asks for something."""
        while (step := self._step()) is not None:
            if self._began_s is None:
                self._began_s = now.at_s
            match step:
                case lang.Ring():
                    if now.answered_at_s is None:
                        return self._end(now) if self._in_vain(step, now) else None
                    self._next()
                    continue
                case lang.Listen():
                    branch = self._heard(step, now)
                    if branch is None:
                        return self._end(now) if self._no_use(now) else None
                    if self._person_s is not None:
                        self._met = True
                    elif self._classes(now):
                        self.since_s = now.at_s
                        now = msgspec.structs.replace(now, there=NOT_YET)
                    self._next(branch)
                    continue
                case lang.HangUp():
                    return self._end(now)
            if self._no_use(now):
                return self._end(now)
            match step:
                case lang.Wait(seconds=seconds):
                    if now.at_s < self._began_s + seconds:
                        return None
                    self._next()
                case lang.Repeat(times=times, steps=steps):
                    self._next(steps, times)
                case lang.Press(keys=keys, by=by):
                    self._pressed = True
                    self._next()
                    return Press(keys=self._extension if keys == lang.EXTENSION else keys, by=by)
                case lang.Say(wav=wav, voice=voice):
                    self._next()
                    return Say(wav=wav, voice=voice)
        return self._end(now)

    # ---- what is known ----

    def _somebody(self, now: Moment) -> bool:
        """Whether a person is known to listen: behind the last key, or by the verdict of the whole call."""
        return (now.verdict.sure and now.verdict.cause is Cause.HUMAN) or Cause.HUMAN in self._classes(now)

    def _classes(self, now: Moment) -> set[str]:
        """What is at the other end, as the scenario's classes; empty while that is not sure."""
        if self._person_s is not None:
            return set(PERSON)
        verdict = now.there or NOT_YET if self.since_s is not None else now.verdict
        return {verdict.cause, verdict.outcome, "verdict"} if verdict.sure else set()

    def _in_vain(self, step: lang.Ring, now: Moment) -> bool:
        """Whether waiting for the answer is over."""
        if now.verdict.sure:
            return True
        if step.first_ringback:
            return rings_now(now.sounds, now.rang_at_s, now.at_s)
        return step.rings is not None and rings(now.sounds, now.rang_at_s, now.at_s, lang.RING_S) >= step.rings

    def _heard(self, step: lang.Listen, now: Moment) -> tuple[lang.AnyStep, ...] | None:
        """The steps for what was heard, or for nothing heard in time; None while the listening goes on."""
        begin_s = self._began_s or 0.0
        classes = self._classes(now)

        def matches(sound: lang.Sound) -> bool:
            if sound.what in ("verdict", "class"):
                return (sound.name or sound.what) in classes
            return heard(sound, now.sounds, begin_s)

        if any(map(matches, step.sounds)):
            return next((branch.steps for branch in step.then if matches(branch.sound)), ())
        return step.otherwise if now.at_s >= begin_s + step.within_s and not self._no_use(now) else None

    def _no_use(self, now: Moment) -> bool:
        """Whether there is nothing more to be had: a person for whom the scenario has no more, or nobody to come."""
        if self._person_s is not None:
            return not self._met
        classes = self._classes(now)
        return bool(classes) and (Outcome.ANSWERED not in classes or bool(classes & ENDS))

    def _owes(self, now: Moment) -> bool:
        """Whether somebody has spoken who does not know who calls, and who may be a person."""
        if now.answered_at_s is None or self._say is None or self._told_s is not None or self._classes(now):
            return False
        return somebody(now.sounds, now.answered_at_s if self.since_s is None else self.since_s)

    def _limit_s(self, now: Moment) -> float:
        limit_s = self._limits.end_s(now.answered_at_s, self._told_s if self._telling else None)
        return limit_s if self._person_s is None else min(limit_s, self._person_s + PERSON_LIMIT_S)

    # ---- where the scenario is ----

    def _step(self) -> lang.AnyStep | None:
        """The step under way; None when all are done."""
        while self._frames:
            frame = self._frames[-1]
            if frame.at < len(frame.steps):
                return frame.steps[frame.at]
            frame.left -= 1
            if frame.left > 0:
                frame.at = 0
            else:
                self._frames.pop()
        return None

    def _next(self, inner: tuple[lang.AnyStep, ...] = (), times: int = 1) -> None:
        """This step is done; `inner` come before the one behind it."""
        self._frames[-1].at += 1
        self._began_s = None
        if inner:
            self._frames.append(_Frame(inner, times))

    # ---- what is done ----

    def _tell(self, say: str, now: Moment, *, unsure: bool = False) -> Say:
        self._told_s, self._telling = now.at_s, True
        return Say(wav=say, unsure=unsure)

    def _end(self, now: Moment) -> Action:
        """Hang up; who may be a person is told before that who called."""
        if self._say is not None and self._owes(now) and now.at_s < self._limits.deadline_s:
            self._leaving = True
            return self._tell(self._say, now, unsure=True)
        return self._hang_up()

    def _hang_up(self) -> HangUp:
        self._over = True
        return HangUp()
