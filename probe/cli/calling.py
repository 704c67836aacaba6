"""What `dial`, `round` and `demo` share: orders go out over the switchboard, records come back and are stored."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from probe.cli.failover import Failover
from probe.cli.hearing import recogniser_of_host
from probe.cli.talk import Talk
from probe.dial import Switchboard, Trunk
from probe.dial.messages import Refused
from probe.errors import StoreError
from probe.model import Blame, Order, Record
from probe.schedule.alone import STOP_FILE
from probe.store import Store, is_alive, this_owner
from probe.store.audit import Entry

if TYPE_CHECKING:
    from probe.cli.table import CallTable, JsonLines

OWN_FAULT = {Blame.TRUNK, Blame.ROBOT}
LOG_FILE = "probe.log"
SWITCH_EVERY_S = 1.0
FEW = 3  # calls, whose reasons are shown at once
EXIT_OWN_FAULT = 10
EXIT_STOPPED = 130


@dataclass
class Session:
    """The calls of one command: what came of them, and how the command is to end."""

    records: list[Record] = field(default_factory=list)
    replaced: set[str] = field(default_factory=set)  # calls that another trunk made instead
    refused: list[Refused] = field(default_factory=list)
    stopped: bool = False
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        if self.stopped:
            return EXIT_STOPPED
        if self.refused:
            return 8
        left = (r for r in self.records if r.order.call_id not in self.replaced)
        return EXIT_OWN_FAULT if any(r.verdict.blame in OWN_FAULT for r in left) else 0


def keep_log(file: Path) -> None:
    """What the line programs have to say (a crash, above all) goes to a file, not between the results."""
    handler = logging.FileHandler(file, encoding="utf-8", delay=True)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")


@contextmanager
def open_store(talk: Talk) -> Iterator[Store]:
    """The store, with the calls of an earlier run that was killed accounted for."""
    with talk.open_store() as store:
        recovered = store.recover(datetime.now(UTC), is_alive, lang=talk.report_lang)
        if recovered:
            talk.say("cli.recovered", n=len(recovered))
        yield store


def call(
    talk: Talk,
    store: Store,
    trunks: Sequence[Trunk],
    orders: Sequence[Order],
    *,
    allowed: Sequence[str],
    as_json: bool,
    lines: int | None = None,
) -> Session:
    """Make these calls. Each is claimed before it is dialled and stored when it ends; Ctrl-C hangs up every one.

    They go over the first trunk; what it spoilt itself goes over the next, and so does the rest when it gives up.

    DialError when lines cannot be started, StoreError when a record cannot be stored (it is shown all the same), each
    after the calls under way have been hung up.
    """
    from probe.cli.prompts import caution, prompts_folder
    from probe.cli.table import CallTable, JsonLines
    from probe.hear.library import read_folder

    keep_log(talk.settings_or_default.data.folder / LOG_FILE)
    caution(talk, read_folder(prompts_folder(talk))[1])
    session = Session()
    show = JsonLines(talk) if as_json else CallTable(talk, len(orders), reasons=len(orders) <= FEW)
    began = time.monotonic()
    try:
        with recogniser_of_host(talk) as words, show:
            _over_each(session, talk, store, trunks, orders, allowed, show, lines, words)
    finally:
        session.seconds = time.monotonic() - began
        if not as_json:
            summary(talk, session)
    if session.stopped:
        talk.say("cli.stopped")
    return session


def _over_each(
    session: Session,
    talk: Talk,
    store: Store,
    trunks: Sequence[Trunk],
    orders: Sequence[Order],
    allowed: Sequence[str],
    show: CallTable | JsonLines,
    lines: int | None,
    words: Path | None,
) -> None:
    """One trunk after the other, until nothing is left for the next one."""
    for number, trunk in enumerate(trunks, 1):
        turn = Failover(trunk, number=number, is_last=number == len(trunks), why=partial(_why_next, talk))
        asyncio.run(_call(session, talk, store, turn, orders, allowed, show, lines, words))
        orders = turn.next
        if not orders or session.stopped:
            return
        talk.say("cli.next_trunk", trunk=trunk.name, n=len(orders), next=trunks[number].name)


def _why_next(talk: Talk, record: Record) -> str:
    cause = talk.words(f"names.cause_{record.verdict.cause}")
    return talk.words("cli.why_next_trunk", why=record.order.why, trunk=record.trace.trunk, cause=cause)


def claimer(
    talk: Talk, store: Store, trunk: Trunk, keeps: Callable[[Order], bool] = lambda order: True
) -> Callable[[Order], bool]:
    """Asked immediately before a call is dialled: it is claimed and stands in the audit log, or it is not made.

    `keeps` is asked first.
    """
    owner = this_owner()
    stop_file = talk.settings_or_default.data.folder / STOP_FILE

    def claim(order: Order) -> bool:
        if not keeps(order):
            return False
        now = datetime.now(UTC)
        entry = Entry.of(order, "attempt", now, trunk.caller(order.call_id, order.caller_id))
        with store.transaction():
            if stop_file.exists() or store.audit.stopped() is not None:
                talk.say("cli.not_while_stopped", number=order.number)
                return False
            mine = store.claim(order, now, owner, lease_s=order.deadline_s + 60)
            if mine:
                store.audit.note(entry)
        if not mine:
            talk.say("cli.skipped", number=order.number)
        return mine

    return claim


async def _call(
    session: Session,
    talk: Talk,
    store: Store,
    turn: Failover,
    orders: Sequence[Order],
    allowed: Sequence[str],
    show: CallTable | JsonLines,
    lines: int | None,
    words: Path | None,
) -> None:
    trunk = turn.trunk
    robot = talk.settings_or_default.robot
    async with Switchboard(
        trunk,
        lines=min(lines or trunk.lines, max(1, len(orders))),
        calls_per_second=trunk.calls_per_second,
        data_folder=talk.settings_or_default.data.folder,
        allowed=allowed,
        country=robot.country,
        area_code=robot.area_code,
        lang=talk.report_lang,
        words=words,
        claim=claimer(talk, store, trunk, turn.keeps),
        on_progress=show.progress,
    ) as board:

        def stop() -> None:
            session.stopped = True
            board.stop()

        catch_signals(stop)
        over = asyncio.Event()
        switch = asyncio.create_task(watch_the_switch(talk, store, over, stop))
        not_stored: StoreError | None = None
        async for result in board.run(orders):
            if isinstance(result, Refused):
                session.refused.append(result)
                show.refused(result)
                continue
            session.records.append(result)
            if turn.heard(result) is not None:
                session.replaced.add(result.order.call_id)
            try:
                store.add(result, datetime.now(UTC))
            except StoreError as error:
                not_stored = not_stored or error
                board.stop()
            show.finished(result)
            await asyncio.to_thread(keep_unknown, talk.settings_or_default.data.folder, result)
        over.set()
        await switch
        if not_stored is not None:
            raise not_stored


def catch_signals(stop: Callable[[], None]) -> None:
    """Stop on Ctrl-C and on SIGTERM."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)


