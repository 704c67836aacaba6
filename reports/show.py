"""How a report's values read in a language: shares, times, places, verdicts. What templates and tables share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from probe.analyse.change import Change, Trend
from probe.analyse.compare import Standing
from probe.analyse.estimate import Estimate
from probe.analyse.heaps import Heap, heap_of
from probe.analyse.rate import ENOUGH_CALLS
from probe.analyse.score import Score
from probe.analyse.summary import CAUSES_OF, Result, Summary
from probe.incidents import Incident, State
from probe.incidents.tell import kind_text, state_text
from probe.model import OUTCOME_OF, Because, Call, Cause, Number, Purpose
from probe.words import words
from reports.period import Kind
from reports.report import Report
from reports.text import sentence, short

RESULT_OF = {cause: result for result, causes in CAUSES_OF.items() for cause in causes}
ORDER = tuple(Result)  # from a person to a dead number: how pictures and tables list them
NARROW = 0.03  # of an interval


def percent(share: float | None, digits: int = 1) -> str:
    """ "62.5%"; 100% and 0% are said only of all and of none."""
    if share is None:
        return "—"
    step = 10.0**-digits
    value = 100 * share
    if 0 < share < 1:
        value = min(max(value, step), 100 - step)
    return f"{value:.{digits}f}".removesuffix(".0") + "%"


def span(rate: Estimate) -> str:
    """ "52%–78%": the ends of the interval, with a decimal where they would look alike."""
    if rate.low is None or rate.high is None:
        return "—"
    digits = 0 if rate.high - rate.low > NARROW else 1
    return f"{percent(rate.low, digits)}–{percent(rate.high, digits)}"


def points(difference: float) -> str:
    """A difference of two shares in percentage points, with its sign."""
    return f"{100 * difference:+.1f}".replace("-", "−")


def look(cause: Cause) -> str:
    """How a cause is drawn: as the result that it is, or as none."""
    result = RESULT_OF.get(cause)
    return "unclear" if result is None else result.value


def parts(summary: Summary) -> Iterator[tuple[str, float, float]]:
    """The counted calls laid end to end: a look, where its piece begins, how long it is; shares of all of them."""
    counts = dict.fromkeys(ORDER, 0)
    for cause, n in summary.causes.items():
        counts[RESULT_OF[cause]] += n
    begins = 0.0
    for result, n in counts.items():
        if n:
            yield result.value, begins, n / summary.counted
            begins += n / summary.counted


@dataclass(frozen=True)
class Show:
    """A report's reader."""

    report: Report
    lang: str

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.report.timezone)

    def t(self, key: str, **values: object) -> str:
        """One of our sentences."""
        return words(key, self.lang, **values)

    @cached_property
    def heading(self) -> str:
        """What the report is, as a title; of days that are not over, until when it goes."""
        report = self.report
        if self._whole_days and report.generated_at < report.until:
            return self.t("report.heading_open", heading=self._title, at=self.local(report.generated_at))
        return self._title

    @property
    def _title(self) -> str:
        report = self.report
        if report.title:
            return short(report.title)
        if report.story is not None:
            return self.t("report.title_incident", id=report.story.incident.id)
        if report.number is not None:
            return self.t("report.title_number", number=self.digits(report.number))
        return self.t(f"report.title_{report.kind}")

    @cached_property
    def about(self) -> str:
        """Whom it is about; "" for all units."""
        report = self.report
        if report.number is not None:
            return self.place(report.number)
        return "" if report.unit is None else self.unit(report.unit)

    @cached_property
    def period(self) -> str:
        """Whole days by their dates (the last one included), anything else by the minute."""
        first, end = self._ends
        if self._whole_days:
            last = end.date() - timedelta(days=1)
            if last == first.date():
                return self.day(last)
            if self.report.kind is Kind.MONTHLY:
                return self.t("report.period_month", year=first.year, month=first.month)
            return self.t("report.period_days", first=first.date(), last=last)
        return self.t("report.period_days", first=f"{first:%Y-%m-%d %H:%M}", last=f"{end:%Y-%m-%d %H:%M}")

    @property
    def _ends(self) -> tuple[datetime, datetime]:
        return self.report.since.astimezone(self.zone), self.report.until.astimezone(self.zone)

    @property
    def _whole_days(self) -> bool:
        first, end = self._ends
        return first.time() == end.time() == time.min and first < end

    def day(self, day: date) -> str:
        return self.t("report.period_day", day=day, weekday=self.t(f"report.weekday_{day.weekday()}"))

    def local(self, moment: datetime, form: str = "%Y-%m-%d %H:%M") -> str:
        return f"{moment.astimezone(self.zone):{form}}"

    def unit(self, name: str) -> str:
        return short(name) or self.t("report.no_unit")

    def place(self, number: Number) -> str:
        """Unit and department."""
        department = short(number.department)
        return f"{self.unit(number.unit)} · {department}" if department else self.unit(number.unit)

    def digits(self, number: Number) -> str:
        return short(number.written) or short(number.number)

    def dialled(self, incident: Incident) -> str:
        """An incident's number as the directory prints it, where the report knows that."""
        return self._written.get((incident.unit, incident.number), short(incident.number))

    @cached_property
    def _written(self) -> dict[tuple[str, str], str]:
        numbers = [line.number for unit in self.report.study.units for line in unit.lines]
        if self.report.number is not None:
            numbers.append(self.report.number)
        return {(number.unit, number.number): self.digits(number) for number in numbers}

    def deadline(self, incident: Incident) -> str:
        """Until when, and whether that has passed; "" when it is settled or was never set."""
        if incident.over or incident.deadline is None:
            return ""
        today = self.report.generated_at.astimezone(self.zone).date()
        key = "report.deadline_passed" if incident.overdue(today) else "report.deadline"
        return self.t(key, day=incident.deadline)

    def cause(self, cause: Cause) -> str:
        return self.t(f"names.cause_{cause}")

    def result(self, result: str) -> str:
        return self.t("names.outcome_inconclusive") if result == "unclear" else self.t(f"figures.result_{result}")

    def outcome(self, call: Call) -> str:
        return self.t(f"names.outcome_{OUTCOME_OF[call.record.verdict.cause]}")

    def seconds(self, value: float | None) -> str:
        return self.t("report.none") if value is None else self.t("report.seconds", s=f"{value:.1f}")

    def because(self, one: Because) -> str:
        return sentence(one, self.lang)

    def change(self, change: Change) -> str:
        """Better or worse and by how much; or that nothing is shown."""
        name = self.t(f"figures.change_{change.trend}")
        if change.trend in (Trend.BETTER, Trend.WORSE) and change.difference is not None:
            return self.t("report.change_by", change=name, points=points(change.difference))
        return name

    def rank(self, standing: Standing | None) -> str:
        if standing is None:
            return self.t("figures.standing_small")
        if standing.rank is None:
            return ""
        rank = standing.rank
        return self.t("figures.standing_rank", place=rank.place, low=rank.low, high=rank.high, of=rank.of)

    def valid(self) -> str:
        """有效率 with its interval, its numbers, and whether they are too few."""
        rate = self.report.study.total.spot.valid
        if rate.interval is None:
            return self.t("report.none")
        low, high = (percent(end, 0) for end in rate.interval)
        told = f"{percent(rate.share)} ({low}–{high}, {rate.hits}/{rate.n})"
        return told if rate.n >= ENOUGH_CALLS else f"{told} · {self.t('figures.standing_small')}"

    def grade(self, score: Score) -> str:
        """The grade, with its neighbours when it is not certain."""
        if score.grade is None or score.grade_low is None or score.grade_high is None:
            return self.t("figures.standing_small")
        name = self.t(f"figures.grade_{score.grade}")
        if score.certain:
            return name
        low, high = (self.t(f"figures.grade_{grade}") for grade in (score.grade_low, score.grade_high))
        return self.t("figures.grade_uncertain", grade=name, low=low, high=high)

    def kind(self, incident: Incident) -> str:
        return kind_text(incident, self.lang)

    def state(self, incident: Incident) -> str:
        """How far it has come; of one that was settled after the period, that it was."""
        if incident.state is State.CLOSED and incident.closed_at and incident.closed_at >= self.report.until:
            return self.t("report.closed_later", day=self.local(incident.closed_at, "%Y-%m-%d"))
        return state_text(incident, self.lang)

    def step(self, incident: Incident) -> str:
        """What the unit should do; nothing when it is over."""
        if incident.over:
            return self.t("report.step_closed" if incident.state is State.CLOSED else "report.step_withdrawn")
        return self.t("report.step_please", do=self.t(f"alerts.do_{incident.kind}"))

    def mark(self, call: Call) -> str:
        """Why a call is not in the rates; "" when it is."""
        order = call.record.order
        match heap_of(call, self._over):
            case Heap.COUNTED:
                return ""
            case Heap.VOIDED:
                return self.t("report.voided_mark")
            case Heap.INCONCLUSIVE:
                return self.t("report.excluded_mark")
            case Heap.FOLLOW_UP if order.attempt > 1:
                return self.t("report.attempt", n=order.attempt - 1)
            case _:
                return self.t(f"figures.purpose_{order.purpose}")

    @cached_property
    def _over(self) -> frozenset[Purpose]:
        return frozenset(self.report.study.appendix.purposes)
