"""`show`, `evidence` and `prune` from the command line."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from probe.incidents import advance
from probe.model import Cause, Outcome
from tests.cli.inside import Inside
from tests.evidence.made import call, keep, stored
from tests.incidents.made import POLICY, seen

SETTINGS = '[robot]\nlanguage = "zh"\narea_code = "0571"\n[data]\nfolder = "data"\n'
NOW = datetime.now(UTC)


@pytest.fixture
def probe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Inside:
    monkeypatch.setenv("COLUMNS", "100")
    return Inside(capsys)


@pytest.fixture
def office(home: Path) -> Path:
    """A folder with three calls: one of today, one of a year ago, and one with a recording cut short."""
    (home / "probe.toml").write_text(SETTINGS)
    (home / "data").mkdir()
    with stored(home / "data") as store:
        keep(store, home / "data", call(call_id="today", at=NOW - timedelta(hours=1)))
        keep(store, home / "data", call(call_id="old", at=NOW - timedelta(days=365)))
        short = call(call_id="short", at=NOW - timedelta(hours=2))
        file = keep(store, home / "data", short)
        assert file is not None
        file.write_bytes(file.read_bytes()[:1000])
    return home


def test_show_tells_the_whole_story(office: Path, probe: Inside) -> None:
    shown = probe("show", "today")
    assert shown.returncode == 0
    for said in (
        "SIP 信令",
        "180 Ringing",
        "振铃",
        "回铃音 ×2",
        "已接听 · 人工接听",
        "用途：随机拨测",
        "recordings/",
    ):
        assert said in shown.stdout
    assert "张三" not in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 130


def test_show_in_english_and_for_machines(office: Path, probe: Inside) -> None:
    assert "it rings" in probe("--lang", "en", "show", "today").stdout
    (line,) = probe("show", "today", "--json").lines
    assert line["verdict"]["outcome"] == "answered"
    assert line["recording"] == "kept"
    assert line["trace"]["signals"][0] == {"at_s": 0.0, "sent": "INVITE"}
    assert "owner_email" not in line["number"]


@pytest.mark.parametrize("name", ["nobody", "../../etc/passwd", "\x1b[31m" + "x" * 5000])
def test_an_unknown_call_is_one_line(office: Path, probe: Inside, name: str) -> None:
    for arguments in (["show", name], ["evidence", name, "--to", "a.zip"]):
        done = probe("--lang", "en", *arguments)
        assert done.returncode == 12
        assert "there is no recorded call" in done.stderr
        assert len(done.stderr) < 400
        assert done.stderr.strip().isprintable()


def test_evidence_of_a_call(office: Path, probe: Inside) -> None:
    done = probe("evidence", "today", "--to", "out/today.zip")
    assert done.returncode == 0, done.stderr
    archive = zipfile.ZipFile(office / "out" / "today.zip")
    assert "today/picture.png" in archive.namelist()
    assert "today/recording.wav" in archive.namelist()
    assert archive.testzip() is None


def test_evidence_without_a_picture_and_with_a_broken_recording(office: Path, probe: Inside) -> None:
    assert probe("evidence", "short", "--to", "s.zip", "--no-picture").returncode == 0
    archive = zipfile.ZipFile(office / "s.zip")
    assert not [name for name in archive.namelist() if "picture" in name or name.endswith(".wav")]
    assert "不完整" in archive.read("short/README.txt").decode()


def test_evidence_of_an_incident(office: Path, probe: Inside) -> None:
    with stored(office / "data") as store:
        voicemail = call(call_id="vm", at=NOW - timedelta(hours=3), cause=Cause.GREETING, outcome=Outcome.VOICEMAIL)
        keep(store, office / "data", voicemail)
        (opened,) = store.incidents.add(advance([], seen(Cause.GREETING, 0, call_id="vm"), policy=POLICY))
    probe("incidents", "ack", opened.incident_id, "--by", "王主任")
    done = probe("evidence", "--incident", opened.incident_id, "--to", "i.zip", "--no-picture")
    assert done.returncode == 0, done.stderr
    archive = zipfile.ZipFile(office / "i.zip")
    story = archive.read(f"{opened.incident_id}/incident.txt").decode()
    assert f"{opened.incident_id}/calls/vm/verdict.txt" in archive.namelist()
    assert "工作时间转留言" in story
    assert "calls/vm" in story
    assert "王主任" not in story
    assert b"calls/vm/verdict.txt" in archive.read(f"{opened.incident_id}/SHA256SUMS")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--to", "a.zip"], 12, "name either a CALL or an --incident"),
        (["today", "--incident", "2026-03-02-001", "--to", "a.zip"], 12, "name either a CALL or an --incident"),
        (["today", "--to", "numbers.csv"], 12, "write --to NAME.zip"),
        (["--incident", "2026-03-02-001", "--to", "a.zip"], 14, "there is no incident 2026-03-02-001"),
    ],
)
def test_evidence_says_what_is_wrong(office: Path, probe: Inside, arguments: list[str], code: int, said: str) -> None:
    done = probe("--lang", "en", "evidence", *arguments)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert not (office / "a.zip").exists()


def test_prune_says_how_much_and_then_deletes_it(office: Path, probe: Inside) -> None:
    (said,) = probe("prune", "--dry-run", "--json").lines
    assert (said["dry_run"], said["recordings"], said["transcripts"]) == (True, 1, 1)
    done = probe("--lang", "en", "prune")
    assert done.returncode == 0
    assert "deleted: 1 recordings" in done.stderr
    assert "deleted on" in probe("--lang", "en", "show", "old").stdout
    assert "已按保存期限删除" in probe("show", "old").stdout
    (again,) = probe("prune", "--json").lines
    assert (again["recordings"], again["transcripts"]) == (0, 0)


def test_a_pruned_call_is_packed_and_not_judged_again(office: Path, probe: Inside) -> None:
    probe("prune")
    assert probe("evidence", "old", "--to", "old.zip", "--no-picture").returncode == 0
    archive = zipfile.ZipFile(io.BytesIO((office / "old.zip").read_bytes()))
    assert "已按保存期限删除" in archive.read("old/README.txt").decode()
    assert json.loads(archive.read("old/call.json"))["recording"] == "pruned"
    judged = probe("--lang", "en", "rejudge", "--no-words")
    assert "1 calls keep their verdict" in judged.stderr
    assert "已接听 · 人工接听" in probe("show", "old").stdout


def test_what_cannot_be_deleted_is_an_exit_code(office: Path, probe: Inside) -> None:
    folder = office / "data" / "recordings"
    folder.rename(office / "elsewhere")
    folder.symlink_to(office / "elsewhere")
    done = probe("prune")
    assert done.returncode == 5
    assert "未能删除，请人工处理：recordings/" in done.stderr
