"""A made-up district over five weeks: six units, twelve lines, one of them off its hook for a morning."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from probe.analyse.appendix import Dice, Made
from probe.analyse.columns import columns_of
from probe.analyse.rule import ScoreRule
from probe.analyse.study import Fleet, study
from probe.calendar import CalendarWarning
from probe.incidents import Incident, IncidentKind, Level, State
from probe.incidents.events import Acknowledged, Event, Evidence, Opened, Raised, Told
from probe.incidents.testimony import Testimony
from probe.model import Because, Call, Cause, Number, Outcome, Purpose
from reports.compose import compose
from reports.period import Kind, Period, period
from reports.report import Report, Story, Undone
from tests.records import call, number

ZONE = ZoneInfo("Asia/Shanghai")
MARCH = period(Kind.MONTHLY, date(2026, 3, 25), ZONE)
NOW = datetime(2026, 4, 1, 1, tzinfo=UTC)
UNITS = {
    "余杭区人力资源和社会保障局": (
        ("社保科", "社会保险咨询", 0.62),
        ("就业科", "就业创业", 0.93),
        ("仲裁院", "劳动仲裁", 0.95),
    ),
    "余杭区不动产登记服务中心": (("受理大厅", "不动产登记", 0.90), ("档案室", "档案查询", 0.55)),
    "余杭区公安分局": (("户籍窗口", "户籍办理", 0.97), ("出入境", "护照签证", 0.94)),
    "良渚街道办事处": (("便民服务中心", "综合咨询", 0.92), ("", "值班电话", 0.85)),
    "余杭区住房和城乡建设局": (("物业科", "物业维修资金", 0.88), ("保障科", "公租房申请", 0.96)),
    "区残疾人联合会": (("", "残疾人证办理", 0.99),),
}
FAILURES = (Cause.BUSY_TONE, Cause.BUSY_TONE, Cause.RANG_OUT, Cause.RANG_OUT, Cause.GREETING, Cause.IVR, Cause.QUEUE)
HOURS = (8, 9, 10, 11, 14, 15, 16)
TONE = (Because(key="heard_tone", values={"at_s": 2.1, "n": 6}),)
RANG = (Because(key="rang", values={"s": 45}),)
MORNING = datetime(2026, 3, 25, 0, 50, tzinfo=UTC)  # 08:50 in Hangzhou
CALLS_OF_THE_MORNING = 29


def lines() -> dict[str, Number]:
    """The numbers by service."""
    made = {}
    for unit, rows in UNITS.items():
        for department, service, _ in rows:
            made[service] = number(len(made) + 1, unit=unit, department=department, service=service)
    return made


@cache
def calls() -> tuple[Call, ...]:
    """Three calls a working day to each line in February's last week and March, and the 29 of one morning."""
    dice, found = Random(7), []
    rates = {service: rate for rows in UNITS.values() for _, service, rate in rows}
    for day in range(-14, 31):
        at = MARCH.since + timedelta(days=day)
        if at.weekday() > 4:
            continue
        for service, of in lines().items():
            if of == lines()["社会保险咨询"] and at.date() == MORNING.date():
                continue  # that day is told apart
            for _ in range(3):
                hour = dice.choice(HOURS)
                moment = (at + timedelta(hours=hour, minutes=dice.randrange(5, 58))).astimezone(UTC)
                hard = 0.75 if hour in (8, 16) else 1.02
                answered = dice.random() < rates[service] * hard
                cause = Cause.HUMAN if answered else dice.choice(FAILURES)
                because = TONE if cause is Cause.BUSY_TONE else RANG if cause is Cause.RANG_OUT else ()
                one = call(cause, of=of, at=moment, because=because, ring_s=round(dice.uniform(2, 24), 1))
                found.append(_base(one, len(found)))
    found += [
        _base(call(Cause.TRUNK, of=of, at=MORNING - timedelta(days=9)), 9000 + i)
        for i, of in enumerate(lines().values())
    ]
    return tuple(found) + morning()


@cache
def morning() -> tuple[Call, ...]:
    """The origin case: 29 calls from 08:50 to 11:30, all engaged but some that ended in voicemail."""
    of, found = lines()["社会保险咨询"], []
    for index in range(CALLS_OF_THE_MORNING):
        at = MORNING + timedelta(minutes=index * 160 / (CALLS_OF_THE_MORNING - 1))
        cause = Cause.GREETING if index in (11, 19, 24) else Cause.BUSY_TONE
        one = call(cause, of=of, at=at, because=TONE if cause is Cause.BUSY_TONE else (), attempt=1 if not index else 2)
        found.append(_base(one, 20_000 + index, purpose=Purpose.BASE if not index else Purpose.FOLLOW_UP))
    return tuple(found)


def incidents() -> tuple[Incident, ...]:
    """One new and suspected, one still open, one recovered, one withdrawn."""
    social, archive, street, permit = (lines()[name] for name in ("社会保险咨询", "档案查询", "值班电话", "护照签证"))

    def one(index: int, of: Number, kind: IncidentKind, opened: datetime, **more: object) -> Incident:
        given = {"id": f"{opened.astimezone(ZONE):%Y-%m-%d}-{index:03}", "number": of.number, "unit": of.unit}
        return Incident(**given, kind=kind, opened_at=opened, **more)  # type: ignore[arg-type]  # checked by their use

    day = timedelta(days=1)
    return (
        one(
            1, archive, IncidentKind.NO_ANSWER, MORNING - 40 * day, state=State.ACKNOWLEDGED, deadline=date(2026, 3, 6)
        ),
        one(1, street, IncidentKind.VOICEMAIL, MORNING - 20 * day, state=State.CLOSED, closed_at=MORNING - 8 * day),
        one(1, permit, IncidentKind.SLOW, MORNING - 9 * day, state=State.WITHDRAWN, closed_at=MORNING - 8 * day),
        replace(
            one(3, social, IncidentKind.STUCK, MORNING + timedelta(hours=1), level=Level.SUSPECTED, owner="王某"),
            deadline=date(2026, 3, 27),
            calls=tuple(c.record.order.call_id for c in morning()),
            testimonies=(1,),
        ),
    )


