"""Between our types and the columns of a row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from probe.model import (
    Because,
    Call,
    Check,
    Fact,
    Number,
    Order,
    Record,
    Sounds,
    Trace,
    Verdict,
    post_dial_delay_s,
    ring_s,
)
from probe.store.rules import rules_version


class Former(Fact, frozen=True, kw_only=True):
    """A verdict that was replaced: when it was made, until when it stood, and which rules made it ("" when unknown)."""

    verdict: Verdict
    judged_at: datetime
    replaced_at: datetime
    rules: str


_encoder = msgspec.json.Encoder()
_order = msgspec.json.Decoder(Order)
_number = msgspec.json.Decoder(Number)
_trace = msgspec.json.Decoder(Trace)
_sounds = msgspec.json.Decoder(Sounds)
_verdict = msgspec.json.Decoder(Verdict)
_because = msgspec.json.Decoder(Because)
_checks = msgspec.json.Decoder(tuple[Check, ...])


def json(value: object) -> str:
    """One of our types as JSON text. It holds no NUL (JSON escapes it), which PostgreSQL's text would refuse."""
    return _encoder.encode(value).decode()


def plain(text: str) -> str:
    """Text for a column: without the NUL that PostgreSQL refuses."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def order_of(text: str) -> Order:
    return _order.decode(text)


def number_of(text: str) -> Number:
    return _number.decode(text)


def call_of(row: Any) -> Call:
    """A recorded call, from a row with its five JSON columns, the number's `facts` and why it was voided."""
    record = Record(
        order=_order.decode(row.order_json),
        trace=_trace.decode(row.trace_json),
        sounds=_sounds.decode(row.sounds_json),
        verdict=_verdict.decode(row.verdict_json),
        checks=_checks.decode(row.checks_json),
    )
    voided = None if row.reason_json is None else _because.decode(row.reason_json)
    return Call(record=record, number=_number.decode(row.facts), voided=voided)


def recorded(record: Record, at: datetime, *, recovered: bool) -> dict[str, Any]:
    """The columns that a record fills in."""
    return {
        "recorded_at": at,
        "recovered": recovered,
        "started_at": record.trace.started_at,
        "trace_json": json(record.trace),
        "checks_json": json(record.checks),
        "pdd_s": post_dial_delay_s(record.trace),
        "ring_s": ring_s(record.trace, record.sounds),
        "answered_s": record.trace.answered_at_s,
        "trunk": plain(record.trace.trunk),
        "caller_id": plain(record.trace.caller_id),
        "judged_at": None,
        **judged(record.verdict, record.sounds),
    }


def judged(verdict: Verdict, sounds: Sounds) -> dict[str, Any]:
    """The columns that a verdict fills in, made now by these rules."""
    return {
        "outcome": verdict.outcome.value,
        "cause": verdict.cause.value,
        "blame": verdict.blame.value,
        "confidence": verdict.confidence,
        "verdict_json": json(verdict),
        "sounds_json": json(sounds),
        "rules": rules_version(),
    }


def checks_of(text: str) -> tuple[Check, ...]:
    return _checks.decode(text)


def verdict_of(text: str) -> Verdict:
    return _verdict.decode(text)


def former_of(row: Any) -> Former:
    """A verdict that was replaced."""
    return Former(
        verdict=verdict_of(row.verdict_json), judged_at=row.judged_at, replaced_at=row.replaced_at, rules=row.rules
    )


def ordered(order: Order, *, number_id: int, round_id: str | None = None, position: int = 0) -> dict[str, Any]:
    """The columns that an order fills in."""
    return {
        "call_id": order.call_id,
        "round_id": round_id,
        "position": position,
        "number_id": number_id,
        "recovered": False,
        "purpose": order.purpose.value,
        "attempt": order.attempt,
        "stratum": order.stratum,
        "order_json": json(order),
    }
