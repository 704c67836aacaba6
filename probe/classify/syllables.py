"""Text as a sequence of sounds, and how alike two sounds are to a recogniser.

A recogniser that hears right may still write a homophone (拨叫 as 播叫, 是空号 as 死恐耗), so words are compared by
syllable, without tones: retroflex and dental initials (zh z, ch c, sh s) and nasal finals (-ng -n) are one, as they are
to many speakers. English words stay words.
"""

from __future__ import annotations

import os
import re
from functools import cache, lru_cache

os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # 46 MB that each process would carry, for the reading of 银行

_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_TOKEN = re.compile(r"[a-z']+|[㐀-䶿一-鿿]")
_SYLLABLE = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(.*)")
_ALIKE = (
    *("bp", "dt", "gkh", "jqxzcs", "nlr", "fh", "mn", "wh"),
    # noise hides first where in the mouth a consonant is made (G. A. Miller and P. E. Nicely, JASA 27, 1955)
    *("bdg", "ptk", "fsxh", "tq", "bf"),
)
_NEAR_FINALS = (
    {"e", "i"},  # 的 is said both ways
    {"a", "ia", "ua", "an"},
    {"an", "ian", "uan", "en"},
    {"o", "uo", "e", "ou", "u"},
    {"i", "in", "ei", "ie", "v"},
    {"u", "ou", "iu"},
    {"ai", "ei", "uai", "ui"},
    {"ao", "iao", "ou"},
    {"en", "in", "un", "on"},
    {"ve", "ie", "ue", "uo"},
    {"vn", "in", "un", "van"},
)

SAME = 0.1  # a recogniser hardly tells them apart: 忙 is written 盟, 茫 or 门
_SAME = ({"m-an", "m-en"},)
_PLURAL = "们們"  # but 我们 is never 我忙
HALF = 0.35  # the one half of a syllable is right, and the other is nearly so
FAR = 0.75  # the one half is right


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[str, ...]:
    """The sounds of a text: a fuzzy syllable for each Chinese character or digit, an English word for each word."""
    return tuple(token for token, _ in placed(text))


def placed(text: str) -> list[tuple[str, int]]:
    """Each of its sounds, and where in the text it ends."""
    written = "".join(_DIGITS.get(c, c) for c in text.lower())
    return [(m[0] if m[0].isascii() else _syllable(m[0]), m.end()) for m in _TOKEN.finditer(written)]


@cache
def _syllable(character: str) -> str:
    from pypinyin import lazy_pinyin

    if character in _PLURAL:
        return "m-en’"
    return fuzzy(lazy_pinyin(character)[0])


def fuzzy(syllable: str) -> str:
    """A pinyin syllable in the one form that stands for all those it is confused with; marked, so that no syllable is
    taken for an English word."""
    match = _SYLLABLE.fullmatch(syllable)
    initial, final = (match[1] or "", match[2]) if match else ("", syllable)
    initial = initial[:1] if initial in ("zh", "ch", "sh") else initial
    if initial in ("j", "q", "x", "y") and final.startswith("u"):
        final = "v" + final[1:]  # written u, spoken ü
    if final == "o" and initial:
        final = "uo"  # written bo, spoken buo
    return f"{initial}-{final.removesuffix('g') if final.endswith('ng') else final}"


@cache
def distance(a: str, b: str) -> float:
    """How unlike two tokens are to the ear: 0 the same, 1 nothing in common."""
    if a == b:
        return 0.0
    if {a, b} in _SAME:
        return SAME
    if "-" not in a or "-" not in b:
        return 1.0
    (initial, final), (other_initial, other_final) = a.split("-"), b.split("-")
    alike = initial == other_initial or any(initial in group and other_initial in group for group in _ALIKE)
    near = final == other_final or any({final, other_final} <= group for group in _NEAR_FINALS)
    if (initial == other_initial and near) or (final == other_final and alike):
        return HALF
    if initial == other_initial or final == other_final or (alike and near):
        return FAR
    return 1.0
