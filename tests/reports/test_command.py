"""`probe report`, as a person types it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import openpyxl
import pytest

from probe.store import Store
from tests.cli.inside import Inside
from tests.reports.stored import fill

SETTINGS = '[robot]\nlanguage = "zh"\narea_code = "0571"\n[data]\nfolder = "data"\n'
DAY = ("--daily", "--for", "2026-03-25")


@pytest.fixture
def probe(capsys: pytest.CaptureFixture[str]) -> Inside:
    return Inside(capsys)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    for name in ("TONGBUTONG_SETTINGS", "TONGBUTONG_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "probe.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "data").mkdir()
    with Store.open(f"sqlite:///{tmp_path / 'data' / 'tongbutong.sqlite3'}") as store:
        fill(store)
    return tmp_path


@pytest.mark.parametrize("ending", ["html", "xlsx", "csv", "json", "eml"])
def test_every_form_in_one_command(desk: Path, probe: Inside, ending: str) -> None:
    done = probe("report", *DAY, "--to", f"r.{ending}")
    assert done.returncode == 0, done.stderr
    begins = {
        "html": b"<!doctype html>",
        "xlsx": b"PK",
        "csv": b"\xef\xbb\xbf",
        "json": b'{"schema":1',
        "eml": b"From: ",
    }
    assert (desk / f"r.{ending}").read_bytes().startswith(begins[ending])


def test_the_page_stands_in_the_data_folder_when_nothing_else_is_said(desk: Path, probe: Inside) -> None:
    assert probe("report", "--monthly", "--for", "2026-03").returncode == 0
    page = (desk / "data" / "report-2026-03-01-2026-03-31.html").read_text(encoding="utf-8")
    assert "电话畅通情况月报" in page
    assert "2026 年 3 月" in page


def test_of_a_unit_a_number_and_an_incident(desk: Path, probe: Inside) -> None:
    for asked, told in (
        (("--weekly", "--for", "2026-03-25", "--unit", "余杭区公安分局"), "余杭区公安分局"),
        ((*DAY, "--number", "0571-87250001"), "0571-87250001 拨打记录"),
        (("--incident", "2026-03-25-001"), "问题 2026-03-25-001 的经过"),
    ):
        done = probe("report", *asked, "--to", "r.html")
        assert done.returncode == 0, done.stderr
        assert told in (desk / "r.html").read_text(encoding="utf-8")


def test_masked(desk: Path, probe: Inside) -> None:
    assert probe("report", *DAY, "--masked", "--to", "r.json").returncode == 0
    told = (desk / "r.json").read_text(encoding="utf-8")
    assert "8725XXXX" in told
    assert "87250001" not in told


def test_in_english(desk: Path, probe: Inside) -> None:
    assert probe("--lang", "en", "report", *DAY, "--to", "r.xlsx").returncode == 0
    assert openpyxl.load_workbook(desk / "r.xlsx").sheetnames[0] == "Overview"


def test_the_title_is_whatever_one_likes(desk: Path, probe: Inside) -> None:
    assert probe("report", *DAY, "--title", "<b>三月</b>", "--to", "r.json").returncode == 0
    assert json.loads((desk / "r.json").read_text(encoding="utf-8"))["figures"]["calls"] == 62


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--daily", "--for", "2026-3-25"), "2026-3-25"),
        (("--daily", "--from", "2026-03-25"), "--from"),
        (("--from", "2026-03-25", "--until", "2026-03-24"), "2026-03-24"),
        ((*DAY, "--unit", "a", "--number", "1"), "--number"),
        (("--incident", "2026-03-25-001", "--month", "2020-01"), "--month"),
        (("--incident", "2026-03-25-001", "--weekly"), "--weekly"),
        (("--incident", "2026-03-25-001", "--until", "2026-03-25"), "--until"),
        ((*DAY, "--to", "r.doc"), ".xlsx"),
        (("--daily", "--for", "2001-01-01"), "2001-01-01"),
        ((*DAY, "--unit", "火星局"), "2026-03-25"),
        ((*DAY, "--to", "/dev/null/r.html"), "/dev/null"),
    ],
)
def test_mistakes_are_told_in_one_line(desk: Path, probe: Inside, asked: tuple[str, ...], told: str) -> None:
    done = probe("report", *asked)
    assert done.returncode == 12
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (desk / "r.doc").exists()


def test_an_unknown_incident_is_told(desk: Path, probe: Inside) -> None:
    done = probe("report", "--incident", "2026-03-25-999")
    assert done.returncode == 14
    assert "2026-03-25-999" in done.stderr


@pytest.mark.parametrize(("lang", "told"), [("zh", "呼叫次数上限的代价"), ("en", "What the limit of calls costs")])
def test_what_a_strict_limit_costs_is_told_in_every_form(desk: Path, probe: Inside, lang: str, told: str) -> None:
    """The same sentence as `probe plan`: with 5 calls a day, fewer stuck handsets are found."""
    for ending in ("html", "eml", "json"):
        assert probe("--lang", lang, "report", *DAY, "--to", f"usual.{ending}").returncode == 0
    (desk / "probe.toml").write_text(SETTINGS + '[manners]\npreset = "strict"\n', encoding="utf-8")
    for ending in ("html", "eml", "json", "xlsx"):
        assert probe("--lang", lang, "report", *DAY, "--to", f"strict.{ending}").returncode == 0
    assert told in (desk / "strict.html").read_text(encoding="utf-8")
    assert told not in (desk / "usual.html").read_text(encoding="utf-8")
    for name, there in (("strict", True), ("usual", False)):
        message = message_from_bytes((desk / f"{name}.eml").read_bytes(), policy=policy.default)
        for kind in ("plain", "html"):
            assert (told in message.get_body((kind,)).get_content()) == there  # type: ignore[attr-defined]
    lost = json.loads((desk / "strict.json").read_text(encoding="utf-8"))["lost"]
    assert lost["key"] == "plan.detection_lost_by"
    assert 0 < lost["values"]["found_strict"] < lost["values"]["found"] < 1
    cells = [str(cell.value) for sheet in openpyxl.load_workbook(desk / "strict.xlsx") for row in sheet for cell in row]
    assert told in cells
