"""A call told to the engine moment by moment: what is known stays known until it is told otherwise."""

from __future__ import annotations

import msgspec

from probe.model import OUTCOME_OF, Blame, Cause, Kind, Said, Segment, Sounds, Verdict
from probe.script import Action, Engine, HangUp, Limits, Moment, Press, Say
from scenarios import Scenario

WHO = "who-calls.wav"
UNSURE = Verdict(outcome=OUTCOME_OF[Cause.UNSURE], cause=Cause.UNSURE, blame=Blame.UNKNOWN, confidence=0.3, because=())


def sure(cause: Cause) -> Verdict:
    return Verdict(outcome=OUTCOME_OF[cause], cause=cause, blame=Blame.UNKNOWN, confidence=0.9, because=(), sure=True)


def heard(kind: Kind, start_s: float, end_s: float, text: str | None = None, *, cycles: int = 0) -> Segment:
    return Segment(kind=kind, start_s=start_s, end_s=end_s, text=text, cycles=cycles)


class Scene:
    """The engine of a scenario, and everything that it asked for with the moment when."""

    def __init__(
        self, scenario: Scenario, *, say: str | None = WHO, ring_s: float | None = None, extension: str = ""
    ) -> None:
        limits = Limits(
            ring_s=ring_s or scenario.ring_limit_s,
            answered_s=scenario.answered_limit_s,
            deadline_s=scenario.deadline_s,
        )
        self.engine = Engine(scenario, limits, say=say, extension=extension)
        self.now = Moment(at_s=0.0, verdict=UNSURE)
        self.asked: list[tuple[float, Action]] = []

    def at(self, at_s: float, **known: object) -> Action | None:
        """Tell what is known at this moment; what is to be done."""
        if "segments" in known or "said" in known:
            known["sounds"] = Sounds(
                segments=tuple(known.pop("segments", ())),  # type: ignore[call-overload]
                transcript=tuple(known.pop("said", ())),  # type: ignore[call-overload]
                until_s=at_s,
            )
        self.now = msgspec.structs.replace(self.now, at_s=at_s, **known)
        action = self.engine.at(self.now)
        if action is not None:
            self.asked.append((at_s, action))
        return action

    def answered(self, at_s: float) -> None:
        assert self.at(at_s, answered_at_s=at_s) is None

    @property
    def said(self) -> list[str]:
        """What was asked for, in words."""
        return [word_of(action) for _, action in self.asked]


def word_of(action: Action) -> str:
    match action:
        case Say(wav=wav):
            return f"say {wav}"
        case Press(keys=keys, by=by):
            return f"press {keys} by {by}"
        case HangUp():
            return "hang up"


def words(at_s: float, text: str) -> Said:
    return Said(start_s=at_s, end_s=at_s + 1, text=text, confidence=0.9)
