"""A district too small to be told from a fault of our own is told so: before it is called, and in its report."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from probe.health import unprotected
from reports.html import render
from tests.cli.inside import Inside
from tests.reports.test_html import PAGES

TOML = """
[robot]
language = "en"
[data]
folder = "data"
[transcriber]
enabled = false
{more}
[trunk.office]
proxy = "sip:127.0.0.1:9"
"""
ROWS = "单位,科室,号码\n" + "".join(f"单位{n},办公室,0571-8725000{n}\n" for n in range(1, 3))


@pytest.fixture
def probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Inside:
    (tmp_path / "probe.toml").write_text(TOML.format(more=""), encoding="utf-8")
    (tmp_path / "numbers.csv").write_text(ROWS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    done = Inside(capsys)
    assert done("numbers", "import", "numbers.csv").returncode == 0
    return done


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "has 2 units only (fewer than 3) and there is no number of your own"),
        ('[trunk.b]\nproxy = "sip:127.0.0.1:9"', "a fault of both would go unnoticed"),
        ('[manners]\ncanaries = ["0571-87259999"]', None),
    ],
)
def test_check_says_so(probe: Inside, tmp_path: Path, more: str, said: str | None) -> None:
    (tmp_path / "probe.toml").write_text(TOML.format(more=more), encoding="utf-8")
    shown = probe("--lang", "en", "check", "--no-call").stdout
    assert (said in shown) if said else ("units only" not in shown)


def test_the_report_says_so() -> None:
    caution = unprotected(2, 6, has_canary=False, ways=1)
    page = render(replace(next(iter(PAGES.values()))(lang="en"), caution=caution), "en")
    assert "fewer than 3" in page
