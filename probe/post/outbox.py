"""What becomes of a letter: claimed, handed over, settled. Never twice, never forgotten.

    waiting ──claim──▶ claimed ──hand over──▶ unsure ──answer──▶ sent | waiting (later) | bounced | failed

The row is marked `unsure` immediately before the bytes that cannot be taken back. A program that dies earlier has sent
nothing: the claim runs out and the letter is claimed again. One that dies later leaves the truth behind: nobody knows,
so nobody sends it again but a person (`Box.again`, `Box.arrived`).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from random import Random
from typing import Protocol

from probe.errors import PostError, StoreError
from probe.model import Fact
from probe.post.letter import MAIL, Letter
from probe.post.sender import Deferred, Parcel, Refused, Sender, Unsure
from probe.words import words

FIRST_WAIT_S = 60.0
LONGEST_WAIT_S = 600.0  # an alert is to arrive soon after the mail server has come back
GIVE_UP_AFTER = timedelta(days=3)  # RFC 5321, 4.5.4.1 asks for four to five; an alert that old is none
LATE_AFTER = timedelta(minutes=10)
LEASE_S = 300.0  # for connecting, logging in and the envelope; the text is handed over after it
FEW = 5  # letters that are sent over one connection before others are opened
ANSWER_S = 1800.0  # after the hand-over, until it counts as unsure for people to see

_log = logging.getLogger(__name__)


class State(StrEnum):
    """Where a letter is."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    UNSURE = "unsure"  # handed over, and no answer (yet)
    SENT = "sent"
    BOUNCED = "bounced"  # refused for good by the other side
    FAILED = "failed"  # given up, or could not be sent at all


class Claimed(Fact, frozen=True, kw_only=True):
    """A letter that is ours to send. `tries` counts this one; `error` is why it was not sent before."""

    letter_id: str
    letter: Letter
    made_at: datetime
    tries: int
    error: str = ""


class Posted(Fact, frozen=True, kw_only=True):
    """What people see of a letter in the outbox."""

    letter_id: str
    made_at: datetime
    channel: str
    recipient: str
    subject: str
    state: State
    tries: int
    next_try_at: datetime | None = None
    sent_at: datetime | None = None
    error: str = ""


class Box(Protocol):
    """The outbox. Each method that changes something is one transaction; several programs may use it at once."""

    def add(self, letter: Letter, at: datetime) -> bool:
        """Put a letter in, one row for each recipient; False when all of them have (had) this news."""

    def claim(self, now: datetime, owner: str, lease_s: float, channels: Collection[str]) -> Claimed | None:
        """The letter of these channels that is due longest, for this owner alone; None when there is none."""

    def handing_over(self, letter_id: str, owner: str, at: datetime, answer_s: float) -> bool:
        """Mark it unsure; False, and it must not be sent, when the claim is no longer the owner's."""

    def sent(self, letter_id: str, owner: str, at: datetime) -> None:
        """It was taken. Its content is forgotten."""

    def failed(
        self, letter_id: str, owner: str, at: datetime, error: str, next_try: datetime | None, *, bounced: bool = False
    ) -> None:
        """It was surely not taken: to be tried again, or never (None)."""

    def unsure(self, letter_id: str, owner: str, at: datetime, error: str) -> None:
        """It was handed over and no answer came: for people to see at once."""

    def hold(self, channel: str, now: datetime, error: str, until: datetime) -> None:
        """Nothing goes over this channel now: its letters that are due wait until then."""

    def waiting(self) -> tuple[Posted, ...]:
        """The letters under way, oldest first."""

    def troubles(self, now: datetime) -> tuple[Posted, ...]:
        """The letters that a person should look at: unsure, bounced and failed ones, oldest first."""

    def posted(self, since: datetime) -> tuple[Posted, ...]:
        """Every letter that was made since then, and those that are not settled however old, oldest first."""

    def returned(self, letter_id: str, at: datetime, error: str) -> bool:
        """It came back: somebody took it who could not deliver it. False when no such letter was handed over."""

    def again(self, letter_id: str, at: datetime) -> bool:
        """A person wants it sent (again); False when it is not in trouble, or its content is forgotten."""

    def arrived(self, letter_id: str, at: datetime) -> bool:
        """A person knows that it arrived, or that it need not; False when it is not in trouble."""


class Tally(Fact, frozen=True, kw_only=True):
    """What one delivery did: letters sent (late ones among them), put off, refused or given up, and unsure ones."""

    sent: int = 0
    late: int = 0
    deferred: int = 0
    failed: int = 0
    unsure: int = 0


class LostClaim(PostError):
    """Another program has this letter now."""

    def __init__(self) -> None:
        super().__init__("post.lost_claim")


def next_try(tries: int, made_at: datetime, now: datetime, dice: Random) -> datetime | None:
    """When to try again: after 1, 2, 4, 8 minutes, then every 10, each ± 20 %; None when it is time to give up."""
    wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(tries - 1, 10)) * dice.uniform(0.8, 1.2)
    at = now + timedelta(seconds=wait_s)
    return None if at > made_at + GIVE_UP_AFTER else at


