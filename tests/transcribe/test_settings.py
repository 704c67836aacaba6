"""The table `[transcriber]` of probe.toml."""

from pathlib import Path

import pytest

from probe.settings import WrongSettings, read


def written(folder: Path, text: str) -> Path:
    file = folder / "probe.toml"
    file.write_text(f"[transcriber]\n{text}\n")
    return file


def test_words_are_recognised_unless_told_otherwise_by_the_installed_model(tmp_path: Path) -> None:
    found = read(written(tmp_path, "")).transcriber
    assert (found.enabled, found.model, found.workers) == (True, None, 1)


def test_the_model_is_looked_for_beside_the_settings_file(tmp_path: Path) -> None:
    assert read(written(tmp_path, 'model = "small"')).transcriber.model == tmp_path / "small"
    assert read(written(tmp_path, 'model = "/srv/small"')).transcriber.model == Path("/srv/small")


@pytest.mark.parametrize("line", ["workers = 0", "workers = 17", 'enabled = "no"', "model = 1"])
def test_a_value_that_cannot_be_meant_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(WrongSettings, match=r"probe\.toml:2: \[transcriber\] " + line.split()[0]):
        read(written(tmp_path, line))
