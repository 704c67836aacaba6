"""One bad file per mistake, with exactly what is said about it: the English lines, then the Chinese ones."""

from pathlib import Path

import pytest

from probe.errors import SettingsError
from probe.settings import read

FOLDER = Path(__file__).parent / "bad"
BAD = sorted(FOLDER.glob("*.toml"))


def wrong(file: Path) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        read(file.name)
    return caught.value


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_message(file: Path) -> None:
    error = wrong(file)
    assert f"{error.text('en')}\n{error.text('zh')}\n" == file.with_suffix(".txt").read_text(encoding="utf-8")
    assert error.exit_code == 3


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_no_password_and_nothing_hostile_is_shown(file: Path) -> None:
    error = wrong(file)
    said = error.text("en") + error.text("zh")
    assert "hunter2" not in said + repr(error) + repr(error.__cause__)
    assert all(line.isprintable() for line in said.splitlines())


def test_every_message_has_its_file() -> None:
    assert {file.stem for file in BAD} == {file.stem for file in FOLDER.glob("*.txt")}
