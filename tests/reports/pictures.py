"""Take the pictures of docs/pictures anew, to be looked at: `python -m tests.reports.pictures`.

Chromium shows pages and mails, pdftoppm (Debian: poppler-utils) the PDF."""

from __future__ import annotations

import io
import subprocess
import tempfile
from base64 import b64encode
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

import probe.words
from reports.forms import FORMS
from reports.mail import letter
from tests.reports import month
from tests.reports.conftest import CHROMIUM, told

FOLDER = Path(__file__).parent.parent.parent / "docs" / "pictures"
COLOURS = 220  # of a picture: it stays below 150 kB


def take() -> None:
    """Each picture, cut to what matters."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page, log = (FORMS[".html"](found, "zh").decode() for found in (month.monthly(), month.case_log()))
        shot(browser, page, "report", 1100, 1330, Path(scratch))
        shot(browser, page, "report-phone", 360, 1500, Path(scratch))
        shot(browser, log, "report-log", 1100, 1000, Path(scratch))
        shot(browser, mail(), "report-mail", 640, 1900, Path(scratch))
        browser.close()
        file = Path(scratch) / "r.pdf"
        file.write_bytes(FORMS[".pdf"](month.monthly(), "zh"))
        subprocess.run(
            ["pdftoppm", "-r", "80", "-l", "1", "-png", "-singlefile", file, file.with_suffix("")], check=True
        )
        keep(file.with_suffix(".png").read_bytes(), "report-pdf")


def mail() -> str:
    """The mail's HTML, its pictures put in as a mail program does."""
    made = letter(month.monthly(), "zh", ["chief@example.gov.cn"])
    html = made.html or ""
    for cid, data in made.images.items():
        html = html.replace(f"cid:{cid}", f"data:image/png;base64,{b64encode(data).decode()}")
    return html


def shot(browser: Browser, html: str, name: str, width: int, height: int, scratch: Path) -> None:
    file = scratch / f"{name}.html"
    file.write_text(html, encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(file.as_uri())
    keep(page.screenshot(), name)
    page.close()


def keep(data: bytes, name: str) -> None:
    picture = Image.open(io.BytesIO(data)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probe.words, "catalogue", told(probe.words.catalogue))
        take()
