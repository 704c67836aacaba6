"""Pictures: valid, small, without anything that acts, and never in empty boxes."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
import vl_convert

from probe.words import LANGUAGES, words
from reports import pictures
from reports.charts import Shape
from reports.pictures import can_write_chinese, png, svg
from reports.report import Report
from reports.show import Show
from tests.reports import month
from tests.reports.district import hostile, report

MONTH, LOG = month.monthly(), month.case_log()


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("found", [MONTH, LOG, report(hostile())], ids=["month", "log", "hostile"])
def test_they_are_drawn_within_their_width_and_hold_nothing_active(found: Report, shape: Shape) -> None:
    for picture in pictures.pictures(Show(found, "zh")).values():
        drawn = svg(picture.draw(shape))
        width = re.search(r'<svg[^>]* width="([\d.]+)"', drawn)
        assert width is not None
        assert float(width[1]) <= shape + 16, picture.name
        assert not re.search(r"<script|<foreignObject|<image|javascript:|\son\w+=|https?://(?!www\.w3\.org/)", drawn)
        assert len(drawn) < 200_000


def test_what_there_is_to_show_is_shown() -> None:
    assert set(pictures.pictures(Show(MONTH, "zh"))) == {"outcomes", "heat", "trend"}
    assert "timeline" in pictures.pictures(Show(LOG, "zh"))
    assert pictures.pictures(Show(report([]), "zh")) == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_says_in_words_what_it_shows(lang: str) -> None:
    told = {name: picture.alt for name, picture in pictures.pictures(Show(LOG, lang)).items()}
    assert told["timeline"].startswith(
        {"zh": "08:50 至 11:30 共拨打 29 次：", "en": "29 calls from 08:50 to 11:30:"}[lang]
    )
    heat = pictures.pictures(Show(MONTH, lang))["heat"].alt
    assert heat == words("report.alt_heat_none", lang), "no hour of that month stands out from 35"


def test_a_png_is_sharp_and_small() -> None:
    data = png(pictures.pictures(Show(MONTH, "zh"))["heat"].draw(Shape.LETTER))
    assert data.startswith(b"\x89PNG")
    assert len(data) < 50_000


class TestFonts:
    def test_this_machine_can_write_chinese(self) -> None:
        assert can_write_chinese(), "install fonts-noto-cjk"

    def test_letters_that_no_font_has_look_alike(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """How a machine without a font for Chinese is recognised: here with letters of the private use area."""
        monkeypatch.setattr(pictures, "DIFFERENT", ("\U0010fffc", "\U0010fffd"))
        assert can_write_chinese.__wrapped__() is False

    def test_the_font_of_the_extra_is_used_when_it_is_installed(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / pictures.FONT_PACKAGE).mkdir()
        (tmp_path / pictures.FONT_PACKAGE / "__init__.py").touch()
        assert find_spec(pictures.FONT_PACKAGE) is None
        monkeypatch.syspath_prepend(str(tmp_path))
        registered: list[str] = []
        monkeypatch.setattr(vl_convert, "register_font_directory", registered.append)
        assert pictures.font_folder.__wrapped__() == tmp_path / pictures.FONT_PACKAGE
        monkeypatch.setattr(pictures, "font_folder", lambda: tmp_path / pictures.FONT_PACKAGE)
        pictures._fonts.__wrapped__()
        assert registered == [str(tmp_path / pictures.FONT_PACKAGE)]
