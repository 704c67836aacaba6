"""Calls that were answered, with words: who is a person, and how long one has to listen to know."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from probe.classify import classify
from probe.model import Cause, Said, Verdict
from tests.classify.calls import answered, heard


def verdict(*said: tuple[float, float, str], until_s: float, sure_of_it: float = 0.7, **fields: Any) -> Verdict:
    """Of a call that was answered at 4 s, in which this was said: (start, end, words)."""
    pieces: list[tuple[Any, ...]] = []
    quiet_since_s = 4.0
    for start_s, end_s, _ in said:
        pieces += [("silence", quiet_since_s, start_s), ("speech", start_s, end_s)]
        quiet_since_s = end_s
    sounds = heard(*pieces, ("silence", quiet_since_s, until_s))
    words = tuple(Said(start_s=a, end_s=b, text=text, confidence=sure_of_it) for a, b, text in said)
    return classify(answered(4.0, **fields), msgspec.structs.replace(sounds, transcript=words))


@pytest.mark.parametrize(
    ("text", "wait_s"),
    [
        ("您好,青少年活动中心", 1.35),  # a hello and where we are
        ("您好就業管理服務中心請教", 1.35),  # 请讲, misheard
        ("您好,社保热线,请问您有什么问题", 0.75),  # what only people say
        ("您好,今天天气很好", 3.55),  # no more than a hello was understood
        ("您好,欢迎致电服务中心", 3.55),  # a menu may follow
    ],
)
def test_the_more_a_greeting_says_the_shorter_the_wait(text: str, wait_s: float) -> None:
    sure = verdict((4.5, 7.0, text), until_s=7.0 + wait_s)
    not_yet = verdict((4.5, 7.0, text), until_s=7.0 + wait_s - 0.15)
    assert (sure.cause, sure.sure, not_yet.sure) == (Cause.HUMAN, True, False)


def test_words_that_the_recogniser_guessed_make_no_person() -> None:
    text = "这部署您多打点内心的神仔请说定后"  # 请说 by chance
    assert verdict((4.5, 7.8, text), until_s=9.0, sure_of_it=0.28).cause is not Cause.HUMAN
    assert verdict((4.5, 7.8, text), until_s=9.0).cause is not Cause.HUMAN


@pytest.mark.parametrize("tail", ["请查对后再拨", "再拨,已停机"])
def test_the_tail_of_an_announcement_is_waited_for(tail: str) -> None:
    assert not verdict((4.2, 5.6, tail), until_s=7.0).sure
    assert verdict((4.2, 5.6, "喂你好"), until_s=7.0).cause is Cause.HUMAN


def test_who_says_the_same_sentence_again_is_no_person() -> None:
    once = "很抱歉被叫方竟是呼吸"
    other = "很抱歉背叫方竟是忽然"
    found = verdict((4.5, 6.9, once), (9.0, 11.4, other), until_s=17.0)
    assert found.cause is not Cause.HUMAN


def test_who_asks_after_the_second_sentence_is_a_person() -> None:
    found = verdict((4.4, 6.6, "啊吧"), (8.6, 10.6, "好的呢"), (12.6, 13.2, "喂"), until_s=14.2)
    assert (found.cause, found.sure) == (Cause.HUMAN, True)


def test_two_sentences_alone_may_be_two_languages() -> None:
    said = ("speech", 4.4, 7.0), ("silence", 7.0, 9.0), ("speech", 9.0, 11.9)
    assert classify(answered(4.0), heard(*said, ("silence", 11.9, 17.5))).cause is Cause.UNSURE
    assert classify(answered(4.0), heard(*said, ("silence", 11.9, 18.5))).cause is Cause.UNCLEAR  # no end, no more


@pytest.mark.parametrize(
    ("seconds", "wait_s", "person"), [(3.0, 5.1, True), (4.1, 4.4, False), (4.1, 4.6, True), (4.3, 9.0, False)]
)
def test_without_words_a_long_sentence_and_silence_is_nobody_in_particular(
    seconds: float, wait_s: float, person: bool
) -> None:
    end = 4.5 + seconds
    found = classify(answered(4.0), heard(("silence", 4.0, 4.5), ("speech", 4.5, end), ("silence", end, end + wait_s)))
    assert (found.cause is Cause.HUMAN) is person


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("民大拖电话了,我们就是民政府", Cause.UNCLEAR),  # a person, misread
        ("您拨打的用户一会儿在哪里", Cause.UNSURE),  # an announcement, misread
    ],
)
def test_who_says_what_nobody_knows_and_listens_has_answered(text: str, cause: Cause) -> None:
    assert verdict((4.4, 7.6, text), until_s=12.3).cause is cause


@pytest.mark.parametrize(("sure_of_it", "wait_s", "sure"), [(0.7, 0.8, True), (0.45, 0.8, False), (0.45, 1.6, True)])
def test_words_that_were_half_guessed_are_waited_for(sure_of_it: float, wait_s: float, sure: bool) -> None:
    found = verdict((4.4, 6.8, "您好,请问您要办什么"), until_s=6.8 + wait_s, sure_of_it=sure_of_it)
    assert found.sure is sure


@pytest.mark.parametrize(
    "text",
    [
        "我现在正忙着呢,你过十分钟再打",
        "不好意思,他的手机关机了,我也联系不上他",
        "那个号码早就停机了,你打我们窗口这个电话",
        "喂你好,这里是就业科,刚才那个电话一直占线是吧",
    ],
)
def test_who_talks_of_a_telephone_as_people_talk_is_a_person(text: str) -> None:
    found = verdict((4.5, 7.0, text), until_s=9.5)
    assert (found.cause, found.sure) == (Cause.HUMAN, True)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        # whoever names whom we called is no person
        ("您拨打的用户正在通话中,他的电话暂时占线", Cause.BUSY_ANNOUNCEMENT),
        ("现在是午休时间,请您下午两点以后来电", Cause.OFF_HOURS),
        ("您的电话暂时不能呼出,请联系客服", Cause.OWN_LINE),
        ("您好,您拨打的用户已设置拒接来电,请以其他方式联系", Cause.REJECTED),
    ],
)
def test_what_a_recording_says_after_the_answer_is_no_person(text: str, cause: Cause) -> None:
    assert verdict((4.5, 8.0, text), until_s=11.0).cause is cause


def test_who_says_a_sentence_that_nobody_knows_and_listens_has_answered() -> None:
    assert verdict((4.5, 7.0, "材料带齐就行身份证户口本"), until_s=9.2).cause is Cause.UNSURE
    assert verdict((4.5, 7.0, "材料带齐就行身份证户口本"), until_s=9.6).cause is Cause.UNCLEAR


def test_a_beep_after_the_office_has_closed_is_its_machine() -> None:
    sounds = heard(
        ("silence", 4.0, 4.5),
        ("speech", 4.5, 8.0),
        ("silence", 8.0, 8.3),
        ("beep", 8.3, 8.7, {"hz": 800.0}),
        ("silence", 8.7, 10.0),
    )
    said = (Said(start_s=4.5, end_s=8.0, text="对不起,我们已经下班了,请您明天再打", confidence=0.8),)
    found = classify(answered(4.0), msgspec.structs.replace(sounds, transcript=said))
    assert (found.cause, found.sure) == (Cause.OFF_HOURS, True)
