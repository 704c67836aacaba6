"""An exploration carried out: over the trunk with every guard and all manners, or on the practice exchange."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from probe.cli.talk import Talk
from probe.explore import Errand, Limits, Tree, Visit, shelf
from probe.explore.expedition import Expedition
from probe.model import Because, Number, Order, Purpose, Record

if TYPE_CHECKING:
    from probe.dial import Switchboard, Trunk
    from probe.exchange.district import Entry
    from probe.plan import Attempt
    from probe.store import Store

PRACTICE = "practice"  # the folder of what was found on the practice exchange, in the data folder
MENUS = "menus.yaml"  # the district of offices with menus, beside the shipped one
RESUME = timedelta(days=14)  # an exploration that was begun longer ago is not gone on with
LOOK_BACK = timedelta(days=2)  # no rule of the manners looks back further
RING_S = 45.0
EXIT_STOPPED, EXIT_REFUSED, EXIT_LATER = 130, 8, 0

Found = tuple[Number, Tree, int]


def subject(talk: Talk, written: str, *, practice: bool, district: Path | None) -> Number:
    """Whose menu it is. RefusedError or ExploreError when there is no such number."""
    from probe.cli.choose import choose_numbers

    if practice:
        entry = _entry(written, district)
        return Number(number=entry.e164, written=entry.national, unit=entry.unit, department=entry.department)
    with talk.open_store() as store:
        return choose_numbers(talk, [written], store.numbers())[0]


def explore(talk: Talk, written: str, limits: Limits, *, trunk_name: str | None, anew: bool, quiet: bool) -> Found:
    """Over the trunk. The exit code is 130 after Ctrl-C, and 8 when not a single call may be made now or ever."""
    from probe.cli.calling import LOG_FILE, claimer, keep_log, open_store
    from probe.cli.choose import choose_numbers, choose_trunks
    from probe.cli.hearing import recogniser_of_host

    data = talk.settings_or_default.data.folder
    keep_log(data / LOG_FILE)
    with open_store(talk) as store, recogniser_of_host(talk) as words:
        directory = store.numbers()
        number = choose_numbers(talk, [written], directory)[0]
        trunk = choose_trunks(talk, trunk_name, [number])[0]
        manners = Manners(talk, store, number, trunk)
        work = Work(talk, number, _begun(data, number, limits, anew=anew), data, quiet=quiet)
        claim = claimer(talk, store, trunk)

        def may_dial(order: Order) -> bool:
            return manners.refusal(order, datetime.now(UTC)) is None and claim(order)

        code = asyncio.run(
            work.run(
                trunk,
                allowed=[n.number for n in directory],
                words=words,
                claim=may_dial,
                refusal=lambda now: manners.refusal(work.order, now),
                store=store,
                ended=manners.ended,
            )
        )
        return number, work.expedition.tree, code


def practise(
    talk: Talk, written: str, limits: Limits, *, district: Path | None, data: Path, anew: bool, quiet: bool
) -> Found:
    """On the practice exchange: nobody is disturbed, so nothing is asked and nothing is waited for."""
    from probe.cli.hearing import recogniser_of_host
    from probe.dial import Trunk
    from probe.exchange import running

    number = subject(talk, written, practice=True, district=district)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as stack:
        words = stack.enter_context(recogniser_of_host(talk))
        address = stack.enter_context(running(district or _menus()))
        trunk = Trunk(name="practice", proxy=f"sip:{address}", calls_per_second=10)
        work = Work(talk, number, _begun(data, number, limits, anew=anew), data, quiet=quiet)
        code = asyncio.run(work.run(trunk, allowed=[number.number], words=words))
    return number, work.expedition.tree, code


class Manners:
    """Whether a call may be made now: the same rules as for the programme that runs itself."""

    def __init__(self, talk: Talk, store: Store, number: Number, trunk: Trunk) -> None:
        from probe.schedule.setup import setup_of

        self._setup = setup_of(talk.settings_or_default, [trunk])
        self._store = store
        self._number = number
        self._caller_id = trunk.caller_id or trunk.username
        self._own: dict[str, Attempt] = {}  # calls of this exploration, of which it is known when they ended

    def refusal(self, order: Order, now: datetime) -> Because | None:
        """Why it may not; every attempt of whatever program counts."""
        from probe.plan import History, refusal, zone_of
        from probe.schedule.past import as_attempt

        made = self._store.audit.attempts(now - LOOK_BACK)
        history = History(self._own.get(one.entry.call_id) or as_attempt(one) for one in made)
        policy = self._setup.policy
        return refusal(
            msgspec.structs.replace(order, caller_id=order.caller_id or self._caller_id),
            self._number,
            now,
            history,
            policy,
            self._setup.openings_around(self._number, now),
            zone_of(self._number, policy),
            stopped=self._store.audit.stopped() is not None,
        )

    def ended(self, record: Record) -> None:
        """A call of ours is over, so its office is free again."""
        from probe.model import picked_up
        from probe.schedule.past import as_attempt

        order = record.order
        for one in self._store.audit.attempts(record.trace.started_at - timedelta(minutes=5)):
            if one.entry.call_id == order.call_id:
                attempt = as_attempt(one)
                answered = picked_up(record.verdict.outcome, record.trace.answered_at_s)
                ended_at = record.trace.started_at + timedelta(seconds=record.trace.ended_at_s or 0.0)
                self._own[order.call_id] = msgspec.structs.replace(attempt, answered=answered, ended_at=ended_at)


class Work:
    """One exploration on its way, told to the terminal."""

    def __init__(self, talk: Talk, number: Number, tree: Tree, data: Path, *, quiet: bool) -> None:
        self._talk = talk
        self._number = number
        self._data = data
        self._quiet = quiet
        self._board: Switchboard | None = None
        self._path = shelf.place(data, number.number, tree.began_at)
        self._ended: Callable[[Record], None] = lambda record: None
        self._store: Store | None = None
        self._calls = len(tree.calls)
        self.order = self._new_order(tree)
        self._tree = tree
        self.expedition: Expedition

    async def run(
        self,
        trunk: Trunk,
        *,
        allowed: list[str],
        words: Path | None,
        claim: Callable[[Order], bool] | None = None,
        refusal: Callable[[datetime], Because | None] = lambda now: None,
        store: Store | None = None,
        ended: Callable[[Record], None] = lambda record: None,
    ) -> int:
        """Make the calls; the exit code."""
        from probe.cli.calling import catch_signals, watch_the_switch
        from probe.dial import Switchboard
        from probe.explore.tell import next_path

        talk = self._talk
        robot = talk.settings_or_default.robot
        self._store, self._ended = store, ended
        self.expedition = Expedition(
            self._tree,
            call=self._call,
            refusal=refusal,
            keep=lambda tree: shelf.save(self._path, tree),
            now=lambda: datetime.now(UTC),
            told=self._told,
            waits=lambda reason: self._say("explore.pauses", reason=talk.words(reason.key, **reason.values)),
        )
        self._begins()
        async with Switchboard(
            trunk,
            lines=1,
            calls_per_second=trunk.calls_per_second,
            data_folder=self._data,
            allowed=allowed,
            country=robot.country,
            area_code=robot.area_code,
            lang=talk.report_lang,
            words=words,
            claim=claim,
            errand=lambda order: Errand(tree=self.expedition.tree, by=trunk.dtmf),
            on_visit=self.expedition.visit,
        ) as board:
            self._board = board
            over = asyncio.Event()

            def stop() -> None:
                self.expedition.stop()
                board.stop()

            catch_signals(stop)
            switch = asyncio.create_task(watch_the_switch(talk, store, over, stop)) if store is not None else None
            try:
                tree = await self.expedition.run()
            finally:
                over.set()
                if switch is not None:
                    await switch
        if tree.halt == "stopped":
            self._say("explore.stopped", next=next_path(tree, talk.lang))
            return EXIT_STOPPED
        reason = self.expedition.reason
        if reason is not None:
            self._say(
                "explore.later",
                reason=talk.words(reason.key, **reason.values),
                number=self._number.written,
                next=next_path(tree, talk.lang),
            )
            return EXIT_LATER if "again_at" in reason.values else EXIT_REFUSED
        return EXIT_REFUSED if tree.halt == "refused" else 0

    async def _call(self) -> Record | None:
        from probe.cli.calling import keep_unknown
        from probe.dial.messages import Refused

        assert self._board is not None
        talk = self._talk
        self._calls += 1
        self._say("explore.call_begins", n=self._calls)
        results = [result async for result in self._board.run([self.order])]
        if not results:
            return None
        result = results[0]
        if isinstance(result, Refused):
            self._say("cli.refused", number=self._number.written, reason=talk.words(result.key, **result.values))
            return None
        if self._store is not None:
            self._store.add(result, datetime.now(UTC))
        self._ended(result)
        cause = talk.words(f"names.cause_{result.verdict.cause}")
        self._say("explore.call_ended", n=self._calls, cause=cause, seconds=result.trace.ended_at_s or 0.0)
        await asyncio.to_thread(keep_unknown, self._data, result)
        self.order = self._new_order(self.expedition.tree)
        return result

    def _new_order(self, tree: Tree) -> Order:
        from probe.plan import batch_id, call_id
        from probe.plan.batch import order_of

        robot = self._talk.settings_or_default.robot
        batch = batch_id(datetime.now(UTC), secrets.randbits(16))
        made = order_of(
            self._number,
            call_id=call_id(batch, self._number.number),
            why=self._talk.words("explore.why"),
            country=robot.country,
            scenario="direct",
            purpose=Purpose.EXPLORE,
            ring_limit_s=RING_S,
        )
        seconds = tree.limits.call_s
        return msgspec.structs.replace(made, answered_limit_s=seconds, deadline_s=RING_S + seconds + 15.0)

    def _begins(self) -> None:
        from probe.explore.tell import next_path

        tree, talk, number = self._tree, self._talk, self._number
        if tree.calls:
            date = f"{tree.began_at.astimezone(talk.zone):%Y-%m-%d}"
            self._say(
                "explore.goes_on",
                number=number.written,
                unit=number.office,
                date=date,
                next=next_path(tree, talk.lang),
            )
        else:
            limits = tree.limits
            self._say(
                "explore.begins", number=number.written, unit=number.office, depth=limits.depth, calls=limits.calls
            )

    def _told(self, tree: Tree, visit: Visit, to: int | None) -> None:
        from probe.explore.tell import path_words, short, what_words
        from probe.explore.tree import reaches

        ways = reaches(tree)
        if to is None or visit.heard is None or to not in ways:
            at = ways[visit.at].path if visit.at in ways else ""
            self._say("explore.heard_lost", path="-".join(filter(None, (at, visit.key))))
            return
        node = tree.node(to)
        self._say(
            "explore.heard",
            path=path_words(ways[to].path, self._talk.lang),
            what=what_words(node, self._talk.lang),
            after=max(0.0, visit.heard.start_s - visit.pressed_s),
            words=short(node.words),
        )

    def _say(self, key: str, **values: object) -> None:
        if not self._quiet:
            self._talk.say(key, **values)


def _begun(data: Path, number: Number, limits: Limits, *, anew: bool) -> Tree:
    """The exploration that is not finished yet, with the limits of today; else a new one."""
    found = shelf.files(data, number.number)
    now = datetime.now(UTC)
    if found and not anew:
        last = shelf.load(found[-1])
        open_ = not last.finished and last.halt != "other_root" and now - last.began_at < RESUME
        if open_ and (last.ended_at is None or len(last.calls) < limits.calls):
            return msgspec.structs.replace(last, limits=limits, ended_at=None, halt=None)
    began = now.replace(microsecond=0)
    return Tree(number=number.number, unit=number.office, began_at=began, limits=limits)


def _menus() -> Path:
    from probe.exchange.district import SHIPPED

    return SHIPPED.with_name(MENUS)


def _entry(written: str, district: Path | None) -> Entry:
    from probe.errors import ExploreError
    from probe.exchange.district import load

    offices = load(district or _menus())
    found = offices.find("".join(c for c in written if c.isdigit()))
    if found is None:
        allowed = ", ".join(entry.national for entry in offices.entries)
        raise ExploreError("explore.no_practice_number", number=written, allowed=allowed)
    return found