def deliver(
    box: Box,
    senders: Mapping[str, Sender],
    clock: Callable[[], datetime],
    owner: str,
    *,
    zone: tzinfo,
    dice: Random,
    lang: str = "zh",
    lease_s: float = LEASE_S,
    helpers: Sequence[Mapping[str, Sender]] = (),
) -> Tally:
    """Send every letter that is due over these channels (channel → sender); one that is down is left alone at once.

    `owner` names this program (and thread), `zone` is for the times in late letters, `lang` for the errors that
    operators read. `helpers` are further connections, each used by a thread of its own once the first letters have
    shown that there is much to do and that it can be done: sending is mostly waiting. StoreError when the outbox cannot
    be used; what was under way then stays unsure.
    """

    def postman(name: str, *, holds: bool = True) -> _Postman:
        return _Postman(box, clock, name, zone, Random(dice.random()), lang, lease_s, holds=holds)

    try:
        tally = postman(owner).round(senders, most=FEW if helpers else None)
        if not helpers or tally.sent < FEW:
            return tally
        with ThreadPoolExecutor(len(helpers), thread_name_prefix="post") as pool:
            beside = [
                pool.submit(postman(f"{owner}/{n}", holds=False).round, theirs) for n, theirs in enumerate(helpers, 2)
            ]
            tallies = [tally, postman(owner).round(senders), *(one.result() for one in beside)]
        return Tally(**{name: sum(getattr(one, name) for one in tallies) for name in Tally.__struct_fields__})
    finally:
        for sender in (*senders.values(), *(sender for theirs in helpers for sender in theirs.values())):
            sender.close()


class _Postman:
    """Carries one letter at a time and writes down what became of it."""

    def __init__(
        self,
        box: Box,
        clock: Callable[[], datetime],
        owner: str,
        zone: tzinfo,
        dice: Random,
        lang: str,
        lease_s: float,
        *,
        holds: bool,
    ) -> None:
        self._box, self._clock, self._owner = box, clock, owner
        self._zone, self._dice, self._lang = zone, dice, lang
        self._lease_s = lease_s
        self._holds = holds  # whether a channel that fails is left alone; that a further connection fails says little

    def round(self, senders: Mapping[str, Sender], *, most: int | None = None) -> Tally:
        """Carry what is due, at most so many letters."""
        counts: Counter[str] = Counter()
        usable = dict(senders)
        left = most
        while usable and left != 0:
            claimed = self._box.claim(self._clock(), self._owner, self._lease_s, usable.keys())
            if claimed is None:
                break
            channel = claimed.letter.channel
            change, channel_up = self.carry(claimed, usable[channel])
            counts.update(change)
            left = None if left is None else left - 1
            if not channel_up:
                del usable[channel]
        return Tally(**counts)

    def carry(self, claimed: Claimed, sender: Sender) -> tuple[dict[str, int], bool]:
        """What to add to the tally, and whether the channel can be used for the next letter."""
        now = self._clock()
        late = _late(claimed, now, self._zone)
        parcel = Parcel(letter=claimed.letter, made_at=claimed.made_at, now=now, late=late)
        handed_over = False

        def hand_over() -> None:
            nonlocal handed_over
            if not self._box.handing_over(claimed.letter_id, self._owner, self._clock(), ANSWER_S):
                raise LostClaim
            handed_over = True

        try:
            sender.send(parcel, hand_over)
        except StoreError:
            raise
        except LostClaim:
            return {}, True
        except Deferred as error:
            return self._deferred(claimed, error), not error.everybody
        except Refused as error:
            self._failed(claimed, error.text(self._lang), None, bounced=error.bounced)
            return {"failed": 1}, True
        except Unsure as error:
            self._box.unsure(claimed.letter_id, self._owner, self._clock(), error.text(self._lang))
            now = self._clock()
            self._hold(claimed.letter.channel, error.text(self._lang), next_try(1, now, now, self._dice) or now)
            return {"unsure": 1}, False
        except Exception as error:  # a defect of ours must not stop every other letter, today and ever after
            _log.exception("letter %s could not be sent", claimed.letter_id)
            return self._defect(claimed, error, handed_over), True
        self._box.sent(claimed.letter_id, self._owner, self._clock())
        return {"sent": 1, "late": int(bool(late))}, True

    def _deferred(self, claimed: Claimed, error: Deferred) -> dict[str, int]:
        now, text = self._clock(), error.text(self._lang)
        at = next_try(claimed.tries, claimed.made_at, now, self._dice)
        if at is not None and error.wait_s:
            at = now + timedelta(seconds=error.wait_s)
        if at is None:
            days = GIVE_UP_AFTER.days
            self._failed(claimed, words("post.given_up", self._lang, days=days, error=text), None)
        else:
            self._failed(claimed, text, at)
        if error.everybody:
            self._hold(claimed.letter.channel, text, at or now + timedelta(seconds=LONGEST_WAIT_S))
        return {"failed": 1} if at is None else {"deferred": 1}

    def _defect(self, claimed: Claimed, error: Exception, handed_over: bool) -> dict[str, int]:
        text = words("post.defect", self._lang, error=type(error).__name__)
        if handed_over:
            self._box.unsure(claimed.letter_id, self._owner, self._clock(), text)
            return {"unsure": 1}
        self._failed(claimed, text, None)
        return {"failed": 1}

    def _failed(self, claimed: Claimed, text: str, at: datetime | None, *, bounced: bool = False) -> None:
        self._box.failed(claimed.letter_id, self._owner, self._clock(), text, at, bounced=bounced)

    def _hold(self, channel: str, text: str, at: datetime) -> None:
        if self._holds:
            self._box.hold(channel, self._clock(), text, at)


def _late(claimed: Claimed, now: datetime, zone: tzinfo) -> str:
    """What a late letter begins with; "" for one that is not late."""
    if now - claimed.made_at <= LATE_AFTER:
        return ""
    if not claimed.error:
        key = "post.late_robot"  # nobody tried before: our own program was not running
    else:
        key = "post.late_mail" if claimed.letter.channel == MAIL else "post.late_chat"
    made, sent = (f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (claimed.made_at, now))
    return words(key, claimed.letter.lang, made=made, sent=sent)
