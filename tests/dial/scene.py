"""One call without a telephone and without a clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from probe.dial.course import Course
from probe.dial.events import FRAME_S, Ended, Heard, PhoneError, Signalled
from probe.dial.messages import Progress
from probe.dial.wire import SipMessage
from probe.model import Order, Origin, Record
from scenarios import Scenario

SILENCE = bytes(1600)


@dataclass
class Phone:
    """A telephone of which only is known what was asked of it."""

    asked: list[str] = field(default_factory=list)
    packets: tuple[int, int] | None = (50, 1)
    mute: bool = False

    def hang_up(self) -> None:
        self.asked.append("hang up")

    def press(self, keys: str, by: str) -> None:
        if self.mute:
            raise PhoneError("no keys")
        self.asked.append(f"press {keys} by {by}")

    def say(self, wav: Path) -> None:
        if self.mute:
            raise PhoneError("no voice")
        self.asked.append(f"say {wav.name}")


class Scene:
    """A call that began at 1000.0 on the clock; `at` sets the clock in seconds since the INVITE."""

    def __init__(
        self, folder: Path, *, phone: Phone | None = None, scenario: Scenario | None = None, **order: object
    ) -> None:
        self.phone = phone or Phone()
        self.told: list[Progress] = []
        self.folder = folder
        self.course = Course(
            Order(**{"call_id": "c1", "number": "sip:1@127.0.0.1", "office": "o", "why": "w", **order}),  # type: ignore[arg-type]  # any field of an order
            self.phone,
            now=999.9,
            started_at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
            data_folder=folder,
            trunk="ims",
            lang="en",
            report=self.told.append,
            scenario=scenario,
        )
        self.send(0.0, "INVITE")

    def send(self, at: float, start: str, method: str | None = None) -> None:
        self._message(at, True, start, method or start)

    def get(self, at: float, start: str, method: str = "INVITE", *, sdp: bool = False) -> None:
        self._message(at, False, start, method, sdp)

    def _message(self, at: float, sent: bool, start: str, method: str, sdp: bool = False) -> None:
        message = SipMessage(sent=sent, start=start, call_id="c1", method=method, sdp=sdp, headers={})
        self.course.note(Signalled(1000 + at, message))

    def hear(self, begin: float, end: float) -> None:
        for number in range(1, round((end - begin) / FRAME_S) + 1):
            self.course.note(Heard(1000 + begin + number * FRAME_S, SILENCE))

    def end(self, at: float, status: str, origin: Origin) -> None:
        self.course.note(Ended(1000 + at, status, origin))

    def tick(self, at: float) -> None:
        self.course.tick(1000 + at)

    def record(self) -> Record:
        assert self.course.over
        return self.course.record()
