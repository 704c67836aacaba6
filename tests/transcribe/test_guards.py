"""What a recogniser says is believed only when somebody can have said it."""

import pytest

from probe.transcribe.guards import foreign, guarded, unlooped


@pytest.mark.parametrize(
    "text",
    [
        "您好，您拨打的电话正在通话中，请稍后再拨。",
        "您好您拨打的用户已关机 Sorry, the subscriber you dialed is power off.",
        "您撥叫的用戶暫時無人接聽,請稍後再撥。",
        "喂？喂？喂？",
        "请按1，人工服务请按0",
        "谢谢您的来电，再见。",
        "您拨打的用户已关机。您拨打的用户已关机。",
        "订阅服务请按3",
    ],
)
def test_what_is_said_on_the_telephone_passes(text: str) -> None:
    assert guarded(text, 8.0) == text


@pytest.mark.parametrize(
    "text",
    [
        "字幕由Amara.org社区提供",
        "中文字幕志愿者 李宗盛",
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "請不吝點贊訂閱轉發打賞支持明鏡與點點欄目",
        "谢谢观看",
        "感謝收看",
        "謝謝大家收看",
        "優優獨播劇場——YoYo Television Series Exclusive",
        "歡迎訂閱",
        "作詞:李宗盛 作曲:李宗盛",
        "Thanks for watching!",
        "Subtitles by the Amara.org community",
    ],
)
def test_subtitles_of_films_are_inventions(text: str) -> None:
    assert guarded(text, 8.0) == ""


@pytest.mark.parametrize(
    "text", ["ご視聴ありがとうございました", "안녕하세요", "Спасибо", "ขอบคุณ", "您好ありがとうござい"]
)
def test_a_language_that_is_neither_chinese_nor_english_is_no_answer(text: str) -> None:
    assert guarded(text, 8.0) == ""
    assert foreign(text) > 0.2


@pytest.mark.parametrize("text", ["", "。。。", "♪♪", "……", " "])
def test_text_without_a_word_is_no_text(text: str) -> None:
    assert guarded(text, 3.0) == ""


@pytest.mark.parametrize(
    ("text", "once"),
    [
        ("请稍后再拨请稍后再拨请稍后再拨请稍后再拨请", "请稍后再拨请"),
        ("您好" * 30, "您好"),
        ("啊" * 50, "啊"),
        ("喂,喂,喂,喂,", "喂,"),
        ("好的 好的 好的 再见", "好的 再见"),
        ("喂喂喂", "喂喂喂"),
        ("一一零", "一一零"),
    ],
)
def test_a_loop_is_said_once(text: str, once: str) -> None:
    assert unlooped(text) == once


def test_more_than_a_mouth_can_say_is_not_believed() -> None:
    long = "这是一个很长的句子里面没有任何一个词重复出现但是谁也不能在一秒钟之内把它说完"
    assert guarded(long, 6.0) == long
    assert guarded(long, 1.0) == ""
