"""What a store promises, whatever database is under it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count, pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from probe import __version__
from probe.errors import StoreError
from probe.model import Call, Cause, Check, Order, Outcome, Sounds
from probe.store import Store
from probe.store.audit import Entry
from tests.records import MORNING, call, calls, number

OWNER = "elsewhere:1:1.00"
LEASE_S = 150.0
ids = count()


def dead(owner: str) -> bool:
    return False


def alive(owner: str) -> bool:
    return True


def orders(how_many: int) -> list[Order]:
    return [call(of=number(i), call_id=f"call-{i}").record.order for i in range(how_many)]


def kept(store: Store, made: Call) -> Call:
    """The call after it went through the store."""
    at = made.record.trace.started_at
    assert store.claim(made.record.order, at, OWNER, LEASE_S)
    assert store.add(made.record, at)
    found = store.record(made.record.order.call_id)
    assert found is not None
    return found


class TestDirectory:
    def test_an_import_replaces_the_directory_and_keeps_its_order(self, store: Store) -> None:
        store.import_numbers([number(3), number(1), number(2)], MORNING)
        assert [n.written[-1] for n in store.numbers()] == ["3", "1", "2"]
        changed = number(2, unit="余杭区医保局")
        store.import_numbers([changed, number(4), number(3)], MORNING)
        assert store.numbers() == (changed, number(4), number(3))
        assert store.number(number(2).number) == changed
        assert store.number(number(1).number) is None

    def test_a_number_may_come_back(self, store: Store) -> None:
        for listing in ([number(1)], [], [number(1)]):
            store.import_numbers(listing, MORNING)
            assert store.numbers() == tuple(listing)

    def test_a_past_call_keeps_the_facts_of_its_day(self, store: Store) -> None:
        """An office is not blamed for calls to a number that another office had then."""
        then, now = number(1, unit="余杭区人社局"), number(1, unit="余杭区医保局")
        store.import_numbers([then], MORNING)
        kept(store, call(Cause.BUSY_TONE, of=then, call_id="before"))
        store.import_numbers([now], MORNING)
        kept(store, call(of=now, call_id="after"))
        day = (MORNING, MORNING + timedelta(days=1))
        assert [c.record.order.call_id for c in store.records(*day, unit=then.unit)] == ["before"]
        assert [c.record.order.call_id for c in store.records(*day, unit=now.unit)] == ["after"]
        assert [c.number.unit for c in store.records(*day, number=now.number)] == [now.unit, then.unit]

    def test_a_number_outside_the_directory_is_kept_with_its_call_only(self, store: Store) -> None:
        made = call(of=number(7, unit="分机", department="", written="sip:1001@127.0.0.1", number="sip:1001@127.0.0.1"))
        assert kept(store, made) == made
        assert store.numbers() == ()
        assert store.number("sip:1001@127.0.0.1") is None


class TestRounds:
    def test_a_round_is_stored_whole_before_its_first_call(self, store: Store) -> None:
        planned = orders(5)
        store.begin_round("r1", planned, MORNING)
        assert store.open_rounds() == ("r1",)
        assert store.pending("r1") == tuple(planned)
        store.claim(planned[2], MORNING, OWNER, LEASE_S)
        assert store.pending("r1") == (*planned[:2], *planned[3:])
        store.finish_round("r1", MORNING)
        store.finish_round("r1", MORNING)
        assert store.open_rounds() == ()

    def test_open_rounds_are_in_order_of_their_beginning(self, store: Store) -> None:
        for name, minutes in (("b", 1), ("a", 2), ("c", 0)):
            store.begin_round(name, [], MORNING + timedelta(minutes=minutes))
        assert store.open_rounds() == ("c", "b", "a")

    def test_a_round_begins_once(self, store: Store) -> None:
        store.begin_round("r1", orders(1), MORNING)
        with pytest.raises(StoreError) as error:
            store.begin_round("r1", [], MORNING)
        assert error.value.key == "store.round_exists"

    def test_a_round_with_a_call_that_exists_is_refused_whole(self, store: Store) -> None:
        store.begin_round("r1", orders(2), MORNING)
        with pytest.raises(StoreError):
            store.begin_round("r2", orders(3), MORNING)
        assert store.open_rounds() == ("r1",)
        assert len(store.pending("r1")) == 2

    def test_a_round_of_thousands(self, store: Store) -> None:
        planned = orders(2500)
        store.import_numbers([number(i) for i in range(0, 2500, 2)], MORNING)
        store.begin_round("r1", planned, MORNING)
        assert store.pending("r1") == tuple(planned)


class TestClaims:
    def test_a_call_is_claimed_once(self, store: Store) -> None:
        planned = orders(1)
        store.begin_round("r1", planned, MORNING)
        assert store.claim(planned[0], MORNING, OWNER, LEASE_S) is True
        assert store.claim(planned[0], MORNING, OWNER, LEASE_S) is False
        assert store.claim(planned[0], MORNING + timedelta(days=1), "other:2:2.00", LEASE_S) is False

    def test_a_call_outside_a_round_is_claimed_too(self, store: Store) -> None:
        order = orders(1)[0]
        assert [store.claim(order, MORNING, OWNER, LEASE_S) for _ in range(3)] == [True, False, False]

    def test_a_recorded_call_is_never_claimed_again(self, store: Store) -> None:
        made = call()
        kept(store, made)
        assert store.claim(made.record.order, MORNING, OWNER, LEASE_S) is False

    def test_threads_may_share_a_store(self, store: Store) -> None:
        planned = orders(40)
        store.begin_round("r1", planned, MORNING)
        with ThreadPoolExecutor(4) as threads:
            claimed = list(threads.map(lambda order: store.claim(order, MORNING, OWNER, LEASE_S), planned * 2))
        assert sum(claimed) == len(planned)


class TestRecords:
    def test_a_call_is_no_record_until_it_ended(self, store: Store) -> None:
        order = orders(1)[0]
        store.claim(order, MORNING, OWNER, LEASE_S)
        assert store.record(order.call_id) is None
        assert list(store.records(MORNING, MORNING + timedelta(days=1))) == []

    def test_the_first_record_stands(self, store: Store) -> None:
        first, second = call(Cause.BUSY_TONE, call_id="c"), call(Cause.HUMAN, call_id="c")
        kept(store, first)
        assert store.add(second.record, MORNING) is False
        assert store.add(first.record, MORNING) is False
        found = store.record("c")
        assert found is not None
        assert found.record == first.record

    def test_a_call_that_was_not_claimed_is_not_recorded(self, store: Store) -> None:
        planned = orders(1)
        store.begin_round("r1", planned, MORNING)
        for made in (call(of=number(0), call_id="call-0"), call(call_id="unheard-of")):
            with pytest.raises(StoreError) as error:
                store.add(made.record, MORNING)
            assert error.value.key == "store.not_claimed"
            assert store.record(made.record.order.call_id) is None

    def test_records_of_a_period_a_unit_a_number(self, store: Store) -> None:
        listing = [number(i, unit="甲局" if i % 2 else "乙局") for i in range(4)]
        store.import_numbers(listing, MORNING)
        for hour in range(8):
            kept(store, call(of=listing[hour % 4], at=MORNING + timedelta(hours=7 - hour), call_id=f"c{7 - hour}"))

        def found(since: int, until: int, **narrow: str) -> list[str]:
            return [
                c.record.order.call_id
                for c in store.records(MORNING + timedelta(hours=since), MORNING + timedelta(hours=until), **narrow)
            ]

        assert found(0, 8) == [f"c{i}" for i in range(8)]
        assert found(2, 5) == ["c2", "c3", "c4"]
        assert found(0, 8, unit="甲局") == ["c0", "c2", "c4", "c6"]
        assert found(0, 8, number=listing[0].number) == ["c3", "c7"]
        assert found(0, 8, number=listing[0].number, unit="甲局") == []

    def test_a_stream_may_be_left_early_and_written_beside(self, store: Store) -> None:
        for i in range(3):
            kept(store, call(of=number(i), call_id=f"c{i}"))
        stream = store.records(MORNING, MORNING + timedelta(days=1))
        next(stream)
        kept(store, call(of=number(9), call_id="written while reading"))
        stream.close()
        assert len(list(store.records(MORNING, MORNING + timedelta(days=1)))) == 4

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(made=calls())
    def test_whatever_was_seen_comes_back_the_same(self, store: Store, made: Call) -> None:
        order = msgspec.structs.replace(made.record.order, call_id=f"round-trip-{next(ids)}")
        made = msgspec.structs.replace(made, record=msgspec.structs.replace(made.record, order=order))
        store.import_numbers([made.number], MORNING)
        assert kept(store, made) == made
        at = made.record.trace.started_at
        same_moment = store.records(at, at + timedelta(microseconds=1), unit=made.number.unit)
        assert made in list(same_moment)


class TestRecovery:
    def test_a_call_whose_robot_is_gone_blames_the_robot(self, store: Store) -> None:
        order = orders(1)[0]
        store.claim(order, MORNING, OWNER, LEASE_S)
        (record,) = store.recover(MORNING + timedelta(seconds=1), dead)
        assert record.order == order
        assert record.verdict.outcome is Outcome.INCONCLUSIVE
        assert record.verdict.cause is Cause.ROBOT
        assert record.trace.started_at == MORNING
        assert record.trace.robot_fault == "拨打这个电话的程序中途停止了，没有留下结果"
        found = store.record(order.call_id)
        assert found is not None
        assert found.record == record

    def test_it_is_recovered_once_and_never_dialled_again(self, store: Store) -> None:
        planned = orders(2)
        store.begin_round("r1", planned, MORNING)
        store.claim(planned[0], MORNING, OWNER, LEASE_S)
        assert len(store.recover(MORNING, dead)) == 1
        assert store.recover(MORNING, dead) == ()
        assert store.claim(planned[0], MORNING, OWNER, LEASE_S) is False
        assert store.pending("r1") == (planned[1],)

    def test_a_living_owner_is_left_alone_until_its_lease_runs_out(self, store: Store) -> None:
        order = orders(1)[0]
        store.claim(order, MORNING, OWNER, LEASE_S)
        assert store.recover(MORNING + timedelta(seconds=LEASE_S - 1), alive) == ()
        (record,) = store.recover(MORNING + timedelta(seconds=LEASE_S), alive, lang="en")
        assert record.trace.robot_fault == "The program that made this call did not hand in a result in time"

    def test_what_was_really_seen_replaces_a_stand_in(self, store: Store) -> None:
        made = call(call_id="late")
        store.claim(made.record.order, MORNING, OWNER, LEASE_S)
        store.recover(MORNING + timedelta(hours=1), alive)
        assert store.add(made.record, MORNING + timedelta(hours=1)) is True
        assert store.add(call(Cause.BUSY_TONE, call_id="late").record, MORNING) is False
        found = store.record("late")
        assert found is not None
        assert found.record == made.record

    def test_only_calls_under_way_are_recovered(self, store: Store) -> None:
        planned = orders(3)
        store.begin_round("r1", planned, MORNING)
        made = call(of=number(0), call_id="call-0")
        kept(store, made)
        store.claim(planned[1], MORNING, OWNER, LEASE_S)
        assert [r.order.call_id for r in store.recover(MORNING, dead)] == ["call-1"]

    def test_each_owner_is_asked_after_once(self, store: Store) -> None:
        asked: list[str] = []
        for i, order in enumerate(orders(6)):
            store.claim(order, MORNING, f"host:{i % 2}:0.00", LEASE_S)

        def ask(owner: str) -> bool:
            asked.append(owner)
            return False

        store.recover(MORNING, ask)
        assert sorted(asked) == ["host:0:0.00", "host:1:0.00"]


def test_a_time_without_a_zone_is_a_defect(store: Store) -> None:
    with pytest.raises(StoreError, match="zone"):
        store.import_numbers([number(1)], MORNING.replace(tzinfo=None))


class TestJudgingAgain:
    def test_the_new_verdict_stands_and_the_former_one_is_kept(self, store: Store) -> None:
        live = kept(store, call(Cause.BUSY_TONE, call_id="c")).record
        later = MORNING + timedelta(days=3)
        heard = Sounds(until_s=7.0)
        new = call(Cause.REJECTED).record.verdict
        assert store.rejudge("c", live.verdict, new, heard, later) is True
        found = store.record("c")
        assert found is not None
        assert (found.record.verdict, found.record.sounds, found.record.trace) == (new, heard, live.trace)
        (former,) = store.former("c")
        assert (former.verdict, former.judged_at, former.replaced_at) == (live.verdict, MORNING, later)
        assert former.rules.startswith(__version__)

    def test_checks_change_with_the_verdict_or_without_it(self, store: Store) -> None:
        live = kept(store, call(Cause.BUSY_TONE, call_id="c")).record
        one, other = (Check(name="answered within 15 s", passed=passed, seen="…") for passed in (False, True))
        assert store.rejudge("c", live.verdict, live.verdict, live.sounds, MORNING, (one,))
        found = store.record("c")
        assert found is not None
        assert found.record.checks == (one,)
        assert store.former("c") == (), "the verdict was not another one"
        assert store.rejudge("c", live.verdict, call(Cause.REJECTED).record.verdict, live.sounds, MORNING)
        assert store.record("c").record.checks == (one,), "not given: not touched"  # type: ignore[union-attr]
        assert store.rejudge("c", call(Cause.REJECTED).record.verdict, live.verdict, live.sounds, MORNING, (other,))
        assert store.record("c").record.checks == (other,)  # type: ignore[union-attr]

    def test_every_former_verdict_is_kept_the_live_one_first(self, store: Store) -> None:
        causes = (Cause.BUSY_TONE, Cause.REJECTED, Cause.HUMAN, Cause.BUSY_TONE)
        made = [call(cause).record.verdict for cause in causes]
        kept(store, call(causes[0], call_id="c"))
        for days, (old, new) in enumerate(pairwise(made), 1):
            assert store.rejudge("c", old, new, Sounds(), MORNING + timedelta(days=days))
        former = store.former("c")
        assert [f.verdict for f in former] == made[:-1]
        assert [f.judged_at for f in former] == [MORNING + timedelta(days=d) for d in (0, 1, 2)]

    def test_a_verdict_that_somebody_else_replaced_meanwhile_is_left_alone(self, store: Store) -> None:
        live = kept(store, call(Cause.BUSY_TONE, call_id="c")).record.verdict
        first, second = call(Cause.REJECTED).record.verdict, call(Cause.HUMAN).record.verdict
        assert store.rejudge("c", live, first, Sounds(), MORNING) is True
        assert store.rejudge("c", live, second, Sounds(), MORNING) is False
        assert len(store.former("c")) == 1

    def test_a_call_that_is_not_over_has_no_verdict_to_replace(self, store: Store) -> None:
        order, verdict = orders(1)[0], call().record.verdict
        store.claim(order, MORNING, OWNER, LEASE_S)
        assert store.rejudge(order.call_id, verdict, verdict, Sounds(), MORNING) is False
        assert store.rejudge("unheard-of", verdict, verdict, Sounds(), MORNING) is False

    def test_whoever_picked_up_was_disturbed_also_when_nobody_is_sure_by_whom(self, store: Store) -> None:
        made = [call(cause, call_id=f"c{n}") for n, cause in enumerate((Cause.HUMAN, Cause.BUSY_SIGNAL, Cause.UNSURE))]
        trace = replace(made[2].record.trace, answered_at_s=4.0)
        made.append(
            replace(made[2], record=replace(made[2].record, trace=trace, order=call(call_id="c3").record.order))
        )
        for one in made:
            kept(store, one)
            store.audit.note(Entry.of(one.record.order, "attempt", MORNING, "0571"))
        assert [one.answered for one in store.audit.attempts(MORNING)] == [True, False, False, True]

    def test_the_span_of_the_calls(self, store: Store) -> None:
        assert store.span() is None
        store.claim(orders(1)[0], MORNING - timedelta(days=1), OWNER, LEASE_S)
        assert store.span() is None, "it is not over yet"
        for hour in (1, 3, 2):
            kept(store, call(at=MORNING + timedelta(hours=hour), call_id=f"c{hour}"))
        assert store.span() == (MORNING + timedelta(hours=1), MORNING + timedelta(hours=3))

    def test_calls_are_counted_as_they_are_listed(self, store: Store) -> None:
        for i in range(5):
            kept(store, call(of=number(i % 2), at=MORNING + timedelta(hours=i), call_id=f"c{i}"))
        assert store.count(MORNING, MORNING + timedelta(hours=4)) == 4
        assert store.count(MORNING, MORNING + timedelta(days=1), number=number(0).number) == 3
