"""What is done to the robot in one call, and what may be concluded of it.

A plan is an honest course of a call in which something is spoilt. A verdict other than "inconclusive" must be the one
that the course deserves: what was spoilt is never held against anybody.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

from tests.fuzz import torture
from tests.fuzz.far import CLERK, TONE, Hostile
from tests.fuzz.message import Message

UNSURE = "inconclusive"


@dataclass(frozen=True)
class Course:
    """Statuses that follow one another; what a caller may conclude when all of them are understood."""

    statuses: tuple[str, ...]
    outcome: str
    talks: str = ""  # what is heard behind the last early or final answer with SDP
    drops: bool = False  # says BYE by itself


COURSES = {
    "busy": Course(("100 Trying", "180 Ringing", "486 Busy Here"), "busy"),
    "vacant": Course(("100 Trying", "404 Not Found"), "unreachable"),
    "congested": Course(("100 Trying", "503 Service Unavailable"), UNSURE),
    "early": Course(("100 Trying", "183 Session Progress", "486 Busy Here"), "busy", talks=TONE),
    "answered": Course(("100 Trying", "180 Ringing", "200 OK"), "answered", talks=CLERK),
    "dropped": Course(("100 Trying", "180 Ringing", "200 OK"), "answered", talks=CLERK, drops=True),
    "rings": Course(("100 Trying", "180 Ringing"), UNSURE),
}
METHODS = (
    "UPDATE",
    "INVITE",
    "INFO",
    "NOTIFY",
    "REFER",
    "OPTIONS",
    "MESSAGE",
    "PRACK",
    "BYE",
    "CANCEL",
    "ACK",
    "REGISTER",
)


class Attempt:
    """One call of the fuzzer: `play` is its plan; `may` grows when something that was sent is an honest word after all.

    `may_drop`: the far end may have ended an answered call.
    """

    def __init__(self, name: str, outcome: str, play: Callable[[Attempt, Hostile], Awaitable[None]]) -> None:
        self.name = name
        self.may = {UNSURE, outcome}
        self.may_drop = False
        self._play = play

    async def __call__(self, call: Hostile) -> None:
        await self._play(self, call)

    def note(self, wire: bytes) -> None:
        """Something spoilt was sent. Some of it is readable, and then it counts."""
        status = re.match(rb"SIP/2\.0[ \t]+(\d{3})\b", wire)
        if status:
            code = int(status[1])
            self.may |= {"answered"} if 200 <= code < 300 else {"busy"} if code in (486, 600) else set()


def attempt(n: int, dice: Random) -> Attempt:
    """The n-th call: the torture messages one after the other, and between them what the dice say."""
    kind = ("torture", "response", "rtp", "response", "request", "torture", "body", "response", "rtp", "storm")[n % 10]
    return _KINDS[kind](n, dice)


def honest(n: int, dice: Random) -> Attempt:
    """Nothing is wrong with this one: the line must still be good for it."""

    async def play(self: Attempt, call: Hostile) -> None:
        for status in COURSES["busy"].statuses:
            call.send(call.call.response(status))

    made = Attempt("honest", "busy", play)
    made.may = {"busy"}
    return made


async def _say(made: Attempt, course: Course, status: str, call: Hostile, *, spoilt: float = 0.0) -> None:
    """What follows a status that was sent."""
    if course.talks and status[:3] in ("183", "200"):
        await call.talk(course.talks, 0.8 if course.drops else 2.4 if course.talks == TONE else 4.2, spoilt=spoilt)
        if course.drops:
            made.may_drop = True
            call.send(call.call.request("BYE", number=9))
    else:
        await call.wait(0.05)


def _response_of(call: Hostile, course: Course, status: str) -> Message:
    return call.call.response(status, sdp=status[:3] == "200" or (status[:3] == "183" and bool(course.talks)))


def _response(n: int, dice: Random) -> Attempt:
    """One to three spoilt responses, before or instead of honest ones."""
    name = dice.choice(tuple(COURSES))
    course = COURSES[name]
    chosen = {dice.randrange(len(course.statuses)) for _ in range(dice.choice((1, 2, 3)))}
    instead = dice.random() < 0.5

    async def play(self: Attempt, call: Hostile) -> None:
        for place, status in enumerate(course.statuses):
            message = _response_of(call, course, status)
            if place in chosen:
                for _ in range(call.dice.choice((1, 1, 4))):
                    self.note(call.spoil(message))
                    await call.wait(0.01)
            if place not in chosen or not instead:
                call.send(message)
            await _say(self, course, status, call)

    return Attempt(f"response in {name}", course.outcome, play)


def _body(n: int, dice: Random) -> Attempt:
    """An answer, or early media, whose SDP cannot be right."""
    from tests.fuzz.mutate import body

    name = dice.choice(("early", "answered", "dropped"))
    course = COURSES[name]

    async def play(self: Attempt, call: Hostile) -> None:
        for status in course.statuses:
            message = _response_of(call, course, status)
            if status[:3] in ("183", "200"):
                wire = body(message, call.dice, call.call.rtp_port).wire()
                self.note(wire)
                call.odd("responses", wire)
            else:
                call.send(message)
            await _say(self, course, status, call)

    return Attempt(f"body in {name}", course.outcome, play)


def _torture(n: int, dice: Random) -> Attempt:
    """A torture message as a response, in place of the honest one or before it."""
    place = n // 10 * 2 + (n % 10 != 0)
    every = torture.VALID + torture.INVALID
    make = every[place % len(every)]
    name, at = (("busy", 2), ("answered", 2), ("busy", 1), ("vacant", 1))[place // len(every) % 4]
    course = COURSES[name]
    instead = make in torture.VALID or dice.random() < 0.5

    async def play(self: Attempt, call: Hostile) -> None:
        for step, status in enumerate(course.statuses):
            if step == at:
                wire = make(call.call, status)
                self.note(wire)
                call.odd("responses", wire)
                await call.wait(0.02)
            if step != at or not instead:
                call.send(_response_of(call, course, status))
            await _say(self, course, status, call)

    return Attempt(f"{make.__name__} in {name}", course.outcome, play)


def _rtp(n: int, dice: Random) -> Attempt:
    """Sound of which a tenth, a half or all is spoilt."""
    name = dice.choice(("early", "answered", "dropped"))
    course, share = COURSES[name], dice.choice((0.1, 0.5, 1.0))

    async def play(self: Attempt, call: Hostile) -> None:
        for status in course.statuses:
            call.send(_response_of(call, course, status))
            await _say(self, course, status, call, spoilt=share)

    made = Attempt(f"RTP in {name}, {share:.0%} spoilt", course.outcome, play)
    if name == "early" and share > 0.1:
        made.may |= {"unreachable"}  # packets that are left out or come twice make another tone of it
    return made


def _request(n: int, dice: Random) -> Attempt:
    """Spoilt requests of the far end's own, inside the call and beside it."""
    name = dice.choice(("answered", "rings", "busy"))
    course = COURSES[name]

    async def play(self: Attempt, call: Hostile) -> None:
        for status in course.statuses:
            call.send(_response_of(call, course, status))
            if status[:3] in ("180", "200"):
                for number in range(call.dice.choice((1, 3, 8))):
                    method = call.dice.choice(METHODS)
                    message = call.call.request(method, number=number + 2, sdp=method in ("UPDATE", "INVITE"))
                    if call.dice.random() < 0.2:
                        message = message.put("Call-ID", f"beside-{n}-{number}")
                    self.may_drop |= method == "BYE"
                    call.spoil(message)
                    await call.wait(0.02)
            await _say(self, course, status, call)

    return Attempt(f"request in {name}", course.outcome, play)


def _storm(n: int, dice: Random) -> Attempt:
    """Far too much of something."""
    what = ("rings", "tags", "requests", "answers")[n // 10 % 4]

    async def play(self: Attempt, call: Hostile) -> None:
        call.send(call.call.response("100 Trying"))
        for number in range(400):
            if what == "rings":
                call.odd("responses", call.call.response("180 Ringing").wire())
            elif what == "tags":
                call.odd(
                    "responses",
                    call.call.response("183 Session Progress", sdp=number % 2 == 0, tag=f"t{number}").wire(),
                )
            elif what == "requests":
                call.odd("requests", call.call.request("OPTIONS", number=number + 1).wire())
            elif number < 40:
                call.odd("responses", call.call.response("200 OK", sdp=True, tag=f"t{number}").wire())
            if number % 20 == 0:
                await call.wait(0.01)
        call.send(call.call.response("486 Busy Here"))

    made = Attempt(f"storm of {what}", "busy", play)
    made.may |= {"answered"} if what == "answers" else set()
    return made


_KINDS = {"torture": _torture, "response": _response, "rtp": _rtp, "request": _request, "body": _body, "storm": _storm}
