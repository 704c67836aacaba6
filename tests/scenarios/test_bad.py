"""One bad file per mistake, with exactly what is said about it: the English line, then the Chinese one."""

from pathlib import Path

import pytest

from probe.errors import ScenarioError
from probe.script import shelf

FOLDER = Path(__file__).parent / "bad"
BAD = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_message(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    with pytest.raises(ScenarioError) as caught:
        shelf.read(Path(file.name))
    error = caught.value
    said = f"{error.text('en')}\n{error.text('zh')}\n"
    assert said == file.with_suffix(".txt").read_text(encoding="utf-8")
    assert all(line.isprintable() for line in said.splitlines()), "nothing hostile is shown"
    assert error.exit_code == 9


def test_every_message_has_its_file() -> None:
    assert {file.stem for file in BAD} == {file.stem for file in FOLDER.glob("*.txt")}


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="No such file or directory"):
        shelf.read(tmp_path / "nowhere.yaml")
    (tmp_path / "gbk.yaml").write_bytes("use: 试用".encode("gbk"))
    with pytest.raises(ScenarioError, match="UTF-8"):
        shelf.read(tmp_path / "gbk.yaml")


def test_a_file_of_endless_size_is_not_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "large.yaml").write_text("# " + "x" * 70_000, encoding="utf-8")
    with pytest.raises(ScenarioError, match="too large"):
        shelf.read(tmp_path / "large.yaml")
