"""Whether a number may be called at a moment: rule by rule, and against the oracle for whatever can be made up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from probe.calendar import Opening
from probe.errors import SettingsError
from probe.model import Because, Number, Order, Purpose
from probe.plan import Attempt, History, Policy, again_at, detection_lost, refusal, zone_of
from probe.plan.policy import MOST_ATTEMPTS_PER_24H, STRICT_ATTEMPTS_PER_24H
from probe.words import LANGUAGES, words
from tests.plan import oracle, worlds

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 2)
NUMBER = Number(number="+8657187250001", written="87250001", unit="甲局", off_hours=True)
MATE = replace(NUMBER, number="+8657187250002")
STRANGER = replace(NUMBER, number="+8657187250009", unit="乙局")
OPEN = worlds.opened(DAY, ((540, 720), (840, 1020)), ZONE)
POLICY = Policy()


def at(clock: str, day: int = 2) -> datetime:
    hour, minute, *second = (int(part) for part in clock.split(":"))
    return datetime(2026, 3, day, hour, minute, *second, tzinfo=ZONE).astimezone(UTC)


def call(clock: str, *, of: Number = NUMBER, answered: bool | None = False, day: int = 2, caller: str = "") -> Attempt:
    """One that lasted 20 s."""
    began = at(clock, day)
    return Attempt(
        at=began,
        number=of.number,
        office=of.office,
        caller_id=caller,
        answered=answered,
        ended_at=began + timedelta(seconds=20),
    )


def order(purpose: Purpose = Purpose.BASE, number: Number = NUMBER, caller: str = "") -> Order:
    return Order(call_id="c1", number=number.number, office=number.office, why="w", purpose=purpose, caller_id=caller)


def ask(
    clock: str,
    *history: Attempt,
    purpose: Purpose = Purpose.BASE,
    number: Number = NUMBER,
    policy: Policy = POLICY,
    caller: str = "",
    stopped: bool = False,
    openings: Sequence[Opening] = OPEN,
) -> Because | None:
    asked = order(purpose, number, caller)
    return refusal(asked, number, at(clock), History(history), policy, openings, ZONE, stopped)


def refused(reason: Because | None, key: str, again: str | None = None) -> None:
    """The reason has this key, this time, and a sentence in both languages that names the time."""
    assert reason is not None
    assert reason.key == key
    moment = again_at(reason)
    assert (moment and f"{moment.astimezone(ZONE):%d %H:%M:%S}") == again
    for lang in LANGUAGES:
        sentence = words(reason.key, lang, **reason.values)
        assert reason.values["number"] in sentence
        if again is not None:
            assert str(reason.values["again"]) in sentence


def test_a_call_in_office_hours_is_allowed() -> None:
    assert ask("10:00") is None
    assert ask("10:00", call("09:50"), call("09:40"), call("09:30", of=MATE, answered=True)) is None


def test_nothing_is_called_while_all_calls_are_stopped() -> None:
    refused(ask("10:00", stopped=True), "plan.stopped")


@pytest.mark.parametrize("number", ["110", "057112110", "+86110", "sip:120@10.0.0.1"])
@pytest.mark.parametrize("purpose", Purpose)
def test_never_dial_holds_for_every_purpose(number: str, purpose: Purpose) -> None:
    refused(ask("10:00", number=replace(NUMBER, number=number), purpose=purpose), "never_dial.emergency")


def test_only_what_fits_the_allow_list_when_there_is_one() -> None:
    assert ask("10:00", policy=Policy(allow=("+86571*",))) is None
    assert ask("10:00", policy=Policy(allow=(NUMBER.number,))) is None
    refused(ask("10:00", policy=Policy(allow=("+8621*", "12345"))), "plan.not_on_allow_list")


@pytest.mark.parametrize(
    ("clock", "again"), [("07:59:59", "02 08:00:00"), ("21:00", "03 08:00:00"), ("00:00", "02 08:00:00")]
)
@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.QUIET_TIME])
def test_nobody_is_called_at_night(clock: str, again: str, purpose: Purpose) -> None:
    all_day = worlds.opened(DAY, ((0, 1440),), ZONE)
    refused(ask(clock, purpose=purpose, openings=all_day), "plan.quiet_hours", again)


@pytest.mark.parametrize("clock", ["08:00", "20:59:59"])
def test_calls_are_made_from_8_to_21_on_the_clock_of_the_number(clock: str) -> None:
    assert ask(clock, openings=worlds.opened(DAY, ((0, 1440),), ZONE)) is None
    urumqi = ZoneInfo("Asia/Urumqi")
    found = refusal(order(), NUMBER, at("09:30"), History(), POLICY, worlds.opened(DAY, ((0, 1440),), urumqi), urumqi)
    assert found is not None
    assert found.key == "plan.quiet_hours"  # half past seven there


def test_outside_of_office_hours_only_where_the_owner_agreed() -> None:
    refused(ask("12:30"), "plan.closed_until", "02 14:00:00")
    refused(ask("17:30", purpose=Purpose.FOLLOW_UP), "plan.closed_now")
    refused(ask("12:30", purpose=Purpose.RECHECK), "plan.closed_until", "02 14:00:00")
    assert ask("13:50", purpose=Purpose.QUIET_TIME) is None
    no_consent = replace(NUMBER, off_hours=False)
    refused(ask("13:50", purpose=Purpose.QUIET_TIME, number=no_consent), "plan.no_consent")
    assert ask("12:30", purpose=Purpose.MANUAL) is None  # somebody wants to know


def test_three_answered_calls_a_day_and_no_fourth() -> None:
    answered = [call(clock, answered=True) for clock in ("09:00", "10:00", "11:00")]
    assert ask("14:00", *answered[:2]) is None
    refused(ask("14:00", *answered), "plan.answered", "03 08:00:00")
    assert ask("14:00", *answered[:2], call("11:00", answered=True, day=1)) is None  # yesterday's


def test_a_call_under_way_counts_as_answered_until_it_is_known() -> None:
    history = History([call("09:00", answered=True), call("10:00", answered=True), call("11:00", answered=None)])
    assert refusal(order(), NUMBER, at("14:00"), history, POLICY, OPEN, ZONE) is not None
    history.add(call("11:00", answered=False))
    assert len(history) == 3
    assert refusal(order(), NUMBER, at("14:00"), history, POLICY, OPEN, ZONE) is None


def test_a_canary_may_answer_more_often() -> None:
    answered = [call(clock, answered=True) for clock in ("09:00", "10:00", "11:00")]
    ours = Policy(canaries=(NUMBER.number,), allow=("12345",))
    assert ask("14:00", *answered, purpose=Purpose.CANARY, policy=ours) is None
    refused(ask("14:00", *answered, purpose=Purpose.CANARY), "plan.answered", "03 08:00:00")


def test_sixteen_attempts_in_24_hours_or_five_when_strict() -> None:
    made = [call(f"{9 + n // 6:02d}:{n % 6 * 10:02d}") for n in range(16)]
    assert ask("14:00", *made[:15]) is None
    refused(ask("14:00", *made), "plan.per_24h", "03 09:00:00")
    strict = Policy(preset="strict")
    assert ask("14:00", *made[:4], policy=strict) is None
    refused(ask("14:00", *made[:5], policy=strict), "plan.per_24h", "03 09:00:00")
    assert strict.per_24h == STRICT_ATTEMPTS_PER_24H
    assert Policy(preset="strict", attempts_per_24h=2).per_24h == 2  # the lower of the two


def test_the_24_hours_run_over_midnight_and_over_all_caller_ids() -> None:
    made = [call("16:00", day=1, caller="a"), call("16:10", day=1, caller="b"), call("09:00", caller="c")]
    policy = Policy(attempts_per_24h=3)
    refused(ask("15:59:59", *made, policy=policy, caller="d"), "plan.per_24h", "02 16:00:00")
    assert ask("16:00", *made, policy=policy) is None


def test_three_attempts_in_five_minutes_whatever_the_gap() -> None:
    policy = Policy(gap_s=60)
    made = [call("10:00"), call("10:01"), call("10:02")]
    refused(ask("10:04:59", *made, policy=policy), "plan.per_5min", "02 10:05:00")
    assert ask("10:05", *made, policy=policy) is None


def test_a_gap_between_two_calls_of_a_number() -> None:
    refused(ask("10:01:59", call("10:00")), "plan.gap", "02 10:02:00")
    assert ask("10:02", call("10:00")) is None


def test_one_line_of_an_office_at_a_time() -> None:
    under_way = Attempt(at=at("10:00"), number=MATE.number, office=MATE.office)
    refused(ask("10:01:59", under_way), "plan.office_engaged", "02 10:02:00")  # it may last until its deadline
    assert ask("10:00:20", call("10:00", of=MATE)) is None  # it is over
    assert ask("10:00:01", call("10:00", of=STRANGER)) is None
    refused(
        ask("09:58:01", under_way), "plan.office_engaged", "02 10:02:00"
    )  # nor so early that it would last into one
    assert ask("09:58", under_way) is None


def test_calls_an_hour_from_one_caller_id() -> None:
    made = [call("09:30", of=STRANGER, caller="8001"), call("09:40", of=STRANGER, caller="8001")]
    policy = Policy(caller_id_per_hour=2)
    refused(ask("10:00", *made, policy=policy, caller="8001"), "plan.caller_id", "02 10:30:00")
    assert ask("10:00", *made, policy=policy, caller="8002") is None


def test_a_total_for_the_day_of_the_robot() -> None:
    made = [call("09:30", of=STRANGER), call("09:40", of=STRANGER), call("20:00", of=STRANGER, day=1)]
    refused(ask("10:00", *made, policy=Policy(calls_per_day=2)), "plan.total", "03 00:00:00")
    assert ask("10:00", *made, policy=Policy(calls_per_day=3)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"answered_per_day": 4},
        {"attempts_per_24h": 17},
        {"attempts_per_5min": 4},
        {"base_calls": 13},
        {"call_from": time(7, 59)},
        {"call_until": time(21, 1)},
        {"call_until": time(8)},
    ],
)
def test_no_policy_goes_beyond_a_ceiling(wrong: dict[str, int | time]) -> None:
    with pytest.raises(SettingsError) as caught:
        Policy(**wrong)  # type: ignore[arg-type]  # numbers and times
    assert next(iter(wrong)) in caught.value.text("en") or "call_from" in caught.value.text("en")
    assert caught.value.text("zh")


def test_what_the_strict_preset_costs_is_said() -> None:
    assert detection_lost(POLICY) is None
    plain, measured = detection_lost(Policy(preset="strict")), detection_lost(Policy(preset="strict"), 0.93, 0.41)
    assert plain is not None
    assert measured is not None
    assert f"{STRICT_ATTEMPTS_PER_24H}" in words(plain.key, "zh", **plain.values)
    assert f"{MOST_ATTEMPTS_PER_24H}" in words(plain.key, "en", **plain.values)
    assert "41%" in words(measured.key, "en", **measured.values)
    assert "41%" in words(measured.key, "zh", **measured.values)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Order, Number, datetime, list[Attempt], Policy, tuple[Opening, ...]]:
    number, policy = draw(worlds.numbers()), draw(worlds.policies())
    zone = zone_of(number, policy)
    openings = worlds.opened(draw(worlds.DAYS), draw(worlds.shifts()), zone)
    day = openings[0].start if openings else datetime(2026, 3, 2, tzinfo=UTC)
    moment = day + timedelta(seconds=draw(st.one_of(st.integers(0, 30_000), st.integers(-90_000, 90_000))))
    office_of = dict.fromkeys(worlds.NUMBERS, worlds.OFFICES[1]) | {number.number: number.office}
    history = draw(worlds.attempts(moment, office_of))
    asked = Order(
        call_id="c",
        number=number.number,
        office=number.office,
        why="",
        purpose=draw(st.sampled_from(Purpose)),
        caller_id=draw(st.sampled_from(worlds.CALLERS)),
    )
    return asked, number, moment, history, policy, openings


@settings(max_examples=150, deadline=None)
@given(questions())
def test_a_call_is_refused_exactly_when_it_breaks_a_rule(
    question: tuple[Order, Number, datetime, list[Attempt], Policy, tuple[Opening, ...]],
) -> None:
    asked, number, moment, attempts, policy, openings = question
    zone = zone_of(number, policy)
    others = [
        oracle.Made(
            at=a.at,
            until=a.until,
            number=Number(number=a.number, written="", unit=a.office),
            caller_id=a.caller_id,
            answered=a.answered is not False,
        )
        for a in attempts
    ]

    def rules(when: datetime) -> set[str]:
        made = oracle.Made(
            at=when,
            until=when + timedelta(seconds=asked.deadline_s),
            number=number,
            purpose=asked.purpose,
            caller_id=asked.caller_id,
        )
        return oracle.broken(made, others, policy, openings, zone)

    history = History(attempts)
    reason = refusal(asked, number, moment, history, policy, openings, zone)
    assert (reason is None) == (not rules(moment))
    if reason is not None:
        assert oracle.rule_of(reason.key) in rules(moment)
        again = again_at(reason)
        if again is not None:
            assert again > moment
            assert reason.key in ("plan.office_engaged", "plan.total") or oracle.rule_of(reason.key) not in rules(again)