async def watch_the_switch(talk: Talk, store: Store, over: asyncio.Event, stop: Callable[[], None]) -> None:
    """Stop when the kill switch is set before it is over."""
    stop_file = talk.settings_or_default.data.folder / STOP_FILE
    while not over.is_set() and not stop_file.exists() and store.audit.stopped() is None:
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), SWITCH_EVERY_S)
    if not over.is_set():
        stop()


def keep_unknown(data_folder: Path, record: Record) -> None:
    """What was heard and not recognised waits for a person to label it; whatever goes wrong here, the call stands."""
    from probe.prompts.unknown import keep_call

    try:
        keep_call(data_folder, record)
    except Exception:
        logging.getLogger(__name__).exception("what call %s played was not kept", record.order.call_id)


def summary(talk: Talk, session: Session) -> None:
    """The outcomes counted, and our own faults named, on stderr."""
    outcomes = Counter(record.verdict.outcome for record in session.records)
    counts = "，".join if talk.lang == "zh" else ", ".join
    named = counts(f"{talk.words(f'names.outcome_{o}')} {n}" for o, n in outcomes.most_common())
    talk.say("cli.summary", total=len(session.records), seconds=session.seconds, counts=named or "0")
    ours = Counter(r.verdict.cause for r in session.records if r.verdict.blame in OWN_FAULT)
    if ours:
        faults = counts(f"{talk.words(f'names.cause_{c}')} {n}" for c, n in ours.most_common())
        talk.say("cli.own_faults", n=sum(ours.values()), faults=faults)
