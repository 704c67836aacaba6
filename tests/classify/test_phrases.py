"""What sentences mean: as they are spoken, as a recogniser mishears them, and where they mean something else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from probe.classify.facts import Facts
from probe.classify.phrases import meanings_of
from probe.classify.spoken import announced, meant
from probe.classify.syllables import distance, fuzzy, tokens
from probe.model import Kind, Said, Segment, Sounds, Trace
from probe.words import LANGUAGES, told


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
    ("您好您的电话以现备停机，请及时通知", "own_line"),  # as it is misread
    ("对不起，您拨打的用户暂停呼入服务。", "barred"),
    ("请在您拨打的号码前加拨区号。", "dial_plan"),
    ("拨打本地号码不用加零。", "dial_plan"),
    ("您好，您拨打的用户暂时无法接听，请在滴声后留言。", "greeting"),
    ("提示音后请开始留言，按井号键结束。", "greeting"),
    ("这里是语音信箱。", "greeting"),
    ("您拨打的用户已开通天翼通信助理，语音留言请按一，人工服务请按二。", "carrier_assistant"),
    ("您拨打的用户已开通来电提醒业务，我们将以短信通知机主。", "carrier_assistant"),
    ("您拨打的电话正在通话中，您的来电信息将以短信形式通知对方。", "busy_announcement"),
    ("现在是下班时间，请在滴声后留言。", "off_hours"),
    ("您拨打的用户处于通话状态，请您稍后再打。", "busy_announcement"),
    ("您拨打的用户线路正忙，请您稍后再拨打。", "busy_announcement"),
    ("您拨打的用户可能不在手机旁边，请您稍后再拨。", "no_answer_announcement"),
    ("对方拒接，请稍后再拨。", "rejected"),
    ("您拨打的用户已将您的来电挂断，请稍后再拨。", "rejected"),
    ("您拨打的用户不在网络覆盖范围，请稍后再拨。", "no_coverage"),
    ("您拨打的用户信号不好，暂时接不通，请您稍后再拨。", "no_coverage"),
    ("您拨的号码没有登记，请核实。", "vacant_number"),
    ("没有您拨的这个号码，请确认后重新拨打。", "vacant_number"),
    ("对方已停机，请核实后再拨。", "suspended"),
    ("您拨打的电话不允许呼入。", "barred"),
    ("由于线路繁忙，您的电话暂时不能接通，请您稍后再拨。", "network_congestion"),
    ("您的电话已被限制呼出，请联系客服。", "own_line"),
    ("您的拨号方式不对，请查询后再拨。", "dial_plan"),
    ("拨打本地手机，不用在前面加零。", "dial_plan"),
    ("您好，我是电话机器人小爱，主人现在不方便接电话。", "carrier_assistant"),
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
    ("您好，工作人员正在接听其他电话，请稍等。", "queue"),
    ("客服代表正忙，请稍候，马上为您接通。", "queue"),
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
        "喂，科长正在接电话，你稍等。",
        "你好，我们系统坏了，网络不通，办不了。",
        "喂，现在不方便说话，等会儿打给你。",
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
        "欢迎致电区税务局，我们将竭诚为您服务，请您稍等。",
        "您好，您的电话正在接通中，请不要挂断，古城欢迎您。",
        "您好，为了提升服务质量，本次通话可能被录音。",
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
        ("你好,本地网络盟,且稍后再拨。", "network_congestion"),
        ("您好您不打電話與關係,請稍後再播", "powered_off"),
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
    assert [(hit.begin, hit.end, hit.likeness) for hit in hits] == [(4, 9, 1.0)]


def test_a_gap_is_bridged_when_it_is_short() -> None:
    assert "network_congestion" in {hit.meaning for hit in meanings_of("网络目前很忙")}
    assert "network_congestion" not in {hit.meaning for hit in meanings_of("网络在我们这里一直都很忙")}


def test_what_was_half_understood_is_heard_once_more() -> None:
    """One passage is not enough to be sure, two that say the same are."""
    first = Said(start_s=2.0, end_s=5.0, text="您拨打的用户也不在服务区", confidence=0.3)
    again = Said(start_s=7.0, end_s=10.0, text="您拨打的用户也不在服务区", confidence=0.3)
    weak = Said(start_s=2.0, end_s=5.0, text="您拨打的用户服务区", confidence=0.3)
    weak_again = Said(start_s=7.0, end_s=10.0, text="您拨打的用户服务区", confidence=0.3)
    speech = tuple(Segment(kind=Kind.SPEECH, start_s=a, end_s=a + 3.0) for a in (2.0, 7.0))
    trace = Trace(number="", started_at=datetime(2026, 3, 2, tzinfo=UTC))
    facts = Facts(trace, Sounds(segments=speech, transcript=(), until_s=16.0))
    once, twice = (announced(facts, said, after=False) for said in ((first,), (first, again)))
    assert once
    assert twice
    assert twice.confidence > once.confidence
    once, twice = (announced(facts, said, after=False) for said in ((weak_again,), (weak, weak_again)))
    assert once
    assert twice
    assert (once.settled, twice.settled) == (False, True)


def test_after_the_answer_no_more_is_quoted_than_the_phrase() -> None:
    """A clerk may say what machines say, and a name behind it."""
    said = Said(start_s=2.0, end_s=6.0, text="今天我们休息，李建国明天来", confidence=0.8)
    speech = Segment(kind=Kind.SPEECH, start_s=2.0, end_s=6.0)
    sounds = Sounds(segments=(speech,), transcript=(said,), until_s=13.0)
    trace = Trace(number="", started_at=datetime(2026, 3, 2, tzinfo=UTC), answered_at_s=1.0)
    spoken = announced(Facts(trace, sounds), (said,), after=True)
    assert spoken
    assert spoken.evidence.values.keys() == {"at_s", "phrase"}
    for lang in LANGUAGES:
        sentence = told(spoken.evidence, lang)
        assert "今天……休息" in sentence
        assert "李建国" not in sentence


def test_before_the_answer_the_network_is_quoted() -> None:
    said = Said(start_s=2.0, end_s=6.0, text="您拨打的用户已停机", confidence=0.8)
    trace = Trace(number="", started_at=datetime(2026, 3, 2, tzinfo=UTC))
    spoken = announced(Facts(trace, Sounds(transcript=(said,), until_s=9.0)), (said,), after=False)
    assert spoken
    assert said.text in told(spoken.evidence, "zh")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("对方久未接听，请您稍后再拨", "no_answer_announcement"),
        ("对方暂时未能接听，您可以稍后再拨", "no_answer_announcement"),  # 未能接通 sounds much like it
        ("您呼叫的用户可能没有听到来电，请稍后再试", "no_answer_announcement"),
        ("您好，您拨打的电话无法连通，请稍后再试", "no_coverage"),
        ("您好，您拨打的用户暂时停止了服务", "suspended"),
        ("Sorry, the number you dialed is out of service", "suspended"),
        ("对方手机欠费停机，请用其他方式联系", "suspended"),  # 其他方式 is no 其他按四
        ("您拨打的号码已被停机，请您用其他方式与机主联系", "suspended"),
        ("您好，您所拨打的电话已改号，请拨八零零一二三四五", "number_changed"),  # 请拨八 is no menu
        ("您的号码已被对方加入黑名单", "barred"),
        ("您拨打的电话仅限内部呼叫", "barred"),
        ("对不起，当前呼叫用户过多，请稍后再拨", "network_congestion"),
        ("对不起，呼叫失败，请稍后再拨", "network_congestion"),
        ("您没有国内长途权限，请办理后再拨", "own_line"),
        ("对不起，您拨的号码少了一位，请核对后再拨", "dial_plan"),
        ("您拨打的号码现在占线，请您挂机，过后再拨", "busy_announcement"),  # 现在 is no 前
        ("您呼叫的用户未能及时接听，须稍后开始", "no_answer_announcement"),  # 后开始: 再试, misread
    ],
)
def test_the_same_in_other_words(text: str, cause: str) -> None:
    assert cause_of(text, after=False) == cause_of(text, after=True) == cause


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("您好，我中心夜间不提供人工服务，请于早上九点后来电", "off_hours"),
        ("春节期间本大厅暂停对外服务，初八起恢复正常上班", "off_hours"),
        ("马上为您转接人工服务，请稍等", "queue"),
        ("对不起，现在是来电高峰，接线员正在处理其他来电，请不要挂断", "queue"),
        ("感谢您的等待，您的来电对我们很重要", "queue"),
        ("等待人数较多，继续等待请按一，结束请挂机", "queue"),
        ("对不起，您没有按键，请重新选择", "ivr"),
        ("本科招生请按你，研究生招生请按啊", "ivr"),  # 按一, 按二: the sounds run together
        ("你好呀，我是机主的电话小秘书", "carrier_assistant"),
    ],
)
def test_machines_in_other_words(text: str, cause: str) -> None:
    assert cause_of(text, after=True) == cause


def test_where_we_are_is_said_by_machines_too() -> None:
    assert "human" not in meant([Said(start_s=0.0, end_s=2.0, text="您好，这里是政务服务中心", confidence=0.7)])


def test_an_empty_text_means_nothing() -> None:
    assert meanings_of("") == meanings_of("…！？") == ()
