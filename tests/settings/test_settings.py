"""Where the settings are found, what they mean, and how a trunk gets its password."""

import os
from pathlib import Path

import pytest

from probe.dial.trunk import NumberFormat, Trunk
from probe.errors import SettingsError
from probe.settings import default_settings, find, read

MINIMAL = '[trunk.office]\nproxy = "sip:192.0.2.10"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(text: str, name: str = "probe.toml") -> Path:
    file = Path(name)
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_where_the_file_is_looked_for(folder: Path) -> None:
    assert find(None, {}) is None
    write("")
    assert find(None, {}) == Path("probe.toml")
    assert find(None, {"TONGBUTONG_SETTINGS": "other.toml"}) == Path("other.toml")
    assert find("third.toml", {"TONGBUTONG_SETTINGS": "other.toml"}) == Path("third.toml")
    assert find(None, {"TONGBUTONG_SETTINGS": ""}) == Path("probe.toml")


def test_no_file_at_all(folder: Path) -> None:
    with pytest.raises(SettingsError, match="probe init") as caught:
        read(None, {})
    assert str(folder) in caught.value.text("zh")


@pytest.mark.parametrize(("name", "key"), [("missing.toml", "settings.missing"), (".", "settings.unreadable")])
def test_a_file_that_cannot_be_read(folder: Path, name: str, key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(name)
    assert caught.value.key == key
    assert name in caught.value.text("zh")


def test_a_file_that_is_far_too_big(folder: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read(write("#" * 1_000_001))
    assert caught.value.key == "settings.not_text"


def test_an_empty_file_says_what_no_file_says(folder: Path) -> None:
    assert read(write("")).model_dump() == default_settings().model_dump()
    assert read(write("\ufeff[robot]\n")).model_dump() == default_settings().model_dump()  # Notepad's mark


def test_defaults(folder: Path) -> None:
    settings = default_settings()
    robot = settings.robot
    assert (robot.country, robot.area_code, robot.timezone, robot.language) == ("CN", "", "Asia/Shanghai", "zh")
    assert settings.data.folder == folder / "tongbutong-data"
    assert settings.data.store == f"sqlite:///{folder}/tongbutong-data/tongbutong.sqlite3"
    assert (settings.trunks, settings.file, settings.cautions()) == ({}, None, ())


def test_places_count_from_the_folder_of_the_file(folder: Path) -> None:
    text = '[data]\nfolder = "calls"\nstore = "sqlite:///db/x.db"\n[trunk.a]\nproxy = "sip:h"\nusername = "u"\n'
    settings = read(write(text + 'password_file = "secret.txt"\n', "etc/probe.toml"))
    assert settings.data.folder == folder / "etc" / "calls"
    assert settings.data.store == f"sqlite:///{folder}/etc/db/x.db"
    assert settings.trunks["a"].password_file == folder / "etc" / "secret.txt"
    assert settings.file == Path("etc/probe.toml")


def test_absolute_places_stay(folder: Path) -> None:
    settings = read(write('[data]\nfolder = "/srv/calls"\nstore = "sqlite:////srv/x.db"\n'))
    assert settings.data.folder == Path("/srv/calls")
    assert settings.data.store == "sqlite:////srv/x.db"
    assert read(write('[data]\nfolder = "~/x"\n')).data.folder == Path.home() / "x"


@pytest.mark.parametrize(
    "url", ["postgresql://probe@db.example:5432/calls", "postgresql:///calls?host=/run/pg", "postgres://h/d"]
)
def test_a_server_is_taken_as_it_is(folder: Path, url: str) -> None:
    assert read(write(f'[data]\nstore = "{url}"\n')).data.store == url


@pytest.mark.parametrize(
    ("country", "written", "kept"),
    [("CN", "0571", "0571"), ("CN", "571", "0571"), ("cn", "10", "010"), ("US", "212", "212")],
)
def test_area_code(folder: Path, country: str, written: str, kept: str) -> None:
    assert read(write(f'[robot]\ncountry = "{country}"\narea_code = "{written}"\n')).robot.area_code == kept


def test_settings_are_frozen(folder: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        default_settings().robot.country = "US"


# ---- trunks ----


def test_trunk(folder: Path) -> None:
    text = (
        '[robot]\narea_code = "0571"\n[trunk.office]\nproxy = "sip:pbx.example:5080"\nusername = "8001"\n'
        'password_env = "OFFICE"\ncaller_id = "057187250000"\nlines = 4\ncalls_per_second = 2\n'
        'number_format = "local"\nbind = "192.0.2.5"\n[trunk.spare]\nproxy = "sip:192.0.2.11"\n'
    )
    settings = read(write(text))
    office = settings.trunk(None, {"OFFICE": "hunter2"})
    assert office == Trunk(
        name="office",
        proxy="sip:pbx.example:5080",
        username="8001",
        password=office.password,
        caller_id="057187250000",
        lines=4,
        calls_per_second=2.0,
        number_format=NumberFormat.LOCAL,
        bind="192.0.2.5",
    )
    assert office.password.reveal() == "hunter2"
    assert settings.trunk("spare", {}) == Trunk(name="spare", proxy="sip:192.0.2.11")
    assert "hunter2" not in repr(settings) + repr(office) + str(office)


def test_no_trunk(folder: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        default_settings().trunk()
    assert caught.value.key == "settings.no_trunks"


def test_no_such_trunk(folder: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read(write(MINIMAL)).trunk("offce")
    assert caught.value.text("en") == "there is no trunk 'offce'; the settings have: office"


@pytest.mark.parametrize("env", [{}, {"OFFICE": ""}])
def test_a_variable_that_is_not_set(folder: Path, env: dict[str, str]) -> None:
    settings = read(write(MINIMAL + 'username = "8001"\npassword_env = "OFFICE"\n'))
    with pytest.raises(SettingsError) as caught:
        settings.trunk("office", env)
    assert caught.value.text("en") == (
        "[trunk.office] password should be in the environment variable OFFICE, which is not set"
    )


def with_password_file(content: bytes | None, mode: int = 0o600) -> Path:
    file = Path("secret.txt")
    if content is not None:
        file.write_bytes(content)
        file.chmod(mode)
    return write(MINIMAL + 'username = "8001"\npassword_file = "secret.txt"\n')


@pytest.mark.parametrize("content", [b"hunter2", b"hunter2\n", b"hunter2\r\n"])
def test_a_password_from_a_file(folder: Path, content: bytes) -> None:
    settings = read(with_password_file(content))
    assert settings.trunk().password.reveal() == "hunter2"
    assert settings.cautions() == ()


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (None, "settings.password_file_unreadable"),
        (b"\xff\xfe", "settings.password_file_unreadable"),
        (b"", "settings.password_file_content"),
        (b"\n", "settings.password_file_content"),
        (b"hunter2\nmore\n", "settings.password_file_content"),
        (b"h" * 2000, "settings.password_file_content"),
    ],
)
def test_a_password_file_that_will_not_do(folder: Path, content: bytes | None, key: str) -> None:
    settings = read(with_password_file(content))
    with pytest.raises(SettingsError) as caught:
        settings.trunk()
    assert caught.value.key == key
    assert "secret.txt" in caught.value.text("zh")
    assert "hunter2" not in caught.value.text("en") + repr(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666])
def test_a_password_file_that_others_can_read(folder: Path, mode: int) -> None:
    settings = read(with_password_file(b"hunter2", mode))
    assert settings.trunk().password.reveal() == "hunter2"
    (caution,) = settings.cautions()
    assert caution.text("en") == (
        f"others on this machine can read the secret file {folder}/secret.txt of [trunk.office]. "
        f"Run: chmod 600 {folder}/secret.txt"
    )
    assert caution.text("zh")


def test_more_calls_than_a_line_that_works_may_answer(folder: Path) -> None:
    assert read(write(MINIMAL + "[plan]\nbase_calls = 3\n")).cautions() == ()
    (caution,) = read(write(MINIMAL + "[plan]\nbase_calls = 6\n")).cautions()
    assert "base_calls = 6" in caution.text("en")
    assert "set base_calls to 3" in caution.text("en")
    assert caution.text("zh")


def test_passwords_are_fetched_when_they_are_used_and_not_before(folder: Path) -> None:
    settings = read(write(MINIMAL + 'username = "8001"\npassword_env = "SET_LATER"\n'))
    assert "SET_LATER" not in os.environ
    assert settings.trunk("office", {"SET_LATER": "x"}).password.reveal() == "x"
