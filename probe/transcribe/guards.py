"""What a recogniser says is not always what was said: Whisper loops, and makes up subtitles where nobody speaks.

Pure functions on text. Sources of the inventions: openai/whisper discussions 679 and 928, faster-whisper issues, and
what the base model made of tones, noise and music in tests/transcribe.
"""

from __future__ import annotations

import re
import unicodedata

MOST_SYLLABLES_PER_S = 11.0  # fast Mandarin has 7 to 8
MOST_FOREIGN = 0.2  # of the letters

_LOOP = re.compile(r"(.{1,40}?)\1{2,}", re.DOTALL)  # the same three times in a row
_SHORT_LOOP = 3  # syllables: "喂？喂？喂？" is said, "喂喂喂喂喂喂" is looped
_INVENTIONS = re.compile(  # subtitles of the films Whisper learnt from, in simplified and traditional characters
    "字幕|不吝[点點]|明[镜鏡]|点点栏目|點點欄目|打[赏賞]支持|[订訂][阅閱].{0,6}([转轉][发發]|频道|頻道|[点點][赞讚])"
    "|[谢謝][谢謝].{0,4}(观看|觀看|收看|收听|收聽|大家.{0,2}看)|[感多][谢謝].{0,3}(观看|觀看|收看)|(歡迎|欢迎)(訂閱|订阅)"
    "|优优独播|優優獨播|独播剧场|獨播劇場|社[区區群]提供|[作词詞曲编編]{2}[:： ]|李宗盛"
    "|amara|subtitl|thanks? (you )?for watching|subscribe\\b|copyright|mbc|www\\.|https?:",
    re.IGNORECASE,
)


def guarded(text: str, duration_s: float) -> str:
    """The text without loops; empty when it cannot have been said in `duration_s` of Mandarin or English."""
    text = unlooped(" ".join(text.split()))
    if foreign(text) > MOST_FOREIGN or _INVENTIONS.search(text):
        return ""
    return text if 0 < _syllables(text) <= MOST_SYLLABLES_PER_S * (duration_s + 0.5) else ""


def unlooped(text: str) -> str:
    """Whatever stands there three times or more in a row stands there once."""
    return _LOOP.sub(lambda m: m[0] if _syllables(m[0]) <= _SHORT_LOOP else m[1], text)


def foreign(text: str) -> float:
    """The share of letters that are neither Chinese nor Latin: Japanese kana, Hangul, Cyrillic, Thai …"""
    letters = [c for c in text if c.isalpha()]
    return sum(not (_chinese(c) or unicodedata.name(c, "").startswith("LATIN")) for c in letters) / max(1, len(letters))


def _chinese(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff"


def _syllables(text: str) -> int:
    """Characters, digits, and a word of Latin letters by its length."""
    latin = sum(max(1, len(word) // 3) for word in re.findall(r"[A-Za-z\u00c0-\u024f']+", text))
    return latin + sum(_chinese(c) or c.isdigit() for c in text)
