"""The page in a real browser: it fits, it asks for nothing, and nothing in it runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page

from probe.model import Call
from probe.words import LANGUAGES
from reports.html import render
from reports.mail import letter
from reports.mask import masked
from reports.report import Report
from tests.records import HOSTILE
from tests.reports import month
from tests.reports.district import calls, hostile, report

pytestmark = pytest.mark.long
PHONE, DESK = 360, 1280


def shown(name: str, lang: str) -> Report:
    """Each kind of report, and those that hold attacks or nothing."""
    match name:
        case "hostile":
            return report(hostile(), title=HOSTILE[0], lang=lang)
        case "empty":
            return report([], title=HOSTILE[0], lang=lang)
        case "unit":
            return month.monthly(lang=lang, unit="余杭区人力资源和社会保障局")
        case "masked":
            return masked(month.incident(lang=lang))
        case _:
            return {"month": month.monthly, "daily": month.daily, "log": month.case_log, "incident": month.incident}[
                name
            ](lang=lang)


@pytest.fixture
def events() -> list[str]:
    """What a page did that it should not do."""
    return []


@pytest.fixture
def page(browser: Browser, events: list[str]) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()

    def refuse(dialog: Dialog) -> None:
        events.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.on("dialog", refuse)
    page.on("console", lambda message: events.append(f"console {message.text}"))
    page.on("pageerror", lambda error: events.append(f"error {error}"))
    page.on("request", lambda request: events.append(request.url))
    yield page
    context.close()


def opened(page: Page, tmp_path: Path, made: list[Call], *, lang: str = "zh", width: int = DESK) -> str:
    """Show a report of these calls; its address."""
    return put(page, tmp_path, render(report(made, title=HOSTILE[0]), lang), width=width)


def put(page: Page, tmp_path: Path, html: str, *, width: int) -> str:
    """Show a page; its address."""
    file = tmp_path / "report.html"
    file.write_text(html, encoding="utf-8")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(file.as_uri())
    return file.as_uri()


@pytest.mark.parametrize(("width", "lang"), [*((PHONE, lang) for lang in LANGUAGES), (DESK, "zh")])
@pytest.mark.parametrize("name", ["daily", "empty", "hostile", "incident", "log", "masked", "month", "unit"])
def test_it_fits_asks_for_nothing_and_runs_nothing(
    page: Page, events: list[str], tmp_path: Path, name: str, width: int, lang: str
) -> None:
    address = put(page, tmp_path, render(shown(name, lang), lang), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = page.evaluate(
        """limit => [...document.querySelectorAll("main *")]
            .filter(e => e.getBoundingClientRect().right > limit + 1 && !e.closest("thead"))
            .map(e => e.outerHTML.slice(0, 80))""",
        width,
    )
    assert wide == []
    assert [event for event in events if not event.startswith("data:image/svg+xml;")] == [address], "no other request"
    if name in ("hostile", "empty"):
        assert page.title().startswith("<script>alert(1)</script>")
    drawn = page.evaluate("[...document.images].map(i => i.complete && i.naturalWidth > 0)")
    assert all(drawn)
    assert bool(drawn) is (name != "empty")


@pytest.mark.parametrize("width", [PHONE, 600])
@pytest.mark.parametrize("name", ["empty", "hostile", "incident", "month"])
def test_a_mail_fits_with_what_mail_programs_leave_of_it(
    page: Page, events: list[str], tmp_path: Path, name: str, width: int
) -> None:
    html = letter(shown(name, "zh"), "zh", ["chief@example.gov.cn"]).html or ""
    assert "<style" not in html
    put(page, tmp_path, html, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [event for event in events if not event.startswith(("file:", "cid:", "console"))] == []


def test_pictures_are_drawn_under_the_policy(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, calls())
    band = page.locator(".headline .band").bounding_box()
    rail = page.locator(".headline .rail").bounding_box()
    assert band is not None
    assert rail is not None
    total = report().study.total.connect
    low, high = total.low or 0, total.high or 0
    assert (band["x"] - rail["x"]) / rail["width"] == pytest.approx(low, abs=0.01)
    assert band["width"] / rail["width"] == pytest.approx(high - low, abs=0.01)
    assert page.evaluate("getComputedStyle(document.body).margin") == "0px", "the style sheet is applied"
    bar = page.locator(".lines .parts rect").first
    assert bar.evaluate("e => getComputedStyle(e).fill") == "rgb(42, 109, 176)"


def test_names_do_not_disturb_what_is_around_them(page: Page, tmp_path: Path) -> None:
    """A right-to-left name or override stays in its own box: the text after it keeps its place."""
    opened(page, tmp_path, hostile())
    assert set(page.locator("bdi").evaluate_all("es => es.map(e => getComputedStyle(e).unicodeBidi)")) == {"isolate"}
    assert "\u202e" not in page.content()


def test_the_worst_lines_are_on_the_first_two_screens_of_a_phone(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, calls(), width=PHONE)
    cards = page.locator(".worst > li")
    assert cards.count() == 3
    box = cards.first.bounding_box()
    assert box is not None
    assert box["y"] < 800
    assert page.locator("h1").is_visible()


def test_a_worst_line_leads_to_its_row(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, calls())
    page.locator(".worst a").nth(1).click()
    assert "0571-87250001" in page.locator(":target").inner_text()


def test_all_of_it_is_printed(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, calls())
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    assert page.locator(".calls thead").is_visible()
    assert page.locator(".calls tbody tr").count() == len(calls())
    assert len(page.pdf(format="A4")) > 10_000


def test_chinese_is_drawn_in_a_font_that_has_it(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, calls())
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": ".brand"})["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert all("CJK" in font["familyName"] for font in fonts), "install fonts-noto-cjk"
