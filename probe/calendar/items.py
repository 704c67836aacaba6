"""Words → what they say: days, dates, spans of time, and the marks between them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from probe.calendar import clock
from probe.calendar.errors import HoursError
from probe.calendar.hours import DAY_MIN, EVERY_DAY, HOLIDAY, MON_FRI, WEEKEND, Named, Season, Span
from probe.calendar.tokens import Token, Written
from probe.model import Fact

DAYS = {
    "workdays": MON_FRI,
    "offdays": WEEKEND | {HOLIDAY},
    "every": EVERY_DAY,
    "weekend": WEEKEND,
    "holiday": frozenset({HOLIDAY}),
}
MARKS = {"open", "close", "list", "sep", "part", "lunch", "closed", "usual", "include", "except", "exceptend", "zone"}
SILENT = {"label", "noise", "lunchopen", "nextyear"}
DATES = {"date", "monthday", "month", "monthdot"}
TIMES = {"clock", "dotted", "ampm", "oclock", "compact", "bare"}
_LETTERS = {char: n for n, char in enumerate("一二三四五六日")} | {"天": 6, "末": 5}
_ENGLISH = {name: n for n, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}


class Item(Fact, frozen=True, kw_only=True):
    """One thing said, and where. `kind` is "days", "season", "valid", "span", or one of MARKS."""

    kind: str
    at: int
    until: int
    text: str = ""
    days: frozenset[int] = frozenset()
    span: Span | None = None
    season: Season | None = None
    named: Named | None = None
    since: date | None = None
    last: date | None = None


class Reader:
    """Goes through the words once."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._tokens: Sequence[Token] = tuple(written.tokens())
        self._next = 0

    def items(self) -> list[Item]:
        """Everything said, in order. HoursError where two words do not go together."""
        found: list[Item] = []
        while (token := self._peek()) is not None:
            start = self._next
            item = self._item(token)
            if item is not None:
                found.append(item)
            assert self._next > start
        return found

    def _item(self, token: Token) -> Item | None:
        if token.kind in SILENT or (token.kind in {"from", "until"} and self._ahead(1) is None):
            self._next += 1
            return None
        if token.kind in {"weekday", "weekdigits", *DAYS}:
            return self._days()
        if token.kind == "named":
            self._next += 1
            return self._made(token, "season", named="summer" if "summer" in token.parts else "winter")
        if token.kind == "other":
            self._next += 1
            return self._made(token, "season")
        if token.kind == "months":
            self._next += 1
            first, last = (self._number(token, token.parts[name]) for name in ("m", "m2"))
            if "and" in token.parts and last != first % 12 + 1:
                raise self._error("calendar.hours_dates", token)  # 7、8月 is a season; 5、9月 are two
            return self._made(token, "season", season=self._season(token, (first, 1), (last, _last_day(last))))
        if token.kind == "round":
            self._next += 1
            return self._made(token, "span", span=Span(start_min=0, end_min=DAY_MIN))
        if token.kind in {"from", "until"} or token.kind in DATES or self._dotted_dates(token):
            return self._dates()
        if token.kind in TIMES or (token.kind == "part" and self._time_follows()):
            return self._span()
        if token.kind in MARKS:
            self._next += 1
            return self._made(token, token.kind, text=token.text)
        raise self._error("calendar.hours_unknown", token)

    # Days

    def _days(self) -> Item:
        first = self._take()
        if first.kind == "weekdigits":
            return self._made(first, "days", days=_around(*(int(first.parts[name]) - 1 for name in "ab")))
        if first.kind != "weekday":
            return self._made(first, "days", days=DAYS[first.kind])
        days = self._weekday_range(first)
        while True:
            gap = 1 if (token := self._peek()) and (token.kind == "list" or token.text.strip() == ",") else 0
            following = self._ahead(gap)
            if following is None or following.kind != "barechar":
                return self._made(first, "days", days=days)
            self._next += gap
            days |= self._weekday_range(self._take())

    def _weekday_range(self, first: Token) -> frozenset[int]:
        start = _weekday(first)
        if first.text.endswith("末"):
            return WEEKEND
        mark = self._next
        if self._skip("range"):
            token = self._peek()
            if token and token.kind in {"weekday", "barechar"}:
                self._next += 1
                return _around(start, _weekday(token))
        self._next = mark
        return frozenset({start})

    # Dates

    def _dotted_dates(self, token: Token) -> bool:
        """Whether it is 9.30 of "9.30-10.7", which are days."""
        following = [t for t in self._tokens[self._next + 1 : self._next + 5] if t.text.strip()]
        return (
            token.kind == "dotted"
            and len(following) > 1
            and following[0].kind == "range"
            and following[1].kind == "monthdot"
        )

    def _dates(self) -> Item | None:
        opening = self._peek()
        assert opening is not None
        until_only = self._skip("until")
        self._skip("from")
        token = self._peek()
        if token is None or token.kind not in DATES | {"dotted"}:
            if opening.kind == "from" and token is not None and token.kind in TIMES | {"part"}:
                return None
            raise self._error("calendar.hours_unknown", opening)
        self._next += 1
        first = self._day(token)
        mark = self._next
        if self._skip("range") and not until_only:
            next_year = self._skip("nextyear")
            end = self._peek()
            if end is not None and end.kind in DATES | {"dotted"}:
                self._next += 1
                self._skip("upto")
                return self._between(opening, token, first, end, next_year)
            raise self._error("calendar.hours_dates", opening)
        self._next = mark
        if isinstance(first, date):
            if until_only or self._skip("upto"):
                self._skip("upto")
                return self._made(opening, "valid", last=first)
            if self._skip("since") or opening.kind == "from":
                return self._made(opening, "valid", since=first)
        elif token.kind == "month" and opening is token and not self._skip("since"):
            return self._made(token, "season", season=Season(first=first, last=(first[0], _last_day(first[0]))))
        raise self._error("calendar.hours_dates", opening)

    def _between(
        self, opening: Token, token: Token, first: date | tuple[int, int], end: Token, next_year: bool
    ) -> Item:
        last = self._day(end, last=True)
        if isinstance(first, date):
            if not isinstance(last, date):
                last = self._date(end, first.year + next_year, *last)
            if last < first:
                raise self._error("calendar.hours_dates", opening)
            return self._made(opening, "valid", since=first, last=last)
        if isinstance(last, date):
            raise self._error("calendar.hours_dates", opening)
        return self._made(opening, "season", season=self._season(token, first, last))

    def _day(self, token: Token, *, last: bool = False) -> date | tuple[int, int]:
        """A date, or (month, day) of every year."""
        parts = token.parts
        if token.kind == "date":
            return self._date(token, int(parts["y"]), int(parts["m"]), int(parts["d"]))
        month = self._number(token, parts["h"] if token.kind == "dotted" else parts["m"])
        if token.kind == "month":
            return (month, _last_day(month) if last else 1)
        day = self._number(token, parts["m"] if token.kind == "dotted" else parts["d"])
        self._date(token, 2000, month, day)
        return (month, day)

    def _date(self, token: Token, year: int, month: int, day: int) -> date:
        try:
            return date(year, month, day)
        except ValueError:
            raise self._error("calendar.hours_no_day", token) from None

    def _season(self, token: Token, first: tuple[int, int], last: tuple[int, int]) -> Season:
        for month, day in (first, last):
            self._date(token, 2000, month, day)
        return Season(first=first, last=last)

    def _number(self, token: Token, text: str) -> int:
        number = clock.number(text)
        if number is None:
            raise self._error("calendar.hours_unknown", token)
        return number

    # Times

    def _time_follows(self) -> bool:
        """Whether 下午 belongs to a time, and does not stand for the half of a day."""
        following = self._tokens[self._next + 1 :]
        return next((t.kind in TIMES for t in following if t.kind != "sep" or t.text.strip() not in {"", ":"}), False)

    def _span(self) -> Item:
        opening = self._peek()
        assert opening is not None
        start, start_part = self._time(opening)
        if not self._skip("range"):
            raise self._error("calendar.hours_lone_time", opening)
        next_day = self._skip("nextday")
        token = self._peek()
        if token is None or token.kind not in TIMES | {"part"}:
            raise self._error("calendar.hours_lone_time", opening)
        end, end_part = self._time(token)
        try:
            span = clock.span(start, start_part, end, end_part, next_day=next_day)
        except clock.Unclear as unclear:
            raise self._error(unclear.key, opening, near=unclear.near) from None
        return self._made(opening, "span", span=span)

    def _time(self, opening: Token) -> tuple[Token, str]:
        """The token of a time, and 上午, 下午 … before it."""
        part = ""
        if opening.kind == "part":
            part = self._take().text
            self._skip("")
        token = self._peek()
        if token is None or token.kind not in TIMES:
            raise self._error("calendar.hours_lone_time", opening)
        self._next += 1
        return token, part

    # Words

    def _peek(self) -> Token | None:
        return self._ahead(0)

    def _ahead(self, n: int) -> Token | None:
        return self._tokens[self._next + n] if self._next + n < len(self._tokens) else None

    def _take(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _skip(self, kind: str) -> bool:
        """Past spaces (and a colon), and one word of this kind with the spaces behind it, if it is there."""
        mark = self._next
        self._skip_spaces()
        token = self._peek()
        if not kind:
            return True
        if token is None or token.kind != kind:
            self._next = mark
            return False
        self._next += 1
        self._skip_spaces()
        return True

    def _skip_spaces(self) -> None:
        while (token := self._peek()) and token.kind == "sep" and token.text.strip() in {"", ":"}:
            self._next += 1

    def _made(self, first: Token, kind: str, **said: object) -> Item:
        last = self._tokens[self._next - 1]
        return Item(kind=kind, at=first.at, until=last.at + len(last.text), **said)  # type: ignore[arg-type]

    def _error(self, key: str, token: Token, *, near: str | None = None) -> HoursError:
        last = self._tokens[max(self._next - 1, 0)]
        until = max(last.at + len(last.text), token.at + len(token.text))
        return self._written.error(key, token.at, until, near=near)


def _around(first: int, last: int) -> frozenset[int]:
    """Weekdays from one to another; Friday to Monday goes over Sunday."""
    return frozenset((first + n) % 7 for n in range((last - first) % 7 + 1))


def _weekday(token: Token) -> int:
    char = token.text[-1]
    if char.isdigit():
        return int(char) - 1
    return _LETTERS[char] if char in _LETTERS else _ENGLISH[token.text[:3]]


def _last_day(month: int) -> int:
    """29 for February: a season ends with the month, in leap years too."""
    return 29 if month == 2 else 30 if month in {4, 6, 9, 11} else 31
