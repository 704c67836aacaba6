"""Render: a `Report` as a PDF, from its page. WeasyPrint (the extra "pdf") lays it out and embeds the fonts."""

from __future__ import annotations

import logging

from probe.errors import ReportError
from reports.html import render
from reports.pictures import can_write_chinese, font_folder
from reports.report import Report


def ready() -> None:
    """ReportError with a remedy when WeasyPrint, its libraries, or a font for Chinese is missing."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError) as error:  # OSError: Pango is not on this machine
        raise ReportError("report.no_weasyprint", reason=str(error).splitlines()[0]) from error
    if not can_write_chinese():
        raise ReportError("report.no_font")


def pdf(report: Report, lang: str) -> bytes:
    """The file. ReportError as `ready` says."""
    ready()
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it knows not every property of our style sheet
    fonts = FontConfiguration()
    styles = []
    folder = font_folder()
    if folder is not None:
        rules = "".join(
            f'@font-face {{ font-family: "Noto Sans CJK TC"; src: url("{file.as_uri()}"); }}'
            for file in sorted(folder.glob("*.otf"))
        )
        styles.append(CSS(string=rules, font_config=fonts, url_fetcher=URLFetcher(allowed_protocols=("file",))))
    inside = URLFetcher(allowed_protocols=("data",))  # the page loads nothing, whatever a name in it says
    page = HTML(string=render(report, lang, "pdf.css"), url_fetcher=inside, base_url="about:blank")
    return bytes(page.write_pdf(stylesheets=styles, font_config=fonts))
