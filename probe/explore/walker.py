"""One call of an exploration: at each moment, what is to be done now. Pure, and no different from a scenario's engine
to the line that acts it out.

Whatever the tree looks like: a person who is reached, and whoever may be one, is told who calls and the call ends;
nothing is pressed where a person may be listening; voicemails, faxes and phones that ring or are busy end the call; so
do the limits.
"""

from __future__ import annotations

from collections.abc import Callable

from probe.explore.grow import grown
from probe.explore.listen import Listening, Print
from probe.explore.route import next_key
from probe.explore.same import Prompts
from probe.explore.tree import ANSWER, START, WAIT, WALKABLE, Errand, Heard, Node, Visit, What
from probe.model import Cause
from probe.script.moment import Action, HangUp, Limits, Moment, Press, Say

PRESS_S = 20.0  # of the call that must be left: a key whose answer cannot be heard out is not pressed
MOST_WRONG = 2  # wrong keys in a row, after which a menu may hang up on us for them


class Walker:
    """Walks. `print_` makes the print of what was heard; `tell` is told each visit."""

    def __init__(
        self,
        errand: Errand,
        limits: Limits,
        *,
        call_id: str,
        say: str | None,
        print_: Print,
        tell: Callable[[Visit], None],
    ) -> None:
        self._tree = errand.tree
        self._by = errand.by
        self._limits = limits
        self._call_id = call_id
        self._say = say
        self._print = print_
        self._tell = tell
        self._prompts = Prompts(self._tree.nodes)
        self._last = Node(id=0, what=What.UNSURE, call_id="", start_s=0.0, end_s=0.0)  # what was heard last
        self._here = START
        self._key = ANSWER
        self._pressed_s = 0.0
        self._pressing = False
        self._listening: Listening | None = None
        self._queued_s: float | None = None  # since when we wait in a queue
        self._wrong = 0  # keys in a row
        self._scolded: int | None = None  # what said last that there is no such choice
        self._told_s: float | None = None  # since when somebody is told who calls
        self._over = False
        self.since_s: float | None = None  # `Moment.there` is to tell who was heard since then

    @property
    def attentive(self) -> bool:
        """Whether the next moments need their `sounds`, and `there`."""
        return not self._over and self._told_s is None and self.since_s is not None

    def at(self, now: Moment) -> Action | None:
        """What is to be done at this moment; None for nothing. To be asked often, in order of time."""
        if self._over:
            return None
        if now.at_s >= self._limit_s(now):
            return self._hang_up()
        if now.acting:
            return None
        if self._told_s is not None:
            return self._hang_up()
        if now.answered_at_s is None:
            return self._hang_up() if now.verdict.sure else None
        if self.since_s is None or self._pressing:
            if not self._pressing:
                self._pressed_s = now.answered_at_s
            self._listen(self._pressed_s, waiting=False)  # menus reply before the key is let go
            self._pressing = False
            return None
        if self._queued_s is not None:
            return self._queue(now)
        assert self._listening is not None
        found = self._listening.at(now)
        return self._go_on(now) if found and self._visited(found) else self._hang_up() if found else None

    def over(self, now: Moment) -> None:
        """The far end has hung up."""
        if self._over or self._told_s is not None or self._listening is None:
            return
        self._over = True
        if self._pressing:
            found: tuple[Heard, ...] = (Heard(what=What.HUNG_UP, start_s=now.at_s, end_s=now.at_s),)
        elif self._queued_s is not None:
            person = now.there is not None and now.there.cause is Cause.HUMAN
            found = (Heard(what=What.HUMAN if person else What.HUNG_UP, start_s=now.at_s, end_s=now.at_s),)
        else:
            found = self._listening.over(now)
        if self._wrong >= MOST_WRONG and found[0].what is What.HUNG_UP:
            self._tell(self._visit(None))
        else:
            self._visited(found)

    # ---- inside ----

    def _visited(self, found: tuple[Heard, ...]) -> bool:
        """Take in what was heard; whether it is known where we are."""
        for heard in found:
            back = self._prompts.node_of(heard.peaks) if self._scolded is not None and self._key == WAIT else None
            if back is not None:  # what follows "no such choice" is where we are, and no way from anywhere
                self._here, self._pressed_s, self._scolded = back, heard.end_s, None
                self._last = self._tree.node(back)
                continue
            visit = self._visit(heard)
            self._tell(visit)
            before = len(self._tree.nodes)
            self._tree, to = grown(self._tree, visit, self._prompts)
            if len(self._tree.nodes) != before:
                self._prompts = Prompts(self._tree.nodes)
            if to is None:
                return False
            self._arrived(to)
            self._key, self._pressed_s = WAIT, heard.end_s
        return True

    def _arrived(self, to: int) -> None:
        """Where a step has led us. "No such choice" is said, and the menu before it waits on."""
        self._last = self._tree.node(to)
        what = self._last.what
        if self._key != WAIT:
            refused = to == self._here and self._key not in self._last.offers
            self._wrong = self._wrong + 1 if what is What.INVALID or refused else 0
        self._scolded = to if what is What.INVALID and self._here != START else None
        if self._scolded is None and not (what is What.SILENCE and self._key == WAIT):
            self._here = to

    def _go_on(self, now: Moment) -> Action | None:
        """What follows from where we are."""
        if self._last.what in (What.HUMAN, What.UNSURE):
            self._told_s = now.at_s
            unsure = self._last.what is What.UNSURE
            return Say(wav=self._say, unsure=unsure) if self._say is not None else self._hang_up()
        if self._last.what is What.QUEUE and self._tree.limits.queue_s > 0:
            self._queued_s, self._here = now.at_s, self._last.id
            self.since_s = self._pressed_s
            return None
        if self._listening is not None and (rest_s := self._listening.rest_s) is not None:
            self._listen(rest_s, waiting=True)
            return None
        if self._tree.node(self._here).what not in WALKABLE:
            return self._hang_up()
        key = next_key(self._tree, self._here)
        if key is None or now.at_s + PRESS_S > self._limit_s(now):
            return self._hang_up()
        self._key = key
        if key == WAIT:
            self._listen(self._pressed_s, waiting=True)
            return None
        self._pressing, self._pressed_s = True, now.at_s
        return Press(keys=key, by=self._by)

    def _queue(self, now: Moment) -> Action | None:
        """Wait for a person. The queue's own words are not pressed to, whatever they offer."""
        assert self._queued_s is not None
        verdict = now.there
        if verdict is not None and verdict.sure and verdict.cause is Cause.HUMAN:
            start_s = max((s.start_s for s in now.sounds.segments if s.kind == "speech"), default=now.at_s)
            self._visited((Heard(what=What.HUMAN, start_s=start_s, end_s=now.at_s, confidence=verdict.confidence),))
            return self._go_on(now)
        if now.at_s - self._queued_s >= self._tree.limits.queue_s:
            self._visited((Heard(what=What.UNANSWERED, start_s=now.at_s, end_s=now.at_s),))
            return self._hang_up()
        return None

    def _listen(self, since_s: float, *, waiting: bool) -> None:
        self.since_s = since_s
        self._listening = Listening(self._prompts, self._tree.limits, since_s, self._print, waiting=waiting)

    def _visit(self, heard: Heard | None) -> Visit:
        at = self._scolded if self._scolded is not None and self._key == WAIT else self._here
        return Visit(call_id=self._call_id, at=at, key=self._key, pressed_s=self._pressed_s, heard=heard)

    def _limit_s(self, now: Moment) -> float:
        return self._limits.end_s(now.answered_at_s, self._told_s if now.acting else None)

    def _hang_up(self) -> HangUp:
        self._over = True
        return HangUp()
