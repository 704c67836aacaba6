"""An office with a menu, made up: what it says, and when, told to a `Walker` moment by moment, without a telephone.

Its sounds are judged by the rules of real calls; only the ear is left out.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from probe.explore.grow import grown
from probe.explore.tree import Errand, Peak, Tree, Visit
from probe.explore.walker import Walker
from probe.hear.spectrum import FRAME_S
from probe.model import Cause, Kind, Order, Outcome, Record, Said, Segment, Signal, Sounds, Trace, Verdict
from probe.script import HangUp, Limits, Moment, Press, Say, there

NOW = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
STEP_S = 0.4
REPLY_S = 0.3  # from a key to what is said
PATIENCE_S = 6.0  # of a menu, after which it says the same again
REPEATS = 3
DIGITS = dict(zip("1234567890", "一二三四五六七八九零", strict=True)) | {"*": "星号", "#": "井号"}

Sort = Literal["menu", "announcement", "human", "queue", "hung_up", "busy"]


@dataclass(frozen=True)
class Place:
    """One place. `keys` lead from a menu to other places; `then` is what follows an announcement or a queue."""

    sort: Sort
    keys: dict[str, int] = field(default_factory=dict)
    then: int | None = None


@dataclass(frozen=True)
class Office:
    places: tuple[Place, ...]
    words: bool = True  # whether what it says is understood

    def prompt(self, place: int) -> tuple[Peak, ...]:
        """What a prompt is recognised by. -1 is "no such choice"."""
        dice = random.Random(self.seed(place))
        frames = sorted(dice.sample(range(round(self.length_s(place) / FRAME_S) - 8), 130 if place >= 0 else 60))
        return tuple((frame, dice.randrange(20, 180)) for frame in frames)

    def seed(self, place: int) -> str:
        """Another one is another recording."""
        return f"prompt {place}"

    def length_s(self, place: int) -> float:
        if place < 0:
            return 2.6
        return 7.0 + place % 3 + (4.0 if self.places[place].sort == "announcement" else 0.0)

    def text(self, place: int) -> str:
        if place < 0:
            return "您的输入有误，请重新输入。"
        offered = self.places[place].keys
        return f"这里是{place}。" + "".join(f"办理{key}号业务请按{DIGITS[key]}，" for key in offered)


class PressedAtAPerson(AssertionError):
    pass


class Talk:
    """One call to an office by one walker: what is heard grows, until somebody hangs up."""

    def __init__(self, office: Office, tree: Tree, *, call_id: str, told: Callable[[Visit], None]) -> None:
        self.office = office
        self.segments: list[Segment] = []
        self.played: list[tuple[float, float, int]] = []  # from, until, which prompt
        self.understood: list[Said] = []
        self.keys = ""
        self.said = 0
        self.persons: list[int] = []  # who picked up
        self._here: int | None = None
        self._plan: list[tuple[float, Callable[[float], None]]] = []
        self._over_s: float | None = None
        self._acting_until = 0.0
        limits = Limits(ring_s=45.0, answered_s=tree.limits.call_s, deadline_s=tree.limits.call_s + 60)
        self.walker = Walker(Errand(tree=tree), limits, call_id=call_id, say="who", print_=self._print, tell=told)

    def run(self) -> float:
        """To its end; how long it took. The answer is at 1 s."""
        self._enter(0, 1.0 + REPLY_S)
        now_s, released = 0.0, False
        while not released:
            now_s = round(now_s + STEP_S, 3)
            while self._plan and self._plan[0][0] <= now_s:
                at_s, what = self._plan.pop(0)
                what(at_s)
            moment = self._moment(now_s)
            if self._over_s is not None:
                self.walker.over(moment)
                break
            match self.walker.at(moment):
                case HangUp():
                    released = True
                case Press(keys=key):
                    self._acting_until = now_s + 0.4
                    self._pressed(key, now_s)
                case Say():
                    self.said += 1
                    self._acting_until = now_s + 8.0
            assert now_s < 1000
        return now_s

    # ---- the office ----

    def _enter(self, place: int, at_s: float, repeats: int = 0) -> None:
        self._here = place
        one = self.office.places[place]
        match one.sort:
            case "menu" | "announcement":
                end_s = self._speak(place, at_s)
                self._cause_end(end_s, place, repeats)
            case "queue":
                end_s = self._sound(Kind.SPEECH, at_s, 3.0, known="queue")
                end_s = self._sound(Kind.MUSIC, end_s + 0.2, 9.0)
                if one.then is not None:
                    self._later(end_s, lambda at: self._enter(one.then or 0, at))
                else:
                    self._sound(Kind.MUSIC, end_s, 200.0)
            case "human":
                self.persons.append(place)
                self._sound(Kind.SPEECH, at_s + 0.5, 0.9)
                self._sound(Kind.SPEECH, at_s + 5.0, 0.9)
            case "hung_up":
                self._later(at_s + 0.4, self._leave)
            case "busy":
                self._sound(Kind.BUSY, at_s, 20.0, cycles=28)

    def _cause_end(self, end_s: float, place: int, repeats: int) -> None:
        one = self.office.places[place]
        if one.sort == "announcement":
            following = one.then
            self._later(
                end_s + (0.5 if following is None else 2.2),  # sooner, two new prompts are one for whoever listens
                self._leave if following is None else lambda at, to=following: self._enter(to, at),  # type: ignore[misc]
            )
        elif repeats + 1 < REPEATS:
            self._later(end_s + PATIENCE_S, lambda at: self._enter(place, at, repeats + 1))
        else:
            self._later(end_s + PATIENCE_S, self._leave)

    def _pressed(self, key: str, at_s: float) -> None:
        self.keys += key
        assert self._here is not None
        one = self.office.places[self._here]
        if one.sort == "announcement":
            return  # which goes on as if nothing had been
        if one.sort != "menu":
            raise PressedAtAPerson(f"{key} at {one.sort}")
        self._plan.clear()
        if key in one.keys:
            self._enter(one.keys[key], at_s + REPLY_S)
        else:
            end_s = self._speak(-1, at_s + REPLY_S)
            here = self._here
            self._later(end_s + 0.1, lambda at: self._enter(here, at))

    def _speak(self, place: int, at_s: float) -> float:
        menu = place < 0 or self.office.places[place].sort == "menu"
        words = self.office.words
        length_s = self.office.length_s(place)
        text = self.office.text(place) if words else None
        known = "ivr" if words and menu else None
        end_s = self._sound(Kind.SPEECH, at_s, length_s, known=known, text=text if menu else None)
        if text and not menu:  # in no library: a recogniser hears it
            self.understood.append(Said(start_s=at_s, end_s=end_s, text=text, confidence=0.9))
        self.played.append((at_s, end_s, place))
        return end_s

    def _sound(
        self,
        kind: Kind,
        at_s: float,
        seconds: float,
        *,
        known: str | None = None,
        text: str | None = None,
        cycles: int = 0,
    ) -> float:
        made = Segment(
            kind=kind, start_s=at_s, end_s=at_s + seconds, level_dbfs=-20.0, known=known, text=text, cycles=cycles
        )
        self.segments.append(made)
        return at_s + seconds

    def _later(self, at_s: float, what: Callable[[float], None]) -> None:
        self._plan.append((at_s, what))
        self._plan.sort(key=lambda one: one[0])

    def _leave(self, at_s: float) -> None:
        self._over_s = at_s

    # ---- the ear ----

    def _heard(self, now_s: float) -> Sounds:
        heard: list[Segment] = []
        at_s = 0.0
        for s in self.segments:
            if s.start_s >= now_s:
                continue
            if s.start_s - at_s > 0.1:
                heard.append(Segment(kind=Kind.SILENCE, start_s=at_s, end_s=s.start_s))
            end_s = min(s.end_s, now_s)
            share = (end_s - s.start_s) / (s.end_s - s.start_s)
            known = s.known if end_s - s.start_s >= 2.0 else None  # as the recogniser of recordings needs
            heard.append(
                Segment(
                    kind=s.kind,
                    start_s=s.start_s,
                    end_s=end_s,
                    level_dbfs=s.level_dbfs,
                    known=known,
                    text=s.text if known else None,
                    cycles=int(s.cycles * share),
                )
            )
            at_s = end_s
        if now_s - at_s > 0.1:
            heard.append(Segment(kind=Kind.SILENCE, start_s=at_s, end_s=now_s))
        said = tuple(one for one in self.understood if one.end_s <= now_s)
        return Sounds(segments=tuple(heard), transcript=said, until_s=now_s)

    def _moment(self, now_s: float) -> Moment:
        sounds = self._heard(now_s)
        trace = Trace(
            number="1",
            started_at=NOW,
            signals=(Signal(at_s=0.0, sent="INVITE"),),
            media_started_at_s=0.0,
            answered_at_s=1.0 if now_s >= 1.0 else None,
        )
        since_s = self.walker.since_s
        return Moment(
            at_s=now_s,
            verdict=UNSURE,
            answered_at_s=trace.answered_at_s,
            there=there(trace, sounds, since_s) if since_s is not None else None,
            sounds=sounds,
            acting=now_s < self._acting_until,
        )

    def _print(self, start_s: float, end_s: float) -> tuple[Peak, ...]:
        """The peaks of all that was played between these moments."""
        found: list[Peak] = []
        for begin_s, stop_s, place in self.played:
            offset = round((begin_s - start_s) / FRAME_S)
            last = round((min(stop_s, end_s) - start_s) / FRAME_S)
            found += [(f + offset, b) for f, b in self.office.prompt(place) if 0 <= f + offset <= last]
        return tuple(sorted(found))


UNSURE = Verdict(outcome=Outcome.INCONCLUSIVE, cause=Cause.UNSURE, blame="unknown", confidence=0.0, because=())  # type: ignore[arg-type]


def record_of(talk: Talk, order: Order, at: datetime, seconds: float) -> Record:
    """What a line would report of this call."""
    signals = (Signal(at_s=0.0, sent="INVITE"), *(Signal(at_s=2.0, sent=f"DTMF {key}") for key in talk.keys))
    trace = Trace(number=order.number, started_at=at, signals=signals, answered_at_s=1.0, ended_at_s=seconds)
    verdict = Verdict(outcome=Outcome.ANSWERED, cause=Cause.IVR, blame="nobody", confidence=0.9, because=())  # type: ignore[arg-type]
    return Record(order=order, trace=trace, sounds=Sounds(), verdict=verdict)


def explored(office: Office, tree: Tree, calls: int = 60) -> tuple[Tree, list[Talk]]:
    """Explore an office until nothing is left to do, call after call; the tree, and the calls."""
    from probe.explore.route import goals

    talks: list[Talk] = []
    while goals(tree) and len(talks) < calls:
        grew = [tree]

        def told(visit: Visit, grew: list[Tree] = grew) -> None:
            grew[0], _ = grown(grew[0], visit)

        talk = Talk(office, tree, call_id=f"c{len(talks)}", told=told)
        talk.run()
        talks.append(talk)
        if grew[0] == tree:
            break
        tree = grew[0]
    return tree, talks
