"""What sentences mean: as they are spoken, as a recogniser mishears them, and where they mean something else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from probe.classify.facts import Facts
from probe.classify.phrases import meanings_of
from probe.classify.spoken import announced, meant
from probe.classify.syllables import distance, fuzzy, tokens
from probe.model import Kind, Said, Segment, Sounds, Trace


def cause_of(text: str, *, after: bool) -> str | None:
    """The cause that a speech names, once it is long over."""
    said = Said(start_s=2.0, end_s=6.0, text=text, confidence=0.8)
    speech = Segment(kind=Kind.SPEECH, start_s=2.0, end_s=6.0)
    quiet = Segment(kind=Kind.SILENCE, start_s=6.0, end_s=13.0)
    sounds = Sounds(segments=(speech, quiet), transcript=(said,), until_s=13.0)
    trace = Trace(number="", started_at=datetime(2026, 3, 2, tzinfo=UTC), answered_at_s=1.0 if after else None)
    spoken = announced(Facts(trace, sounds), (said,), after=after)
    assert spoken is None or spoken.settled
    return spoken and spoken.cause.value


ANNOUNCEMENTS = [
    ("您拨打的电话正在通话中，请稍后再拨。", "busy_announcement"),
    ("您好，您拨叫的用户正忙，请稍后再拨。", "busy_announcement"),
    ("对不起，您拨打的用户忙，请稍后再拨。", "busy_announcement"),
    ("Sorry, the subscriber you dialed is busy now, please redial later.", "busy_announcement"),
    ("您好，请不要挂机，您拨打的电话正在通话中。", "busy_announcement"),
    ("对方正在通话，请稍后再试。", "busy_announcement"),
    ("您拨叫的用户暂时无人接听，请您稍后再拨。", "no_answer_announcement"),
    ("您呼叫的用户没有应答。", "no_answer_announcement"),
    ("The subscriber you dialed is not answered for the moment, please redial later.", "no_answer_announcement"),
    ("您拨叫的用户不方便接听您的电话。", "rejected"),
    ("您好，您所呼叫的用户已拒接您的来电。", "rejected"),
    ("您拨打的用户已关机。", "powered_off"),
    ("对不起，您拨打的电话已关机。Sorry, the subscriber you dialed is powered off.", "powered_off"),
    ("您拨的用户暂时无法接通。", "no_coverage"),
    ("您拨打的用户不在服务区。", "no_coverage"),
    ("Sorry, the subscriber you dialed can not be connected for the moment.", "no_coverage"),
    ("您所拨打的号码是空号，请核对后再拨。", "vacant_number"),
    ("Sorry, the number you dialed does not exist, please check it and dial again.", "vacant_number"),
    ("您拨打的号码不存在，请查证后再拨。", "vacant_number"),
    ("您拨打的号码未启用。", "vacant_number"),
    ("您拨叫的用户已停机。", "suspended"),
    ("您拨打的电话因欠费已停机。", "suspended"),
    ("您拨打的号码已暂停服务。", "suspended"),
    ("您拨打的号码已改为八八三三二一零零，请改拨。", "number_changed"),
    ("您所拨打的电话号码已升位，请在原号码前加八。", "number_changed"),
    ("对不起，您拨打的用户已设置呼入限制。", "barred"),
    ("您的呼叫受限。", "barred"),
    ("网络忙，请稍后再拨。", "network_congestion"),
    ("对不起，现在线路繁忙，请您过一会儿再拨。", "network_congestion"),
    ("All circuits are busy now, please try again later.", "network_congestion"),
    ("对不起，您的电话已欠费，请您续缴话费。", "own_line"),
    ("您好，本机已欠费停机。", "own_line"),
    ("请在您拨打的号码前加拨区号。", "dial_plan"),
    ("拨打本地号码不用加零。", "dial_plan"),
    ("您好，您拨打的用户暂时无法接听，请在滴声后留言。", "greeting"),
    ("提示音后请开始留言，按井号键结束。", "greeting"),
    ("这里是语音信箱。", "greeting"),
    ("您拨打的用户已开通天翼通信助理，语音留言请按一，人工服务请按二。", "carrier_assistant"),
    ("您拨打的用户已开通来电提醒业务，我们将以短信通知机主。", "carrier_assistant"),
    ("您拨打的电话正在通话中，您的来电信息将以短信形式通知对方。", "busy_announcement"),
    ("现在是下班时间，请在滴声后留言。", "off_hours"),
]


@pytest.mark.parametrize(("text", "cause"), ANNOUNCEMENTS)
@pytest.mark.parametrize("after", [False, True], ids=["before-the-answer", "after-a-200"])
def test_announcements_mean_what_they_say(text: str, cause: str, after: bool) -> None:
    assert cause_of(text, after=after) == cause


MACHINES = [
    ("您好，欢迎致电就业中心，业务咨询请按一，人工服务请按零。", "ivr"),
    ("您好，欢迎致电就业中心，业务咨询请按1，人工服务请按0。", "ivr"),
    ("如需办理停机业务，请按三。", "ivr"),
    ("这里是总机，请拨分机号码，查号请拨零。", "ivr"),
    ("座席忙，请稍等。", "queue"),
    ("您前面还有三位，请耐心等待。", "queue"),
    ("您的来电正在转接中。", "queue"),
]


@pytest.mark.parametrize(("text", "cause"), MACHINES)
def test_machines_answer(text: str, cause: str) -> None:
    assert cause_of(text, after=True) == cause


@pytest.mark.parametrize(
    "text",
    [
        "喂，你好。",
        "您好，十二号为您服务，请问有什么可以帮您？",
        "您好，余杭区就业中心，请讲。",
        "他不在，没人接，你下午再打。",
        "我现在正忙着呢，你等一下。",
        "喂，您好，请问您找谁？",
        "你打错了，这里是档案室。",
    ],
)
def test_people_are_no_announcement(text: str) -> None:
    assert cause_of(text, after=True) is None
    said = Said(start_s=0.0, end_s=3.0, text=text, confidence=0.8)
    assert meant([said]) & {"human", "human?"}


@pytest.mark.parametrize(
    "text",
    [
        "欢迎来到美丽的余杭，良渚文化欢迎您。",
        "阳光政务，服务为民，办事不求人。",
        "感谢您的来电，本单位竭诚为您提供优质高效的政务。",
    ],
)
def test_a_spoken_colour_ring_is_no_announcement(text: str) -> None:
    assert cause_of(text, after=False) is None


@pytest.mark.parametrize(
    ("heard", "cause"),
    [
        ("对不起,您拨大地浩曼斯孔浩,慶合對後災伯", "vacant_number"),
        ("您好,您播叫的用戶暫時無人接聽,請稍後再播。", "no_answer_announcement"),
        ("您波打的電話以廷機", "suspended"),
        ("您撥打的用戶正茫,請稍後在撥", "busy_announcement"),
        ("請在低聲後留言", "greeting"),
    ],
)
def test_what_a_recogniser_mishears_is_understood(heard: str, cause: str) -> None:
    assert cause_of(heard, after=False) == cause


def test_retroflex_and_nasal_finals_make_no_difference() -> None:
    assert tokens("是空号") == tokens("四昆号") or distance(fuzzy("kong"), fuzzy("kun")) < 1
    assert tokens("中心正忙") == tokens("宗兴郑忙")
    assert tokens("请按1") == tokens("请按一")


def test_a_hit_says_where_it_stands() -> None:
    hits = [hit for hit in meanings_of("您拨打的用户已停机") if hit.meaning == "suspended"]
    assert [(hit.begin, hit.end, hit.likeness) for hit in hits] == [(6, 9, 1.0)]


def test_an_empty_text_means_nothing() -> None:
    assert meanings_of("") == meanings_of("…！？") == ()
