"""`probe init`: what it writes works at once, and it destroys nothing."""

import re
from pathlib import Path

import pytest

from probe.dial.uri import is_loopback, parse_uri
from probe.directory import read as read_directory
from probe.errors import SettingsError
from probe.settings import demo, init, read
from probe.settings.schema import TABLES


def test_what_is_written_works_without_a_change(tmp_path: Path) -> None:
    settings_file, directory = init(tmp_path / "new" / "folder")
    assert (settings_file.name, directory.name) == ("probe.toml", "numbers.csv")
    settings = read(settings_file)
    trunk = settings.trunk(None, {"TONGBUTONG_TRUNK_PASSWORD": "x"})
    assert trunk.name == "office"
    assert trunk.proxy.startswith("sip:192.0.2.")  # TEST-NET-1 (RFC 5737): an unchanged file calls nobody
    listing = read_directory(directory, country=settings.robot.country, area_code=settings.robot.area_code)
    assert (len(listing.numbers), listing.problems, listing.notes) == (2, (), ())


def test_the_sample_directory_disturbs_nobody(tmp_path: Path) -> None:
    _, directory = init(tmp_path)
    assert directory.read_bytes().startswith(b"\xef\xbb\xbf")  # else Excel in China reads it as GBK
    for number in read_directory(directory, country="CN", area_code="").numbers:
        assert is_loopback(parse_uri(number.number).host)


def test_the_settings_file_shows_every_key_and_no_other(tmp_path: Path) -> None:
    text = init(tmp_path)[0].read_text(encoding="utf-8")
    shown: dict[str, set[str]] = {}
    for line in text.splitlines():
        if header := re.match(r"(?:# )?\[(\w+)", line):
            table = shown.setdefault(header[1], set())
        elif key := re.match(r"(?:# )?(\w+) = ", line):
            table.add(key[1])
    assert shown == {name: set(model.model_fields) for name, model in TABLES.items()}


@pytest.mark.parametrize("key", ["store", "caller_id", "bind"])
def test_a_key_that_is_commented_out_may_be_used_as_it_stands(tmp_path: Path, key: str) -> None:
    file = init(tmp_path)[0]
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(rf"^# ({key} = )", r"\1", text, flags=re.M), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != text
    assert read(file).trunks["office"].proxy


@pytest.mark.parametrize("name", ["probe.toml", "numbers.csv"])
def test_what_is_there_is_kept_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        init(tmp_path)
    assert caught.value.key == "settings.exists"
    assert name in caught.value.text("zh")
    assert [(file.name, file.read_text(encoding="utf-8")) for file in tmp_path.iterdir()] == [(name, "mine")]


def test_a_link_to_nowhere_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "probe.toml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingsError):
        init(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        init(tmp_path / "file" / "folder")
    assert caught.value.key == "settings.cannot_write"


def test_the_demo_leaves_settings_for_every_other_command(tmp_path: Path) -> None:
    for _ in range(2):  # it may be run again
        settings = demo(tmp_path / "demo")
        assert settings.data.folder == tmp_path / "demo"
        assert settings.robot.area_code == "0571"
        assert settings.file == tmp_path / "demo" / "probe.toml"


def test_the_demo_keeps_off_somebodys_own_folder(tmp_path: Path) -> None:
    init(tmp_path)
    with pytest.raises(SettingsError, match=re.escape(str(tmp_path / "probe.toml"))):
        demo(tmp_path)