def story() -> Story:
    """What happened to the last of them."""
    incident, told = incidents()[-1], morning()
    ids = tuple(c.record.order.call_id for c in told)
    half = "2026-03-25am"
    opened = Opened(
        incident_id=incident.id, at=incident.opened_at, number=incident.number, unit=incident.unit,
        kind=IncidentKind.STUCK, half_day=half, because=TONE, calls=ids[:5], level=Level.NOTICE,
    )  # fmt: skip
    events: tuple[Event, ...] = (
        opened,
        Told(incident_id=incident.id, at=incident.opened_at + timedelta(minutes=20), testimony=1),
        Evidence(
            incident_id=incident.id, at=told[11].record.trace.started_at, call_id=ids[11], half_day=half,
            outcome=Outcome.VOICEMAIL, cause=Cause.GREETING, fails=True,
        ),
        Raised(
            incident_id=incident.id, at=MORNING + timedelta(hours=2), level=Level.SUSPECTED, half_day=half,
            because=TONE, calls=ids,
        ),
        Acknowledged(incident_id=incident.id, at=MORNING + timedelta(hours=3), by="李科长"),
    )  # fmt: skip
    heard = Testimony(
        number=incident.number,
        happened_at=MORNING,
        told_at=incident.opened_at,
        heard="busy",
        by="市民",
        note="打了一上午",
    )
    return Story(incident=incident, events=events, testimonies={1: heard})


def undone() -> tuple[Undone, ...]:
    """What was planned and not called, or not planned."""
    closed = Because(key="plan.closed", values={"number": "+8657187250012", "day": "2026-03-14"})
    often = Because(key="plan.per_24h", values={"number": "+8657187250001", "most": 5, "again": "2026-03-26 09:00"})
    return (
        Undone(state="missed", reason=Because(key="schedule.missed_trunk"), n=36),
        Undone(state="unplanned", reason=closed, n=12),
        Undone(state="refused", reason=often, n=4),
    )


def monthly(*, lang: str = "zh", made: tuple[Call, ...] | None = None, unit: str | None = None) -> Report:
    """March, of all units or of one."""
    every = calls() if made is None else made
    return _composed(every, MARCH, lang, unit=unit, listed=() if unit is None else None)


def daily(*, lang: str = "zh") -> Report:
    """25 March, of all units, call by call."""
    return _composed(calls(), period(Kind.DAILY, date(2026, 3, 25), ZONE), lang)


def case_log(*, lang: str = "zh") -> Report:
    """25 March, of the line that was off its hook."""
    of = lines()["社会保险咨询"]
    mine = tuple(c for c in calls() if c.number == of)
    return _composed(mine, period(Kind.DAILY, date(2026, 3, 25), ZONE), lang, number=of)


def incident(*, lang: str = "zh") -> Report:
    """The incident of that morning."""
    found = story()
    of = Period(kind=Kind.PERIOD, since=MORNING, until=MORNING + timedelta(hours=4), before_since=MORNING)
    mine = tuple(c for c in calls() if c.number == lines()["社会保险咨询"])
    return _composed(mine, of, lang, number=lines()["社会保险咨询"], story=found)


def _composed(
    every: tuple[Call, ...],
    of: Period,
    lang: str,
    *,
    unit: str | None = None,
    number: Number | None = None,
    story: Story | None = None,
    listed: tuple[Call, ...] | None = None,
) -> Report:
    every = tuple(c for c in every if unit is None or c.number.unit == unit)
    now = tuple(c for c in every if of.since <= c.record.trace.started_at < of.until)
    before = tuple(c for c in every if of.before_since <= c.record.trace.started_at < of.since)
    dice = (
        Dice(period="2026-02", commitment="12345678" * 8, seed="a7" * 16),
        Dice(period="2026-03", commitment="9c" * 32),
    )
    found = study(
        columns_of(now),
        columns_of(before) if before else None,
        since=of.since,
        until=of.until,
        before_since=of.before_since,
        timezone="Asia/Shanghai",
        rule=ScoreRule(),
        made=Made(version="0.0.0+golden", rules={"0.0.0+golden": len(now)}, dice=dice),
        draw_seed=1,
        fleet=None if story is None else Fleet(purposes=(Purpose.BASE,)),
    )
    known = incidents() if number is None else tuple(i for i in incidents() if i.number == number.number)
    return replace(
        compose(
            found,
            kind=of.kind,
            now=NOW,
            lang=lang,
            calls=now if listed is None else listed,
            evidence=now,
            unit=unit,
            number=number,
            story=story,
            incidents=() if story else tuple(i for i in known if unit is None or i.unit == unit),
            undone=undone() if unit is None and number is None else (),
            calendar=CalendarWarning(key="calendar.ends_soon", until=date(2026, 5, 20), days_left=49),
        ),
        version="0.0.0",
    )


def _base(one: Call, index: int, *, purpose: Purpose = Purpose.BASE) -> Call:
    order = replace(one.record.order, purpose=purpose, call_id=f"{one.record.order.call_id}-{index}")
    trace = replace(one.record.trace, call_id=order.call_id)
    return replace(one, record=replace(one.record, order=order, trace=trace))
