"""What a letter says: the reason when something is taken back, which calls are void, and for how long."""

from __future__ import annotations

from datetime import datetime

import pytest
from msgspec.structs import replace

from probe.alerts import Policy, incident_letters, trunk_letters
from probe.health import Health
from probe.health import State as Trunk
from probe.incidents import Incident, Level, State
from probe.incidents.follow import Alert, News
from probe.model import Because
from probe.store.outcomes import Brief
from tests.alerts.made import NUMBER, POLICY, ZONE, alert, brief, incident, local

ACCUSED = (Because(key="odds.engaged_each_time", values={"since": "09:00", "until": "09:18", "minutes": 18, "n": 4}),)
LATER = local(6, "16:33")
VOIDED = Because(key="incidents.because_voided")


def text(
    told: Alert,
    one: Incident | None = None,
    *calls: Brief,
    policy: Policy = POLICY,
    now: datetime = LATER,
) -> str:
    letters = incident_letters(told, one or incident(), NUMBER, ACCUSED, calls, policy=policy, zone=ZONE, now=now)
    return letters[0].text if letters else ""


class TestTakenBack:
    @pytest.mark.parametrize(
        ("facts", "why"),
        [
            ({"because": (VOIDED,)}, "因本方中继或网络故障作废"),
            ({"reason": "语音导航被误判为留言"}, "语音导航被误判为留言"),
        ],
    )
    def test_withdrawn_says_why_and_does_not_repeat_the_accusation(self, facts: dict[str, object], why: str) -> None:
        said = text(alert(News.WITHDRAWN, **facts), incident(state=State.WITHDRAWN))
        assert why in said
        assert "每次均为占线" not in said
        assert "疑似" not in said
        assert "请：" not in said

    def test_lowered_says_what_is_left_and_why(self) -> None:
        because = Because(key="incidents.because_voided_part", values={"n": 1})
        said = text(alert(News.LOWERED, because=(because,)), incident(level=Level.NOTICE))
        assert "推断收回" in said
        assert "持续占线，请查看听筒" in said
        assert "1 次拨打因本方中继或网络故障作废" in said
        assert "每次均为占线" not in said

    def test_it_is_told_even_where_notices_are_not(self) -> None:
        policy = replace(POLICY, notices=False)
        notice = incident(level=Level.NOTICE)
        assert text(alert(News.LOWERED), notice, policy=policy)
        assert not text(alert(News.REMINDER), notice, policy=policy)

    def test_a_void_call_is_marked_wherever_calls_are_listed(self) -> None:
        said = text(alert(News.OPENED), None, brief(local(2, "09:00"), voided=True), brief(local(2, "09:10")))
        assert [line for line in said.splitlines() if "忙音" in line] == [
            "· 03-02 09:00 占线 · 忙音（已作废）",
            "· 03-02 09:10 占线 · 忙音",
        ]


class TestDurations:
    def test_hours_and_minutes(self) -> None:
        assert "自 2026-03-02 09:00 起已 103 小时 33 分" in text(alert(News.REMINDER))
        assert "103 h 33 min" in text(alert(News.REMINDER), policy=replace(POLICY, lang="en"))

    def test_free_is_from_the_first_engaged_call_to_the_first_that_was_not(self) -> None:
        told = alert(News.FREE, since=local(2, "08:50"), until=local(2, "10:05"))
        said = text(told)
        assert "2026-03-02 08:50 起拨打均为占线，2026-03-02 10:05 拨打时已不占线，其间 1 小时 15 分" in said


@pytest.mark.parametrize("news", News)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_piece_of_news_is_a_letter(news: News, lang: str) -> None:
    said = text(alert(news), policy=replace(POLICY, lang=lang))
    assert said
    assert "{" not in said


def test_a_trunk_without_a_test_number_is_not_said_to_have_one() -> None:
    found = Health(state=Trunk.DOWN, because=(Because(key="health.no_canary"),), since=local(2, "09:00"))
    (letter, *_) = trunk_letters("main", found, 3, policy=POLICY, zone=ZONE, now=local(2, "09:30"))
    assert "测试号码" not in letter.text.splitlines()[-1]
    assert "接通后自动恢复" in letter.text
