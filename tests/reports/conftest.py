"""The evidence sentences of these tests, pictures that are drawn once, and a real browser."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
import vl_convert
from playwright.sync_api import Browser, sync_playwright

import probe.words
from tests.reports.district import SENTENCES

CHROMIUM = "/usr/bin/chromium"
T = TypeVar("T")
Catalogue = Callable[[str], dict[str, dict[str, str]]]


def told(real: Catalogue) -> Catalogue:
    """Reports here speak of evidence that the district has; what the rules say is the classifier's business."""
    return lambda name: SENTENCES if name == "because" else real(name)


@pytest.fixture(autouse=True)
def sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe.words, "catalogue", told(probe.words.catalogue))


def once(draw: Callable[..., T]) -> Callable[..., T]:
    """What vl-convert does, but the same picture only once: these tests show the same few reports again and again."""
    known: dict[str, T] = {}

    def drawn(spec: dict[str, object], **more: object) -> T:
        key = json.dumps([spec, more], sort_keys=True)
        if key not in known:
            known[key] = draw(spec, **more)
        return known[key]

    return drawn


TO_SVG, TO_PNG = once(vl_convert.vegalite_to_svg), once(vl_convert.vegalite_to_png)


def draw_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the end of the test."""
    monkeypatch.setattr(vl_convert, "vegalite_to_svg", TO_SVG)
    monkeypatch.setattr(vl_convert, "vegalite_to_png", TO_PNG)


@pytest.fixture(autouse=True)
def pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    draw_once(monkeypatch)


@pytest.fixture(scope="module")  # not longer: while Playwright is up, no test of this process can run asyncio
def browser() -> Iterator[Browser]:
    if shutil.which(CHROMIUM) is None:
        pytest.fail(f"{CHROMIUM} is missing. Install it: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
