"""A text of service hours, as Chinese directories write it → `Hours`. docs/calendar.md has the grammar.

The text is a chain of groups: days, season, dates; then times, or a mark such as 休息 or 照常. What a group does not
say again holds from before; a word said again ends what was said after it (周一至周五 夏季 A；冬季 B；周六 C).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from probe.calendar.errors import HoursError
from probe.calendar.groups import Group, Scope
from probe.calendar.hours import DAY_MIN, EVERY_DAY, HOLIDAY, NOON_MIN, WEEKEND, Hours, Season, Span
from probe.calendar.items import Item, Reader
from probe.calendar.rules import ROUND, rules_of
from probe.calendar.tokens import Written
from probe.calendar.zones import COMMON

LONGEST_TEXT = 500
ALL_DAY = Span(start_min=0, end_min=2 * DAY_MIN)  # whatever begins on the day
AFTERNOON = Span(start_min=NOON_MIN, end_min=2 * DAY_MIN)
MORNING = Span(start_min=0, end_min=NOON_MIN)
HALVES = {"上午": MORNING, "早上": MORNING, "下午": AFTERNOON, "午后": AFTERNOON}

MARKED = {"span", "closed", "usual", "include", "except", "lunch"}
SCOPES = {"days", "season", "valid"}


@lru_cache(maxsize=100_000)
def _parsed(text: str) -> Hours | tuple[str, dict[str, object]]:
    """The hours, or the key and values of the error: the error itself would keep all of the parser alive."""
    try:
        return _Parser(text).hours()
    except HoursError as error:
        return error.key, error.values


def parse_hours(text: str) -> Hours:
    """What the text says. HoursError, with the place and the nearest form that is understood, when it is not clear.

    The same text costs nothing the second time.
    """
    found = _parsed(text)
    if isinstance(found, Hours):
        return found
    key, values = found
    raise HoursError(key, **values)


@dataclass(slots=True)
class _Parser:
    text: str
    written: Written = field(init=False)
    items: Sequence[Item] = field(init=False)
    groups: list[Group] = field(default_factory=list)
    scope: Scope = field(default_factory=Scope)
    before: Scope = field(default_factory=Scope)  # the scope before the group
    said: set[str] = field(default_factory=set)  # dimensions stated in the group
    spans: list[Item] = field(default_factory=list)
    half: Item | None = None
    usual: frozenset[int] = frozenset()
    zone: str = ""
    brackets: list[tuple[Scope, Scope, set[str], int]] = field(default_factory=list)
    definitions: dict[str, Season] = field(default_factory=dict)

    def hours(self) -> Hours:
        self.written = Written(self.text[: LONGEST_TEXT + 1])
        if len(self.text) > LONGEST_TEXT or not self.text.strip():
            raise self.written.error("calendar.hours_none", 0)
        self.items = Reader(self.written).items()
        at = 0
        while at < len(self.items):
            at = self._take(at)
        if self.brackets or self.half:
            raise self._error("calendar.hours_unknown", self.half or self.items[-1])
        self._end()
        rules = rules_of(self.groups, self.definitions, self.written)
        return Hours(rules=rules, usual=self.usual, zone=self.zone)

    def _take(self, at: int) -> int:
        """One item, or several; returns where the next stands."""
        item = self.items[at]
        if self.half and item.kind not in {"closed", "sep", "list", "close", "exceptend"}:
            raise self._error("calendar.hours_unknown", self.half)
        match item.kind:
            case "days" if (after := self._excluded(at)) is not None:
                return after
            case "days" | "season" | "valid":
                self._scoped(item)
            case "span":
                self.spans.append(item)
            case "part" if item.text in HALVES:
                self.half = item
            case "open":
                return self._open(at)
            case "close":
                self._close(item)
            case "closed":
                self._closed(item)
            case "usual" | "include" if self._spaced(at + 1, "span"):
                pass  # 节假日正常上班 9:00-16:00: the hours follow
            case "usual":
                self._usual(item)
            case "include":
                at, days = self._listed(at + 1, item)
                self._include(item, days)
                return at
            case "except":
                return self._except(at)
            case "lunch":
                return self._lunch(at)
            case "zone":
                self.zone = COMMON[item.text]
            case "sep" | "list":
                pass
            case _:
                raise self._error("calendar.hours_unknown", item)
        return at + 1

    def _scoped(self, item: Item) -> None:
        if self.spans:
            self._flush()
        if item.kind == "season" and not (item.season or item.named) and not any(g.scope.season for g in self.groups):
            raise self._error("calendar.hours_unknown", item)  # 其他时间: other than which?
        if not self.said:
            self.before = self.scope
        if item.kind not in self.said:
            self.said.add(item.kind)
            self.scope = self.scope.without(item.kind).said(item)
        elif item.kind == "days":
            self.scope = replace(self.scope, days=_both(self.scope.days or EVERY_DAY, item.days))
        elif item.kind == "season":
            self._season_again(item)
        else:
            raise self._error("calendar.hours_dates", item)

    def _season_again(self, item: Item) -> None:
        """夏季（6月1日-9月30日） says when summer is; two seasons with dates are both meant."""
        *earlier, (season, named) = self.scope.season or ((None, None),)
        name, dates = named or item.named, item.season or season
        if season and item.season:
            self.scope = replace(self.scope, season=(*earlier, (season, named), (item.season, item.named)))
        elif name and dates and not (named and item.named):
            if self.definitions.setdefault(name, dates) != dates:
                raise self._error("calendar.hours_contradict", item)
            self.scope = replace(self.scope, season=(*earlier, (dates, None)))
        else:
            raise self._error("calendar.hours_dates", item)

    def _flush(self) -> None:
        """The spans so far are a group."""
        if self.spans:
            self.groups.append(Group(scope=self.scope, spans=self.spans, inner=bool(self.brackets)))
        self.spans, self.said = [], set()

    def _close_rule(self, *spans: Span) -> None:
        self.groups.append(Group(scope=self.scope, spans=[], closed=spans, inner=bool(self.brackets)))

    def _mark_ends(self) -> None:
        """A mark has used up what its group said; the scope is that of before."""
        if not self.spans:
            self.scope, self.said = self.before, set()

    def _closed(self, item: Item) -> None:
        if self.half:
            self._close_rule(HALVES[self.half.text])
            self.half = None
        elif self.spans:
            span = self.spans.pop().span
            assert span is not None
            self._close_rule(ALL_DAY if span == ROUND else span)
        elif self.said:
            self._close_rule(ALL_DAY)
        else:
            raise self._error("calendar.hours_unknown", item)
        self._mark_ends()

    def _usual(self, item: Item) -> None:
        if "days" in self.said and not self.spans:
            self._include(item, self.scope.days or frozenset())
            self._mark_ends()
        elif not self.spans:
            raise self._error("calendar.hours_unknown", item)

    def _include(self, item: Item, days: frozenset[int]) -> None:
        if not days or not days <= WEEKEND | {HOLIDAY}:
            raise self._error("calendar.hours_unknown", item)
        self.usual |= days

    def _except(self, at: int) -> int:
        """除法定节假日外, 除周五下午外."""
        after, days = self._listed(at + 1, self.items[at])
        half = self.items[after] if after < len(self.items) else None
        closed = ALL_DAY
        if half is not None and half.kind == "part" and half.text in HALVES:
            closed, after = HALVES[half.text], after + 1
        outer, self.scope = self.scope, replace(self.scope, days=days)
        self._close_rule(closed)
        self.scope = outer
        return after + 1 if after < len(self.items) and self.items[after].kind == "exceptend" else after

    def _excluded(self, at: int) -> int | None:
        """节假日除外, wherever it stands: where it ends, or None."""
        end, days = self._listed(at, self.items[at])
        if end == len(self.items) or not self.items[end].text.startswith("除外"):
            return None
        outer, self.scope = self.scope, replace(self.scope, days=days)
        self._close_rule(ALL_DAY)
        self.scope = outer
        return end + 1

    def _listed(self, at: int, mark: Item) -> tuple[int, frozenset[int]]:
        """The days that follow, as far as they are a list, and where the list ends."""
        days: frozenset[int] = frozenset()
        end = at
        while at < len(self.items):
            item = self.items[at]
            if item.kind == "days" and (not days or self.items[at - 1].kind in {"list", "days"}):
                days, end = days | item.days, at + 1
            elif item.kind not in {"list", "sep"} or (days and item.kind == "sep" and item.text.strip()):
                break
            at += 1
        if not days:
            raise self._error("calendar.hours_unknown", mark)
        return end, days

    def _lunch(self, at: int) -> int:
        following = self._following(at + 1)
        if following is not None and self.items[following].kind == "span":
            span, at = self.items[following].span, following
        elif self.spans and self.items[at - 1] is self.spans[-1]:
            span = self.spans.pop().span
        else:
            raise self._error("calendar.hours_lunch", self.items[at])
        assert span is not None
        self._close_rule(span)
        return at + 1

    def _following(self, at: int) -> int | None:
        """Where the next item stands that is no separator."""
        return next((n for n in range(at, len(self.items)) if self.items[n].kind not in {"sep", "list"}), None)

    def _spaced(self, at: int, kind: str) -> bool:
        """Whether such an item follows, after spaces or a colon at most."""
        while at < len(self.items) and self.items[at].kind == "sep" and self.items[at].text.strip() in {"", ":"}:
            at += 1
        return at < len(self.items) and self.items[at].kind == kind

    # Brackets

    def _open(self, at: int) -> int:
        end = next((n for n in range(at + 1, len(self.items)) if self.items[n].kind in {"open", "close"}), None)
        if end is None or self.items[end].kind == "open":
            raise self._error("calendar.hours_unknown", self.items[at])
        within = self.items[at + 1 : end]
        kinds = {item.kind for item in within}
        if kinds & MARKED:
            self.brackets.append((self.scope, self.before, self.said, len(self.groups)))
            self.said = set()
            return at + 1
        for item in within:
            if item.kind not in SCOPES | {"sep", "list", "zone"}:
                raise self._error("calendar.hours_unknown", item)
        again = kinds & self.said & {"season", "valid"}  # （夏季）A（冬季）B: the second begins a group
        if self.spans and kinds & SCOPES and not again:
            self._attach(within)
            return end + 1
        for n in range(at + 1, end):
            self._take(n)
        return end + 1

    def _attach(self, within: Sequence[Item]) -> None:
        """9:00-17:00（周一至周五）: what stands in the brackets is said of the times before them."""
        spans, outer, said = self.spans, self.scope, self.said
        self.spans = []
        for item in within:
            if item.kind in SCOPES:
                self._scoped(item)
        self.spans = spans
        self._flush()
        self.scope, self.said = outer, set() if self.groups else said

    def _close(self, item: Item) -> None:
        if not self.brackets:
            raise self._error("calendar.hours_unknown", item)
        scope, before, said, groups = self.brackets[-1]
        if self.said & SCOPES:
            self._flush()
        self.brackets.pop()
        opened = any(group.spans for group in self.groups[groups:])
        self.scope, self.before, self.said = scope, before, set() if opened else said

    # The end

    def _end(self) -> None:
        if self.spans:
            self._flush()
        elif self.said:  # 9:00-17:00 周一至周五: of the one group before
            if len(self.groups) != 1 or self.groups[0].closed or set(self.groups[0].scope.order) & self.said:
                raise self._error("calendar.hours_no_times", self.items[-1])
            group = self.groups[0]
            group.scope = replace(self.scope, order=(*group.scope.order, *self.scope.order))
        if not self.groups:
            raise self.written.error("calendar.hours_no_times", 0)

    def _error(self, key: str, item: Item) -> HoursError:
        return self.written.error(key, item.at, item.until)


def _both(one: frozenset[int], other: frozenset[int]) -> frozenset[int]:
    """工作日（周一至周五） is one, said twice; 周六、节假日 are two."""
    return one & other if one <= other or other <= one else one | other
