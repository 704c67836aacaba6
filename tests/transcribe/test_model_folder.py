"""Which model is used, and that a damaged one never is."""

import hashlib
import multiprocessing
from pathlib import Path

import pytest

from probe.transcribe import model_folder
from probe.transcribe.available import status, usable_model
from probe.transcribe.model_folder import BESIDE, assembled, find_model, installed
from probe.transcribe.places import ModelError, cache_folder, runtime_folder

FIRST, SECOND = b"first half, " * 100_000, b"second half" * 100_000
SHA256 = hashlib.sha256(FIRST + SECOND).hexdigest()


@pytest.fixture
def packages(tmp_path: Path) -> tuple[Path, Path]:
    """Two packages like the real ones, with less in them."""
    for name, part, data in (("one", "model.bin.part1", FIRST), ("two", "model.bin.part2", SECOND)):
        (tmp_path / name / "data").mkdir(parents=True)
        (tmp_path / name / "data" / part).write_bytes(data)
    for file in BESIDE:
        (tmp_path / "one" / "data" / file).write_text("{}")
    return tmp_path / "one", tmp_path / "two"


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A folder of the user's with every file of a model."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for name in ("model.bin", *BESIDE):
        (folder / name).write_text("{}")
    return folder


def test_the_folder_of_the_settings_goes_before_the_installed_model(whole: Path) -> None:
    assert find_model(whole) == whole


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not exist"):
        find_model(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.txt"])
def test_a_folder_that_lacks_a_file_is_refused_by_the_name_of_the_file(whole: Path, name: str) -> None:
    (whole / name).unlink()
    with pytest.raises(ModelError, match=f"lacks: {name}"):
        find_model(whole)


def test_newer_models_have_their_vocabulary_as_json(whole: Path) -> None:
    (whole / "vocabulary.txt").rename(whole / "vocabulary.json")
    assert find_model(whole) == whole


def test_the_halves_are_joined_once(packages: tuple[Path, Path], tmp_path: Path) -> None:
    folder = assembled(packages, tmp_path / "cache", SHA256)
    assert (folder / "model.bin").read_bytes() == FIRST + SECOND
    assert {p.name for p in folder.iterdir()} == {"model.bin", *BESIDE}
    before = (folder / "model.bin").stat()
    assert assembled(packages, tmp_path / "cache", SHA256) == folder
    assert (folder / "model.bin").stat().st_ino == before.st_ino


@pytest.mark.parametrize("damage", [b"", b"first half", FIRST[:-1], FIRST[:-1] + b"!"])
def test_halves_that_do_not_make_the_published_file_are_not_used(
    packages: tuple[Path, Path], tmp_path: Path, damage: bytes
) -> None:
    (packages[0] / "data" / "model.bin.part1").write_bytes(damage)
    with pytest.raises(ModelError, match="--force-reinstall"):
        assembled(packages, tmp_path / "cache", SHA256)
    assert not list((tmp_path / "cache").rglob("*model.bin*"))


def test_a_joined_file_that_was_damaged_later_is_made_again(packages: tuple[Path, Path], tmp_path: Path) -> None:
    model = assembled(packages, tmp_path / "cache", SHA256) / "model.bin"
    model.write_bytes(b"half of a cop")
    assembled(packages, tmp_path / "cache", SHA256)
    assert model.read_bytes() == FIRST + SECOND


def test_a_half_that_is_missing_and_a_cache_that_cannot_be_written(packages: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be put together"):
        assembled(packages, tmp_path / "file", SHA256)
    (packages[1] / "data" / "model.bin.part2").unlink()
    with pytest.raises(ModelError, match="No such file"):
        assembled(packages, tmp_path / "cache", SHA256)


def test_two_programs_may_join_at_once(packages: tuple[Path, Path], tmp_path: Path) -> None:
    arguments = [(packages, tmp_path / "cache", SHA256)] * 4
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        (folder,) = set(pool.starmap(assembled, arguments))
    assert (folder / "model.bin").read_bytes() == FIRST + SECOND
    assert {p.name for p in folder.iterdir()} == {"model.bin", *BESIDE}


def test_the_installed_model_is_whole(model: Path) -> None:
    assert model_folder.sha256_of(model / "model.bin") == model_folder.SHA256


@pytest.mark.parametrize(
    ("engine", "data", "key"),
    [
        (True, True, "transcribe.status_ready"),
        (False, True, "transcribe.status_no_engine"),
        (True, False, "transcribe.status_no_model"),
        (False, False, "transcribe.status_neither"),
    ],
)
def test_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch, engine: bool, data: bool, key: str) -> None:
    if not engine:
        monkeypatch.setattr("probe.transcribe.available.ENGINE", "no_such_engine")
    if not data:  # one of the two is as good as none
        monkeypatch.setattr(model_folder, "PACKAGES", (model_folder.PACKAGES[0], "no_such_package"))
        assert installed() is None
    found = status(None)
    assert found.key == key
    assert found.usable == (engine and data)
    assert (usable_model(None) is not None) == found.usable
    assert all(found.text(lang) for lang in ("zh", "en"))


def test_switched_off(whole: Path) -> None:
    assert status(whole, enabled=False).key == "transcribe.status_off"
    assert usable_model(whole, enabled=False) is None
    assert usable_model(whole) == whole


def test_the_cache_is_where_xdg_says() -> None:
    assert cache_folder({"XDG_CACHE_HOME": "/var/cache/me"}) == Path("/var/cache/me/tongbutong")
    assert cache_folder({"XDG_CACHE_HOME": "not/absolute"}) == Path.home() / ".cache" / "tongbutong"


def test_the_socket_is_in_a_folder_that_is_the_users_alone(short: Path) -> None:
    env = {"XDG_RUNTIME_DIR": str(short)}
    folder = runtime_folder(env)
    assert folder == short / "tongbutong"
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    assert runtime_folder(env).stat().st_mode & 0o777 == 0o700
    folder.rmdir()
    folder.symlink_to(short)  # somebody else's trap
    with pytest.raises(ModelError, match="no folder of this user"):
        runtime_folder(env)


def test_a_path_too_long_for_a_socket_is_not_used(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(short))
    deep = short / ("d" * 100)
    deep.mkdir()
    assert runtime_folder({"XDG_RUNTIME_DIR": str(deep)}).parent == short


def test_a_folder_for_the_socket_that_cannot_be_made(short: Path) -> None:
    (short / "tongbutong").write_text("")
    with pytest.raises(ModelError, match="XDG_RUNTIME_DIR"):
        runtime_folder({"XDG_RUNTIME_DIR": str(short)})
