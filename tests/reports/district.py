"""A made-up district and its calls of one morning, and evidence sentences that do not change with the rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from probe.analyse.appendix import Made
from probe.analyse.columns import columns_of
from probe.analyse.rule import ScoreRule
from probe.analyse.study import study
from probe.model import Because, Call, Cause, Number
from reports.compose import compose
from reports.period import Kind
from reports.report import Report
from tests.records import HOSTILE, MORNING, call, number

DAY = (datetime(2026, 3, 1, 16, tzinfo=UTC), datetime(2026, 3, 2, 16, tzinfo=UTC))  # 2 March in Hangzhou
SENTENCES = {
    "heard_tone": {
        "zh": "第 {at_s:.1f} 秒起听到 450 Hz 忙音，连续 {n} 次",
        "en": "from {at_s:.1f} s on a busy tone of 450 Hz, {n} times",
    },
    "got_status": {"zh": "第 {at_s:.1f} 秒收到 {status}", "en": "{status} came at {at_s:.1f} s"},
    "heard_person": {"zh": "接通后有人说“{text}”，随后等待", "en": "a person said “{text}” and waited"},
    "rang": {"zh": "响铃 {s:.0f} 秒无人接听", "en": "it rang for {s:.0f} s"},
}
TONE = (
    Because(key="heard_tone", values={"at_s": 2.1, "n": 6}),
    Because(key="got_status", values={"at_s": 9.1, "status": "SIP/2.0 486 Busy Here"}),
)
PERSON = (Because(key="heard_person", values={"text": "您好，社保科"}),)
VACANT = (Because(key="got_status", values={"at_s": 1.2, "status": "SIP/2.0 404 Not Found"}),)


def lines() -> list[Number]:
    labour, registry = "余杭区人力资源和社会保障局", "余杭区不动产登记服务中心"
    return [
        number(1, unit=labour, department="社保科", service="社会保险咨询"),
        number(2, unit=labour, department="就业科"),
        number(3, unit=registry, department="受理大厅"),
        number(4, unit="良渚街道办事处", department=""),
    ]


def calls() -> list[Call]:
    """One busy line, one vacant number, one of our own faults, and people who answer."""
    social, jobs, hall, street = lines()

    def at(minutes: int) -> datetime:
        return MORNING + timedelta(minutes=minutes)

    return [
        call(Cause.BUSY_TONE, of=social, at=at(0), because=TONE, recording="recordings/a.wav", pdd_s=0.5),
        call(Cause.BUSY_TONE, of=social, at=at(30), because=TONE, recording="recordings/b.wav", pdd_s=0.7),
        call(of=social, at=at(39), attempt=2, because=PERSON, confidence=0.9),
        call(of=social, at=at(60), because=PERSON, ring_s=7.25),
        call(of=jobs, at=at(5), because=PERSON, ring_s=3.0),
        call(Cause.TRUNK, of=jobs, at=at(35), pdd_s=None, ring_s=None),
        call(Cause.VACANT_NUMBER, of=hall, at=at(10), because=VACANT, confidence=0.99),
        call(Cause.RANG_OUT, of=street, at=at(15), ring_s=45.0, because=(Because(key="rang", values={"s": 45}),)),
        call(Cause.IVR, of=street, at=at(45), because=(Because(key="of_a_later_version"),)),
        call(Cause.UNSURE, of=street, at=at(75), confidence=0.3),
    ]


def report(made: list[Call] | None = None, *, lang: str = "zh", title: str | None = None) -> Report:
    since, until = DAY
    made = calls() if made is None else made
    found = study(
        columns_of(made),
        None,
        since=since,
        until=until,
        timezone="Asia/Shanghai",
        rule=ScoreRule(),
        made=Made(version="test", rules={"test": len(made)}),
        draw_seed=1,
    )
    return compose(found, kind=Kind.PERIOD, now=until + timedelta(hours=9), lang=lang, title=title, calls=made)


def hostile() -> list[Call]:
    """Every text that comes from outside is an attack."""
    causes = list(Cause)
    return [
        call(
            causes[index % len(causes)],
            of=number(index, unit=text, department=text, service=text, written=text, note=text),
            because=(
                Because(key="heard_person", values={"text": text}),
                Because(key="got_status", values={"at_s": 1.0, "status": text}),
                Because(key=text),
            ),
            recording=text,
        )
        for index, text in enumerate(HOSTILE)
    ]
