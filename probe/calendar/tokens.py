"""A text of service hours → the words it is made of. docs/calendar.md has the grammar in prose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from probe.calendar.errors import HoursError
from probe.hints import nearest, shown
from probe.model import Fact

FORMS = (  # what is offered when something is not understood: the nearest of these
    "周一至周五 9:00-12:00,13:30-17:00",
    "工作日 8:30-12:00,14:00-17:30",
    "周一至周五 上午9点-12点,下午1点半-5点",
    "周一至周五 9:00-17:00,周六 9:00-12:00",
    "工作日 9:00-17:00,午休12:00-13:30",
    "工作日 9:00-17:00（周五下午休息）",
    "周二至周日 9:00-17:00,节假日照常",
    "工作日 5月1日-9月30日 14:30-17:30;10月1日-4月30日 13:30-17:00",
    "2026年3月1日至2026年6月30日 工作日 9:00-17:00",
    "2026-01-01起 工作日 9:00-17:00",
    "每天 8:00-20:00",
    "每天 20:00-次日8:00",
    "全年无休 8:00-20:00",
    "24小时",
    "Mon-Fri 9:00-17:00",
    "Daily 8:00-20:00",
)
ANY = 0.0  # how alike a form must be to be offered: some form always is

_NUM = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_DAY = "[一二三四五六日天末]"
_WEEK = "(?:每?个?(?:周|星期|礼拜))"
_WHOSE = "(?:对外|办事|窗口|人工|咨询|电话|热线)"
_EN_DAY = "(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?\\.?"
_AP = r"(?P<ap>[ap]\.?m\.?(?![a-z]))"
_ON = "(?:上班|办公|服务|营业|接听|接待|受理|办理|开放|工作|对外办公|对外服务)"
_RANGE = r"(?:至|到|~|-+|(?:to|until|till?|through)\b)"

# Tried in this order at every place; the first that fits is taken.
_KINDS = (
    ("label", rf"(?:{_ON}|{_WHOSE}|正常|作息)*时间(?:为|是)?(?=\s*:|\s*\d|\s*[周工每上星法(]|$)|hours?(?=\s*:)"),
    ("round", r"7\s*[x×*天]\s*24\s*(?:小时)?|24\s*/\s*7|(?:全天|昼夜)*24\s*(?:小时|h(?:ou)?rs?\b|h\b)(?:全天候?)?"),
    ("round", r"全天候?|昼夜|around the clock"),
    ("zone", r"北京时间|新疆时间|乌鲁木齐时间"),
    ("date", r"(?P<y>\d{4})\s*[-./]\s*(?P<m>\d{1,2})\s*[-./]\s*(?P<d>\d{1,2})(?!\d)日?"),
    ("date", r"(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]"),
    ("months", rf"(?P<m>{_NUM})月?份?\s*(?:{_RANGE}|(?P<and>[、和]))\s*(?P<m2>{_NUM})月[份底末]?(?!\s*{_NUM}[日号])"),
    ("monthday", rf"(?P<m>{_NUM})月(?P<d>{_NUM})(?:[日号]|(?![\d:.点时]))"),
    ("month", rf"(?P<m>{_NUM})月份?"),
    ("nextyear", r"次年|第二年|翌年"),
    ("nextday", r"次日|第二天|翌日|隔日|(?:the )?next day"),
    ("lunchopen", r"(?:中午|午间)(?:不(?:间断|休息?)|照常(?:上班|办公|服务)?|无休|连续)|不午休"),
    ("lunch", r"午休|午餐|(?:午间|中午|中间)休息|lunch(?:\s*break)?"),
    ("offdays", r"非(?:法定)?工作日"),
    ("workdays", r"(?:每个?|国家|国务院|法定|正常|各|全部)*工作日|(?:working|business|work|week)\s*days?"),
    ("every", r"每天|每日|天天|全年无休|年中无休|(?:全年|一年)?365天|全年|一周7天|一周七天|daily|every\s?day"),
    ("weekend", r"周末|双休日|休息日(?!\s*:)|公休日?|weekends?"),
    ("holiday", r"(?:国家|国务院)?(?:法定)?(?:节假日|节日|假日|公众假期|公共假期|假期)"),
    ("holiday", r"(?:(?:public|bank|national|statutory)\s+)?holidays?"),
    ("weekdigits", rf"{_WEEK}(?P<a>[1-7])\s*{_RANGE}\s*(?P<b>[1-7])(?!\d|[:.点时月])"),
    ("weekday", rf"{_WEEK}(?:{_DAY}|[1-7](?!\d|[:.点时]))|{_EN_DAY}(?![a-z])"),
    ("include", r"(?:包括|包含|含|including|incl\.?)"),
    ("usual", rf"照常{_ON}?|不休息?|无休息?|不打烊|正常{_ON}"),
    ("except", r"除(?!外)了?|不含|不包[括含]|休息日?\s*:"),
    ("except", r"except(?:\s+(?:for|on))?|excluding|excl\.?|closed(?:\s+on|\s*:)"),
    ("exceptend", r"(?:之|以)?外"),
    ("closed", rf"除外|休息|休馆|闭馆|关闭|放假|停止{_ON}|不(?:对外)?{_ON}|closed|off\b|休"),
    ("closed", r"(?:政治|业务|集中|内部|理论)*学习|例会|以(?:公告|通知)为准|另行(?:公告|通知)"),
    ("closed", r"按照?国家(?:有关|相关|统一|法定)*(?:规定|放假安排|安排)(?:执行|休息|放假)?"),
    ("named", r"(?P<summer>夏季|夏天|夏令时?|夏时制|夏时令|summer)(?:作息|时间)*"),
    ("named", r"(?:冬季|冬天|冬令时?|冬时制|冬时令|winter)(?:作息|时间)*"),
    ("other", r"其[他它余](?:时间|月份|季节|时段)"),
    ("from", r"自|从|from"),
    ("until", r"截至|截止到?"),
    ("since", r"(?:起|开始)(?:执行|实行|施行)?|以后|之后|onwards?"),
    ("upto", r"止|为止|以前(?!\d)"),
    ("part", r"凌晨|清晨|早上|早晨|早间|早|上午|中午|午间|正午|下午|午后|傍晚|晚上|晚间|夜间|夜里|晚|夜"),
    ("clock", rf"(?P<h>\d{{1,2}})\s*:\s*(?P<m>\d{{2}})(?!\d)(?:\s*:\s*00(?!\d))?\s*{_AP}?分?"),
    ("dotted", rf"(?P<h>\d{{1,2}})\.(?P<m>\d{{2}})(?!\d)\s*{_AP}?"),
    ("ampm", rf"(?P<h>\d{{1,2}})\s*{_AP}"),
    ("oclock", rf"(?P<h>{_NUM})\s*(?:点钟?|时)\s*(?:(?P<half>半)|(?P<quarter>[一三])刻|整|(?P<m>\d{{2}})分?)?"),
    ("compact", r"(?P<h>[01]\d|2[0-4])(?P<m>[0-5]\d)(?!\d|年)"),
    ("monthdot", r"(?P<m>\d{1,2})\.(?P<d>\d)(?![\d.])"),
    ("bare", r"\d{1,2}(?![\d.:])"),
    ("barechar", rf"{_DAY}(?![点时月刻])"),
    ("range", _RANGE),
    ("open", r"[(\[{<]"),
    ("close", r"[)\]}>]"),
    ("list", r"[、和及与并&]|and\b|以及"),
    ("sep", r"[,;:/|。.!\s]+"),
    ("noise", rf"{_ON}|{_WHOSE}|全部|均|都|的|为|在内|期间|执行|实行|仅|每"),
)  # fmt: skip
_PATTERNS = [(kind, re.compile(pattern, re.ASCII)) for kind, pattern in _KINDS]
_ANY = re.compile(
    "|".join(f"(?P<k{n}>{re.sub(r'[?]P<[a-z]+>', '?:', p)})" for n, (_, p) in enumerate(_KINDS)), re.ASCII
)
_SAME = str.maketrans(
    {
        **dict.fromkeys("〜～—–−‐‑―─－", "-"),
        **dict.fromkeys("【〔「『［", "["),
        **dict.fromkeys("】〕」』］", "]"),
        **dict.fromkeys("《〈", "<"),
        **dict.fromkeys("》〉", ">"),
        "·": "、",
        "∶": ":",
        "︰": ":",
    }
)


class Token(Fact, frozen=True, kw_only=True):
    """A word: what it is, how it stands there, where (from 0), and the parts that its pattern names."""

    kind: str
    text: str
    at: int
    parts: dict[str, str]


class Written:
    """A text of hours, and the errors that point into it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._place: list[int] = []
        chars: list[str] = []
        for place, char in enumerate(text):
            same = _plain(char)
            chars.append(same)
            self._place += [place] * len(same)
        self._same = "".join(chars)

    def tokens(self) -> Iterator[Token]:
        """Every word. HoursError at the first that is not known."""
        at = 0
        while at < len(self._same):
            found = _ANY.match(self._same, at)
            if found is None or found.lastgroup is None:
                raise self.error("calendar.hours_unknown", at)
            kind, pattern = _PATTERNS[int(found.lastgroup[1:])]
            parts: dict[str, str] = {}
            if pattern.groupindex and (match := pattern.match(self._same, at)):
                parts = {name: part for name, part in match.groupdict().items() if part is not None}
            yield Token(kind=kind, text=found.group(), at=at, parts=parts)
            at = found.end()

    def error(self, key: str, at: int, until: int | None = None, *, near: str | None = None) -> HoursError:
        """An error about what stands from `at` (to `until`, else to the end)."""
        start = self._place[at] if at < len(self._place) else len(self.text)
        end = self._place[until - 1] + 1 if until else len(self.text)
        near = near or nearest(self.text, FORMS, alike=ANY) or FORMS[0]
        return HoursError(key, at=start + 1, piece=shown(self.text[start:end].strip() or self.text), near=near)


@lru_cache(maxsize=2_000)
def _plain(char: str) -> str:
    return unicodedata.normalize("NFKC", char.translate(_SAME)).casefold().translate(_SAME)
