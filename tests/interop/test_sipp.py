"""The line against SIPp: many ways in which a call may go, side by side, each judged as the facts say."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from probe.model import Record
from tests.interop.codes import WITH_REASON, WITHOUT_REASON
from tests.interop.compose import final, q850, scenario, trying
from tests.interop.flows import FLOWS, Flow
from tests.interop.robot import dialled, judged, side_by_side
from tests.interop.sipp import sipp_peer

pytestmark = pytest.mark.hears


@contextlib.contextmanager
def peers(flows: Sequence[Flow], folder: Path) -> Iterator[dict[str, str]]:
    """One SIPp for each flow, started side by side: name → address."""
    contexts = {}
    for place, flow in enumerate(flows):
        file = folder / f"{place}.xml"
        file.write_text(scenario(flow.name, *flow.parts), encoding="utf-8")
        contexts[flow.name] = sipp_peer(file, *flow.options)
    with side_by_side(contexts) as addresses:
        yield addresses


def called(flows: Sequence[Flow], folder: Path) -> dict[str, Record]:
    """Each of these calls, made over one switchboard: name → record."""
    with peers(flows, folder) as addresses:
        uris = {name: f"sip:1001@{address}" for name, address in addresses.items()}
        limits = {flow.name: {"ring_limit_s": flow.ring_limit_s} for flow in flows}
        return dialled(uris, folder, limits, answered_limit_s=12.0)


def missing(flow: Flow, record: Record) -> list[str | int]:
    """What should stand in the trace, in this order, and does not."""
    told = iter([s.sent or s.status or s.received for s in record.trace.signals])
    return [wanted for wanted in flow.signals or () if wanted not in told]


def test_each_flow_is_judged_by_what_it_was(tmp_path: Path) -> None:
    records = called(FLOWS, tmp_path)
    seen = {name: judged(record) for name, record in records.items()}
    assert seen == {flow.name: flow.judged for flow in FLOWS}
    assert {flow.name: gap for flow in FLOWS if (gap := missing(flow, records[flow.name]))} == {}


def test_each_code_of_rfc_3398_is_judged_with_and_without_its_reason(tmp_path: Path) -> None:
    with_reason = [
        Flow(f"{cause} {status}", (trying(), final(status, q850(cause))), expected)
        for (cause, status), expected in WITH_REASON.items()
    ]
    without = [Flow(status, (trying(), final(status)), expected) for status, expected in WITHOUT_REASON.items()]
    flows = (*with_reason, *without)
    records = called(flows, tmp_path)
    assert {name: judged(record) for name, record in records.items()} == {flow.name: flow.judged for flow in flows}
