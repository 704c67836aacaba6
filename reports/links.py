"""Where the recordings lie, seen from the file that a report is written to. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath

from msgspec.structs import replace

from probe.model import Call
from reports.report import Finding, Report, UnitFindings


def linked(report: Report, folder: str) -> Report:
    """The report with its recordings' paths below `folder`; without any when that lies apart from it ("../…")."""

    def call(one: Call) -> Call:
        trace = one.record.trace
        if trace.recording is None:
            return one
        path = None if folder.startswith("..") else str(PurePosixPath(folder) / trace.recording)
        return replace(one, record=replace(one.record, trace=replace(trace, recording=path)))

    def finding(one: Finding) -> Finding:
        return one if one.evidence is None else replace(one, evidence=call(one.evidence))

    return replace(
        report,
        calls=tuple(map(call, report.calls)),
        worst=tuple(map(finding, report.worst)),
        units=tuple(UnitFindings(unit=u.unit, findings=tuple(map(finding, u.findings))) for u in report.units),
    )
