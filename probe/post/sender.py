"""What a way out is to the outbox, and the four ways in which sending ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from probe.errors import PostError
from probe.model import Fact
from probe.post.letter import Letter


class Parcel(Fact, frozen=True, kw_only=True):
    """A letter on its way to one recipient."""

    letter: Letter
    made_at: datetime
    now: datetime
    late: str = ""  # the sentence that it begins with when it is late

    @property
    def text(self) -> str:
        """The letter's plain text, a late one with its first line."""
        return f"{self.late}\n\n{self.letter.text}" if self.late else self.letter.text


HandOver = Callable[[], None]
"""Called once, when from the next byte on the other side may have the letter. What it raises must end the sending with
nothing handed over."""


class Sender(Protocol):
    """A way out. May keep its connection open from one letter to the next."""

    def send(self, parcel: Parcel, hand_over: HandOver) -> None:
        """Return when the other side has taken the letter. Deferred, Refused or Unsure when it has not."""

    def close(self) -> None:
        """Let go of the connection; the next letter opens another."""


class Deferred(PostError):
    """Not sent, surely: to be tried again. `everybody`: the next letter over this channel would fare no better."""

    def __init__(self, key: str, *, everybody: bool = True, wait_s: float = 0.0, **values: object) -> None:
        super().__init__(key, **values)
        self.everybody = everybody
        self.wait_s = wait_s  # how long the other side wants to be left alone; 0 when it does not say


class Refused(PostError):
    """Not sent, surely, and never will be. `bounced`: it was the other side that said so."""

    def __init__(self, key: str, *, bounced: bool = True, **values: object) -> None:
        super().__init__(key, **values)
        self.bounced = bounced


class Unsure(PostError):
    """Handed over, but no answer came: it may have arrived or not."""
