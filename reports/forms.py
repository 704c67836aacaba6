"""The forms of a report, by the ending of a file's name."""

from __future__ import annotations

from collections.abc import Callable

from probe.errors import ReportError
from probe.hints import shown
from reports.document import to_json
from reports.html import render
from reports.report import Report
from reports.show import Show


def _html(report: Report, lang: str) -> bytes:
    return render(report, lang).encode("utf-8", errors="replace")


def _pdf(report: Report, lang: str) -> bytes:
    from reports.pdf import pdf

    return pdf(report, lang)


def _xlsx(report: Report, lang: str) -> bytes:
    from reports.xlsx import xlsx

    return xlsx(report, lang)


def _csv(report: Report, lang: str) -> bytes:
    from reports.table import calls, lines, to_csv

    show = Show(report, lang)
    return to_csv(lines(show) if report.number is None else calls(show))


def _eml(report: Report, lang: str) -> bytes:
    from reports.mail import PREVIEW, eml, letter

    return eml(letter(report, lang, [PREVIEW.sender]), report)


FORMS: dict[str, Callable[[Report, str], bytes]] = {
    ".html": _html,
    ".pdf": _pdf,
    ".xlsx": _xlsx,
    ".csv": _csv,
    ".json": lambda report, lang: to_json(report),
    ".eml": _eml,
}


def form_of(name: str) -> Callable[[Report, str], bytes]:
    """How a file of this name is made. ReportError for an ending that we do not know."""
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    if ending not in FORMS:
        raise ReportError("report.bad_form", name=shown(name), known=" ".join(FORMS))
    return FORMS[ending]
