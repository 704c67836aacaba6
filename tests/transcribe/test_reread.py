"""What an announcement says is asked for again when it was misread, and read into nothing else."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from probe.classify.phrases import meanings_of, table
from probe.transcribe.engine import Engine
from probe.transcribe.reread import beginning
from tests.audio import Pcm, alaw, join, prompt, silence, with_noise

MISREAD = "您好您拨打的电话哦木里请稍后再拨"


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ("對不起您不打的用戶正在充法請不要刮肌", "對不起您不打的用戶"),
        ("你好,泥湖校的浩马信路正王请过一会再次", "你好,泥湖校的浩马"),
        ("對不起彌霍效的用戶及分析請您稍後再過", "對不起彌霍效的用戶"),
        ("副教的擁護為呢,以此協敬您的電話", "副教的擁護"),  # 呼叫的用户, by its sound
        ("因此大家号码哦木里德", "因此大家号码"),
        ("您好，您拨打的电话已关机，请稍后再拨", None),  # nothing is amiss
        ("您好您拨打的电话", None),  # the rest is still to come
        ("您好，您拨打的电话请问", None),
        ("喂，你好，我们单位的电话坏了请明天来", None),  # nobody's network
        ("您好，您的电话以前非请及时交非", None),  # it speaks of ours
        ("尊敬的用户您的账户鱼鹅不租", None),
        ("您好，请问您找哪位", None),
        ("", None),
    ],
)
def test_where_the_network_says_why(text: str, begun: str | None) -> None:
    assert beginning(text) == begun


def test_every_ending_says_what_it_stands_for() -> None:
    data = tomllib.loads((files("probe") / "data" / "reread.toml").read_text(encoding="utf-8"))
    for cause, endings in data.items():
        for ending in endings:
            said = [table().meanings[hit.meaning].cause for hit in meanings_of(f"您拨打的用户{ending}") if not hit.weak]
            assert cause in said, ending


def read_again(engine: Engine, pcm: Pcm, text: str = MISREAD) -> str:
    heard = alaw(with_noise(join(silence(0.2), pcm, silence(0.3)), 15))
    return engine.rereader.read(engine.encoded(heard), text)


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("powered_off-1-zm_yunxi", "您拨打的电话已关机"),
        ("busy_announcement-1-zf_xiaoyi", "您拨打的电话正在通话"),
        ("no_answer_announcement-1-zm_yunxi", "您拨打的电话暂时无人接听"),
        ("no_coverage-1-zm_yunxi", "您拨打的电话暂时无法接通"),
    ],
)
def test_a_misread_announcement_is_read_again(engine: Engine, name: str, ending: str) -> None:
    assert ending in read_again(engine, prompt(name))


@pytest.mark.parametrize("name", ["human-7-zf_xiaoyi", "own_line-1-zm_yunxi", "ivr-1-zm_yunxi", "queue-1-zm_yunxi"])
def test_nothing_is_read_into_other_speech(engine: Engine, name: str) -> None:
    assert read_again(engine, prompt(name)) == MISREAD
