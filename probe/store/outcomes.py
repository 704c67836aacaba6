"""What came of a number's calls, in a few words each: enough to judge its line, without reading what was heard."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from probe.health import RANG_S
from probe.model import Blame, Cause, Fact, Number, Outcome, Purpose
from probe.store import rows
from probe.store.part import Part
from probe.store.rows import plain
from probe.store.tables import calls, numbers, voids

COLUMNS = (
    *("call_id", "started_at", "outcome", "cause", "blame", "purpose", "attempt", "stratum", "confidence", "ring_s"),
    *("trunk", "caller_id", "checks_json"),
)
RINGS = "rings"  # the check of the scenario quiet-time


class Brief(Fact, frozen=True, kw_only=True):
    """A recorded call in a few words."""

    call_id: str
    at: datetime
    outcome: Outcome
    cause: Cause
    blame: Blame
    purpose: Purpose
    attempt: int
    stratum: str
    confidence: float
    ring_s: float | None
    voided: bool
    trunk: str = ""
    caller_id: str = ""
    rang: bool = False  # a call at a quiet time, hung up at the first ring: the line was free


class Outcomes(Part):
    """Calls in brief."""

    def tried(self, since: datetime, until: datetime, trunk: str) -> tuple[int, int]:
        """How many random calls of a period over a trunk failed (as `probe.health.failed` says), of how many; void ones
        left out."""
        nothing = (Outcome.BUSY.value, Outcome.UNANSWERED.value, Outcome.UNREACHABLE.value)
        rang = (calls.c.cause == Cause.RANG_OUT.value) & (func.coalesce(calls.c.ring_s, 0.0) >= RANG_S)
        query = select(func.count().filter(calls.c.outcome.in_(nothing), ~rang), func.count())
        query = query.select_from(calls.outerjoin(voids, voids.c.call_id == calls.c.call_id)).where(
            calls.c.started_at >= since,
            calls.c.started_at < until,
            calls.c.purpose == Purpose.BASE.value,
            calls.c.trunk == plain(trunk),
            voids.c.call_id.is_(None),
        )
        with self._reads() as connection:
            nothings, n = connection.execute(query).one()
        return nothings, n

    def carried(self, trunk: str, since: datetime, until: datetime) -> bool:
        """Whether a call over a trunk got through (as `probe.health.carried` says) in [since, until)."""
        query = select(calls.c.call_id).outerjoin(voids, voids.c.call_id == calls.c.call_id).limit(1)
        query = query.where(
            calls.c.started_at >= since,
            calls.c.started_at < until,
            calls.c.trunk == plain(trunk),
            calls.c.outcome.in_((Outcome.ANSWERED.value, Outcome.VOICEMAIL.value)),
            voids.c.call_id.is_(None),
        )
        with self._reads() as connection:
            return connection.scalar(query) is not None

    def of_number(self, number: Number, since: datetime, until: datetime) -> tuple[Brief, ...]:
        """The recorded calls of a number begun in [since, until), in order of time: those of its present unit, for a
        unit that takes over a number does not take over what was wrong with it."""
        columns = (getattr(calls.c, name) for name in COLUMNS)
        query = select(*columns, voids.c.call_id.label("void")).outerjoin(voids, voids.c.call_id == calls.c.call_id)
        query = query.where(
            calls.c.number_id.in_(
                select(numbers.c.id).where(numbers.c.number == number.number, numbers.c.unit == plain(number.unit))
            ),
            calls.c.started_at >= since,
            calls.c.started_at < until,
        )
        with self._reads() as connection:
            return tuple(
                Brief(
                    call_id=row.call_id,
                    at=row.started_at,
                    outcome=Outcome(row.outcome),
                    cause=Cause(row.cause),
                    blame=Blame(row.blame),
                    purpose=Purpose(row.purpose or "manual"),
                    attempt=row.attempt or 1,
                    stratum=row.stratum or "",
                    confidence=row.confidence,
                    ring_s=row.ring_s,
                    voided=row.void is not None,
                    trunk=row.trunk or "",
                    caller_id=row.caller_id or "",
                    rang=row.purpose == Purpose.QUIET_TIME.value and _rang(row.checks_json),
                )
                for row in connection.execute(query.order_by(calls.c.started_at, calls.c.call_id))
            )


def _rang(checks_json: str | None) -> bool:
    """Whether the scenario's expectation that it rings was met."""
    return any(check.name == RINGS and check.passed for check in rows.checks_of(checks_json or "[]"))
